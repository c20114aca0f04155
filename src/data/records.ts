import type { Int64 } from '../util/int64.ts'
import type { Headers } from './headers.ts'
import type { Schema } from './schema.ts'
import type { TypedNumber } from './typed-number.ts'

/**
 * What a source partition or offset may hold: flat, of primitives. A double that happens to be integral is a
 * typed number, so that it is not taken for a long.
 */
export type OffsetValue = string | number | bigint | boolean | Uint8Array | TypedNumber | null
/** Names where a source reads, e.g. `{ filename: '/var/log/app.log' }`. */
export type SourcePartition = Readonly<Record<string, OffsetValue>>
/** Says how far a source has read there, e.g. `{ position: 42 }`. */
export type SourceOffset = Readonly<Record<string, OffsetValue>>

export type TimestampType = 'NoTimestampType' | 'CreateTime' | 'LogAppendTime'

const sourceBrand = Symbol.for('sluice.SourceRecord')
const sinkBrand = Symbol.for('sluice.SinkRecord')
/** On a prototype: the class of which {@link SinkRecord.newRecord} makes the records. */
export const sinkRecordSpecies = Symbol.for('sluice.SinkRecord.species')

/** What may be replaced when a transformation makes a record anew; what is left out stays. */
export interface RecordChanges {
  readonly topic?: string
  readonly kafkaPartition?: number | null
  readonly keySchema?: Schema | null
  readonly key?: unknown
  readonly valueSchema?: Schema | null
  readonly value?: unknown
  readonly timestamp?: number | null
  readonly headers?: Headers | null
}

/**
 * A record that a source connector read, on its way to Kafka. Arguments stand in the order of Java's
 * constructor. The shape is fixed: one object a record, every field set here.
 * `headers` is null where there are none; `timestamp` is in milliseconds since the epoch, or null.
 */
export class SourceRecord {
  declare readonly [sourceBrand]: true
  readonly sourcePartition: SourcePartition | null
  readonly sourceOffset: SourceOffset | null
  readonly topic: string
  readonly kafkaPartition: number | null
  readonly keySchema: Schema | null
  readonly key: unknown
  readonly valueSchema: Schema | null
  readonly value: unknown
  readonly timestamp: number | null
  readonly headers: Headers | null

  constructor(
    sourcePartition: SourcePartition | null,
    sourceOffset: SourceOffset | null,
    topic: string,
    kafkaPartition: number | null,
    keySchema: Schema | null,
    key: unknown,
    valueSchema: Schema | null,
    value: unknown,
    timestamp: number | null = null,
    headers: Headers | null = null,
  ) {
    this.sourcePartition = sourcePartition
    this.sourceOffset = sourceOffset
    this.topic = topic
    this.kafkaPartition = kafkaPartition
    this.keySchema = keySchema
    this.key = key
    this.valueSchema = valueSchema
    this.value = value
    this.timestamp = timestamp
    this.headers = headers
  }

  /** This record with some members replaced; headers are copied unless given. */
  newRecord(changes: RecordChanges): SourceRecord {
    return new SourceRecord(
      this.sourcePartition,
      this.sourceOffset,
      changes.topic ?? this.topic,
      pick(changes.kafkaPartition, this.kafkaPartition),
      pick(changes.keySchema, this.keySchema),
      'key' in changes ? changes.key : this.key,
      pick(changes.valueSchema, this.valueSchema),
      'value' in changes ? changes.value : this.value,
      pick(changes.timestamp, this.timestamp),
      changes.headers === undefined ? (this.headers?.duplicate() ?? null) : changes.headers,
    )
  }
}

/**
 * A record that was read from Kafka, on its way to a sink task. `originalTopic`, `originalKafkaPartition`
 * and `originalKafkaOffset` say where it lay before any transformation (KIP-793).
 */
export class SinkRecord {
  declare readonly [sinkBrand]: true
  declare readonly [sinkRecordSpecies]: typeof SinkRecord
  readonly topic: string
  readonly kafkaPartition: number
  readonly keySchema: Schema | null
  readonly key: unknown
  readonly valueSchema: Schema | null
  readonly value: unknown
  readonly kafkaOffset: Int64
  readonly timestamp: number | null
  readonly timestampType: TimestampType
  readonly headers: Headers | null
  readonly originalTopic: string
  readonly originalKafkaPartition: number
  readonly originalKafkaOffset: Int64

  constructor(
    topic: string,
    kafkaPartition: number,
    keySchema: Schema | null,
    key: unknown,
    valueSchema: Schema | null,
    value: unknown,
    kafkaOffset: Int64,
    timestamp: number | null = null,
    timestampType: TimestampType = 'NoTimestampType',
    headers: Headers | null = null,
    originalTopic: string = topic,
    originalKafkaPartition: number = kafkaPartition,
    originalKafkaOffset: Int64 = kafkaOffset,
  ) {
    this.topic = topic
    this.kafkaPartition = kafkaPartition
    this.keySchema = keySchema
    this.key = key
    this.valueSchema = valueSchema
    this.value = value
    this.kafkaOffset = kafkaOffset
    this.timestamp = timestamp
    this.timestampType = timestampType
    this.headers = headers
    this.originalTopic = originalTopic
    this.originalKafkaPartition = originalKafkaPartition
    this.originalKafkaOffset = originalKafkaOffset
  }

  /** This record with some members replaced; offset, timestamp type and origin stay. */
  newRecord(changes: RecordChanges): SinkRecord {
    return new this[sinkRecordSpecies](
      changes.topic ?? this.topic,
      changes.kafkaPartition ?? this.kafkaPartition,
      pick(changes.keySchema, this.keySchema),
      'key' in changes ? changes.key : this.key,
      pick(changes.valueSchema, this.valueSchema),
      'value' in changes ? changes.value : this.value,
      this.kafkaOffset,
      pick(changes.timestamp, this.timestamp),
      this.timestampType,
      changes.headers === undefined ? (this.headers?.duplicate() ?? null) : changes.headers,
      this.originalTopic,
      this.originalKafkaPartition,
      this.originalKafkaOffset,
    )
  }
}

// On the prototype, so that the brand costs a record nothing.
Object.defineProperty(SourceRecord.prototype, sourceBrand, { value: true })
Object.defineProperty(SinkRecord.prototype, sinkBrand, { value: true })
Object.defineProperty(SinkRecord.prototype, sinkRecordSpecies, { value: SinkRecord })

/** A record of either direction, as transformations and predicates see it. */
export type ConnectRecord = SourceRecord | SinkRecord

export function isSourceRecord(value: unknown): value is SourceRecord {
  return typeof value === 'object' && value !== null && sourceBrand in value
}

export function isSinkRecord(value: unknown): value is SinkRecord {
  return typeof value === 'object' && value !== null && sinkBrand in value
}

function pick<T>(change: T | undefined, current: T): T {
  return change === undefined ? current : change
}
