import { Headers } from '../data/headers.ts'
import { SinkRecord } from '../data/records.ts'
import type { Schema, SchemaAndValue } from '../data/schema.ts'
import type { FetchedRecords, RecordCursor } from '../kafka/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { NamedConverter } from './converters.ts'
import type { Stage } from './record-errors.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'
import { ToldTopics } from './told-topics.ts'

/** What a converter made of null, where it is known once and for all; undefined where it must be asked. */
type NullResult = SchemaAndValue | undefined

/**
 * Turns fetched records into SinkRecords: converters for key, value and headers, then the transformations.
 * Synchronous for as long as nothing has to wait; order holds (invariant 3).
 */
export class SinkRecordReader {
  readonly #plugins: TaskPlugins
  readonly #services: TaskServices
  readonly #nullKey: NullResult
  readonly #nullValue: NullResult
  readonly #told: ToldTopics
  #stage: Stage = 'KEY_CONVERTER'
  // What was decoded last, so that nothing is allocated between converter and record.
  #schema: Schema | null = null
  #waiting: Promise<SinkRecord | null> | null = null
  #count = 0

  constructor(plugins: TaskPlugins, services: TaskServices) {
    this.#plugins = plugins
    this.#services = services
    this.#told = new ToldTopics(services)
    this.#nullKey = nullResult(plugins.converters.key)
    this.#nullValue = nullResult(plugins.converters.value)
  }

  /**
   * Appends the records of one slice to `records`; resolves with how many there were before any was dropped.
   * Rejects where one fails and is not tolerated (invariant 2).
   */
  async read(fetched: FetchedRecords, records: SinkRecord[]): Promise<number> {
    const services = this.#services
    this.#count = 0
    this.#told.beginBatch()
    this.#told.tell(fetched.topic)
    while (!(await services.call('convert', () => this.#readSome(fetched, records)))) {
      const waiting = this.#waiting
      this.#waiting = null
      const record = await services.call('convert', () => waiting)
      if (record !== null) records.push(record)
    }
    return this.#count
  }

  /** Hot: reads on until the end of the slice (true), or until a record must wait (false). */
  #readSome({ topic, partition, cursor }: FetchedRecords, records: SinkRecord[]): boolean {
    const { chain } = this.#plugins
    while (cursor.next()) {
      this.#count++
      try {
        if (cursor.headerCount === 0) {
          const record = this.#toRecord(topic, partition, cursor)
          if (record === null) return false
          if (chain === null) records.push(record)
          else if (!this.#transform(record, records)) return false
        } else {
          this.#waiting = this.#readLater(topic, partition, cursor)
          return false
        }
      } catch (error) {
        this.#skipOrThrow(topic, partition, cursor.offset, error)
      }
    }
    return true
  }

  /** Hot: the record without headers that `cursor` stands on; null where a converter waits. */
  #toRecord(topic: string, partition: number, cursor: RecordCursor): SinkRecord | null {
    const { key, value } = this.#plugins.converters
    const { buffer } = cursor
    this.#stage = 'KEY_CONVERTER'
    const decodedKey = this.#decode(
      key,
      this.#nullKey,
      topic,
      buffer,
      cursor.keyStart,
      cursor.keyEnd,
    )
    if (isPromise(decodedKey)) return this.#wait(topic, partition, cursor, decodedKey)
    const keySchema = this.#schema
    this.#stage = 'VALUE_CONVERTER'
    const { valueStart, valueEnd } = cursor
    const decoded = this.#decode(value, this.#nullValue, topic, buffer, valueStart, valueEnd)
    if (isPromise(decoded)) {
      return this.#wait(topic, partition, cursor, { schema: keySchema, value: decodedKey }, decoded)
    }
    return new SinkRecord(
      topic,
      partition,
      keySchema,
      decodedKey,
      this.#schema,
      decoded,
      cursor.offset,
      cursor.timestamp < 0 ? null : cursor.timestamp,
      cursor.timestampType,
      null,
    )
  }

  /** Hot: the value of these bytes, its schema in `#schema`; or a promise of both. */
  #decode(
    { converter, inPlace }: NamedConverter,
    ofNull: NullResult,
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
  ): unknown {
    if (start >= 0 && inPlace !== null) {
      const value = inPlace.decodeAt(buffer, start, end)
      this.#schema = inPlace.decodedSchema
      return value
    }
    const bytes = start < 0 ? null : buffer.subarray(start, end)
    const result =
      bytes === null && ofNull !== undefined ? ofNull : converter.toConnectData(topic, null, bytes)
    if (isPromise(result)) return result
    this.#schema = result.schema
    return result.value
  }

  #transform(record: SinkRecord, records: SinkRecord[]): boolean {
    this.#stage = 'TRANSFORMATION'
    const transformed = this.#plugins.chain?.apply(record) ?? null
    if (isPromise(transformed)) {
      const { topic, kafkaPartition, kafkaOffset } = record
      this.#waiting = transformed.catch((error: unknown) =>
        this.#skipOrThrow(topic, kafkaPartition, Number(kafkaOffset), error),
      )
      return false
    }
    if (transformed !== null) records.push(transformed)
    return true
  }

  #wait(
    topic: string,
    partition: number,
    cursor: RecordCursor,
    key: unknown,
    value?: unknown,
  ): null {
    this.#waiting = this.#readLater(
      topic,
      partition,
      cursor,
      key as MaybePromise<SchemaAndValue>,
      value as MaybePromise<SchemaAndValue> | undefined,
    )
    return null
  }

  /** A record with headers, or of which a converter waits. What is left out is converted here. */
  async #readLater(
    topic: string,
    partition: number,
    cursor: RecordCursor,
    knownKey?: MaybePromise<SchemaAndValue>,
    knownValue?: MaybePromise<SchemaAndValue>,
  ): Promise<SinkRecord | null> {
    const { converters, chain } = this.#plugins
    // The cursor moves on only once this has settled; its members are read before the first wait all the same.
    const { offset, timestamp, timestampType } = cursor
    const keyBytes = bytesAt(cursor.buffer, cursor.keyStart, cursor.keyEnd)
    const valueBytes = bytesAt(cursor.buffer, cursor.valueStart, cursor.valueEnd)
    const raw = cursor.headerCount === 0 ? [] : cursor.headers()
    const headers = raw.length === 0 ? null : new Headers(raw.map((h) => ({ ...h, schema: null })))
    try {
      this.#stage = 'KEY_CONVERTER'
      const key = await (knownKey ??
        converters.key.converter.toConnectData(topic, headers, keyBytes))
      this.#stage = 'VALUE_CONVERTER'
      const { converter } = converters.value
      const value = await (knownValue ??
        this.#calling(() => converter.toConnectData(topic, headers, valueBytes)))
      this.#stage = 'HEADER_CONVERTER'
      const converted = raw.length === 0 ? null : new Headers()
      for (const { key: name, value: bytes } of raw) {
        const { schema, value: header } = await this.#calling(() =>
          converters.header.toConnectHeader(topic, name, bytes),
        )
        converted?.add(name, header, schema)
      }
      const time = timestamp < 0 ? null : timestamp
      const record = new SinkRecord(
        topic,
        partition,
        key.schema,
        key.value,
        value.schema,
        value.value,
        offset,
        time,
        timestampType,
        converted,
      )
      this.#stage = 'TRANSFORMATION'
      return chain === null ? record : await this.#calling(() => chain.apply(record))
    } catch (error) {
      return this.#skipOrThrow(topic, partition, offset, error)
    }
  }

  /** What goes on after a wait is no longer within the call that began it. */
  #calling<T>(call: () => MaybePromise<T>): MaybePromise<T> {
    return this.#services.call('convert', call)
  }

  /** The record could not be read: skipped where `errors.tolerance` says so, else the task fails. */
  #skipOrThrow(topic: string, partition: number, offset: number, error: unknown): null {
    const where = `the record at topic '${topic}', partition ${partition}, offset ${offset}`
    const className = this.#className()
    this.#plugins.errors.failed({ stage: this.#stage, className, error, where })
    return null
  }

  #className(): string {
    const { chain, converters } = this.#plugins
    if (this.#stage === 'KEY_CONVERTER') return converters.key.className
    if (this.#stage === 'VALUE_CONVERTER') return converters.value.className
    if (this.#stage === 'HEADER_CONVERTER') return converters.headerClassName
    return chain?.lastClassName ?? ''
  }
}

function bytesAt(buffer: Buffer, start: number, end: number): Buffer | null {
  return start < 0 ? null : buffer.subarray(start, end)
}

/** An in-place converter makes the same of every null; a stranger's converter is asked each time. */
function nullResult({ converter, inPlace }: NamedConverter): NullResult {
  if (inPlace === null) return undefined
  const result = converter.toConnectData('', null, null)
  return isPromise(result) ? undefined : result
}
