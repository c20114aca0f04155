import { isSinkRecord, javaToString } from '../../api/index.ts'
import type { ConnectRecord } from '../../api/index.ts'

/** Which record it is, for messages; of what it holds, the key alone. */
export function recordText(record: ConnectRecord): string {
  const { topic, kafkaPartition, key } = record
  const place = `topic ${topic}, partition ${kafkaPartition ?? 'none'}`
  const offset = isSinkRecord(record) ? `, offset ${record.kafkaOffset}` : ''
  return `${place}${offset}, key ${javaToString(key)}`
}
