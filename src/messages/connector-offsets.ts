import type { SourceOffset, SourcePartition } from '../data/records.ts'

/**
 * How far a connector has come, in Java's form (KIP-875): of a sink the partition is `{kafka_partition, kafka_topic}` and
 * the offset `{kafka_offset}`.
 */
export interface ConnectorOffset {
  readonly partition: SourcePartition
  readonly offset: SourceOffset
}

/** Fields as a client gave them, whatever they hold: numbers as schemaless values, lists as arrays, objects as Maps. */
export type GivenFields = ReadonlyMap<string, unknown>

/** What a client wants an offset to be; a null offset resets its partition. */
export interface OffsetChange {
  readonly partition: GivenFields | null
  readonly offset: GivenFields | null
}
