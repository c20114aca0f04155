import type { SinkRecord } from '../data/records.ts'
import type { TaskConverters } from './converters.ts'
import type { DeadLetter } from './dead-letter-queue.ts'
import type { RawRecord } from './raw-record.ts'
import { convertAsSent } from './record-as-sent.ts'

/** A record as it lay in Kafka, whatever became of it since. */
export function rawLetterOf(raw: RawRecord): DeadLetter {
  const { topic, partition, offset, key, value, headers, timestamp } = raw
  return { origin: { topic, partition, offset }, key, value, headers, timestamp }
}

/** `{topic='t', partition=0, offset=5, timestamp=1, timestampType=CreateTime}`, as Java's log has it. */
export function rawText({ topic, partition, offset, timestamp, timestampType }: RawRecord): string {
  const time =
    timestampType === 'NoTimestampType'
      ? ''
      : `, timestamp=${timestamp}, timestampType=${timestampType}`
  return `{topic='${topic}', partition=${partition}, offset=${offset}${time}}`
}

/** A sink record that cannot be found in Kafka: what the task's converters make of it. Rejects where they cannot. */
export async function convertedLetterOf(
  record: SinkRecord,
  converters: TaskConverters,
): Promise<DeadLetter> {
  const { topic, kafkaPartition, kafkaOffset, timestamp } = record
  return {
    origin: { topic, partition: kafkaPartition, offset: Number(kafkaOffset) },
    ...(await convertAsSent(record, converters)),
    timestamp: timestamp ?? -1,
  }
}
