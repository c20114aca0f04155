import type { TopicPartition } from '../api/topic-partition.ts'
import { javaToString } from '../data/java-to-string.ts'
import { BadRequestError } from '../errors/rest-error.ts'
import type { GivenFields, OffsetChange } from '../messages/connector-offsets.ts'
import { partitionText } from '../kafka/topic-partitions.ts'

/** What the offset of a partition is to be; null where it is to be forgotten. */
export interface SinkOffset extends TopicPartition {
  readonly offset: number | null
}

const intMax = 2n ** 31n - 1n
const longMax = 2n ** 63n - 1n

/** Reads offsets in Java's form, in Java's words where they are of another (`SinkUtils`). The last of a partition counts. */
export function parseSinkOffsets(changes: readonly OffsetChange[]): readonly SinkOffset[] {
  const parsed = new Map<string, SinkOffset>()
  for (const change of changes) {
    const partition = parsePartition(change.partition)
    const offset = change.offset === null ? null : parseOffset(change.offset, partition)
    parsed.set(partitionText(partition), { ...partition, offset })
  }
  return [...parsed.values()]
}

function parsePartition(given: GivenFields | null): TopicPartition {
  if (given === null) {
    throw new BadRequestError('The partition for a sink connector offset cannot be null or missing')
  }
  const [topic, number] = [given.get('kafka_topic'), given.get('kafka_partition')]
  if (topic === undefined || number === undefined) {
    throw new BadRequestError(
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    )
  }
  if (topic === null) {
    throw new BadRequestError('Kafka topic names must be valid strings and may not be null')
  }
  if (number === null) {
    throw new BadRequestError('Kafka partitions must be valid numbers and may not be null')
  }
  const partition = parseInteger(number, intMax)
  if (partition === null) {
    throw new BadRequestError(
      `Failed to parse the following Kafka partition value in the provided offsets: '${javaToString(number)}'. Partition values for sink connectors need to be integers.`,
    )
  }
  return { topic: javaToString(topic), partition: Number(partition) }
}

function parseOffset(given: GivenFields, partition: TopicPartition): number {
  const value = given.get('kafka_offset')
  if (value === undefined) {
    throw new BadRequestError(
      "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
    )
  }
  const offset = parseInteger(value, longMax)
  if (offset === null) {
    throw new BadRequestError(
      `Failed to parse the following Kafka offset value in the provided offsets: '${javaToString(value)}'. Offset values for sink connectors need to be integers.`,
    )
  }
  if (offset > Number.MAX_SAFE_INTEGER) {
    throw new BadRequestError(
      `The offset ${offset} for ${partitionText(partition)} is far beyond the end of any topic: expected at most ${Number.MAX_SAFE_INTEGER}.`,
    )
  }
  return Number(offset)
}

/** Takes `"10"` as well as 10, as Java does; null for what is no integer, or too large. */
function parseInteger(value: unknown, max: bigint): bigint | null {
  const text = javaToString(value)
  if (!/^[+-]?\d+$/.test(text)) return null
  const number = BigInt(text.replace('+', ''))
  return number > max || number < -max - 1n ? null : number
}
