import { ConfigError, ConnectTimestamp, isStruct, isTypedNumber } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import { parseIsoDateTime } from './iso-date-time.ts'
import { PartitionError } from './partitioner.ts'

/** Says what time a record belongs to. */
export interface TimestampExtractor {
  /** In milliseconds since the epoch. Throws a PartitionError. */
  extract(record: SinkRecord, nowMs: number): number
  /** Whether it says the same of a record that is read again. */
  readonly deterministic: boolean
}

const nested = 'io.confluent.connect.storage.partitioner.TimeBasedPartitioner'

/** The extractors by name: `Wallclock`, `Record`, `RecordField`, and their Java classes. Throws a ConfigError. */
export function createTimestampExtractor(name: string, field: string): TimestampExtractor {
  switch (name.startsWith(`${nested}$`) ? name.slice(nested.length + 1) : name) {
    case 'Wallclock':
    case 'WallclockTimestampExtractor':
      return { deterministic: false, extract: (_record, nowMs) => nowMs }
    case 'Record':
    case 'RecordTimestampExtractor':
      return { deterministic: true, extract: recordTime }
    case 'RecordField':
    case 'RecordFieldTimestampExtractor':
      return new FieldTime(field)
    default:
      throw new ConfigError(
        `Invalid timestamp extractor: ${name}. Expected Wallclock, Record or RecordField; other Java classes cannot be loaded here.`,
      )
  }
}

function recordTime(record: SinkRecord): number {
  if (record.timestamp !== null) return record.timestamp
  throw new PartitionError(
    `Unable to determine timestamp using timestamp.extractor Record for record of ${record.topic}-${record.kafkaPartition} at offset ${record.kafkaOffset}: it has no timestamp.`,
  )
}

/** The value of a field, or of one within others: a Timestamp, milliseconds as an integer or in digits, or a date in ISO 8601. */
class FieldTime implements TimestampExtractor {
  readonly deterministic = true
  readonly #field: string
  readonly #path: readonly string[]

  constructor(field: string) {
    this.#field = field
    this.#path = field.split('.')
  }

  extract(record: SinkRecord): number {
    const { value } = record
    if (!isStruct(value) && !isMapLike(value)) {
      throw new PartitionError('Error encoding partition.', {
        cause: new TypeError(
          `The value of ${record.topic}-${record.kafkaPartition} at offset ${record.kafkaOffset} is neither Struct nor Map.`,
        ),
      })
    }
    try {
      const found = this.#read(value)
      if (found !== null) return found
    } catch (cause) {
      throw this.#failure(cause)
    }
    throw this.#failure(new TypeError(`No time is found there at offset ${record.kafkaOffset}.`))
  }

  #read(value: unknown): number | null {
    let current: unknown = value
    let schema: Schema | null = null
    for (const name of this.#path) {
      if (isStruct(current)) {
        schema = current.schema.field(name)?.schema ?? null
        current = current.get(name)
      } else {
        schema = null
        current = memberOf(current, name)
      }
    }
    return schema === null ? timeOfAny(current) : timeOfTyped(schema, current)
  }

  #failure(cause: unknown): PartitionError {
    return new PartitionError(`Error extracting timestamp from record field: ${this.#field}`, {
      cause,
    })
  }
}

function timeOfTyped(schema: Schema, value: unknown): number | null {
  if (schema.name === ConnectTimestamp.LOGICAL_NAME) return timeOfAny(value)
  if (schema.type === 'INT32' || schema.type === 'INT64' || schema.type === 'STRING') {
    return timeOfAny(value)
  }
  return null
}

function timeOfAny(value: unknown): number | null {
  if (typeof value === 'number') return Math.trunc(value)
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.getTime()
  if (isTypedNumber(value)) return Math.trunc(value.value)
  return typeof value === 'string' ? timeOfText(value) : null
}

function timeOfText(text: string): number {
  if (/^-?\d{1,19}$/.test(text)) return Number(text)
  const ms = parseIsoDateTime(text)
  if (ms === null) throw new TypeError(`Invalid format: "${text}"`)
  return ms
}

function isMapLike(value: unknown): boolean {
  return value instanceof Map || (typeof value === 'object' && value !== null && isPlain(value))
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function memberOf(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name)
  if (typeof value !== 'object' || value === null || !isPlain(value)) return null
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null
}
