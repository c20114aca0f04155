import type { SinkRecord } from '../data/records.ts'
import type { Schema, SchemaAndValue } from '../data/schema.ts'
import type { FetchedRecords, RecordCursor } from '../kafka/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { NamedConverter } from './converters.ts'
import { ReadSinkRecord, rawRecordOf, viewOf } from './raw-record.ts'
import { SinkRecordConversion } from './sink-record-conversion.ts'
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
  /** What takes longer, and where every record notes the stage it is in. */
  readonly #slowly: SinkRecordConversion
  // What was decoded last, so that nothing is allocated between converter and record.
  #schema: Schema | null = null
  #waiting: Promise<SinkRecord | null> | null = null
  #failure: { readonly error: unknown } | null = null
  #count = 0

  constructor(plugins: TaskPlugins, services: TaskServices) {
    this.#plugins = plugins
    this.#services = services
    this.#told = new ToldTopics(services)
    this.#slowly = new SinkRecordConversion(plugins, services)
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
      const record = await this.#finish(fetched)
      if (record !== null) records.push(record)
    }
    return this.#count
  }

  /** The record at which reading stopped: it waits for something, or it has failed. The cursor still stands on it. */
  async #finish({ topic, partition, cursor }: FetchedRecords): Promise<SinkRecord | null> {
    const waiting = this.#waiting
    const failure = this.#failure
    this.#waiting = null
    this.#failure = null
    let error = failure?.error
    if (failure === null) {
      try {
        return await this.#services.call('convert', () => waiting)
      } catch (cause) {
        error = cause
      }
    }
    return this.#slowly.recover(rawRecordOf(topic, partition, cursor), error)
  }

  /** Hot: reads on until the end of the slice (true), or until a record must wait or fails (false). */
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
          this.#waiting = this.#slowly.convert(viewOf(topic, partition, cursor))
          return false
        }
      } catch (error) {
        this.#failure = { error }
        return false
      }
    }
    return true
  }

  /** Hot: the record without headers that `cursor` stands on; null where a converter waits. */
  #toRecord(topic: string, partition: number, cursor: RecordCursor): SinkRecord | null {
    const { key, value } = this.#plugins.converters
    const { buffer } = cursor
    this.#slowly.stage = 'KEY_CONVERTER'
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
    this.#slowly.stage = 'VALUE_CONVERTER'
    const { valueStart, valueEnd } = cursor
    const decoded = this.#decode(value, this.#nullValue, topic, buffer, valueStart, valueEnd)
    if (isPromise(decoded)) {
      return this.#wait(topic, partition, cursor, { schema: keySchema, value: decodedKey }, decoded)
    }
    return new ReadSinkRecord(
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
    this.#slowly.stage = 'TRANSFORMATION'
    const transformed = this.#plugins.chain?.apply(record) ?? null
    if (isPromise(transformed)) {
      this.#waiting = transformed
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
    this.#waiting = this.#slowly.convert(viewOf(topic, partition, cursor), {
      key: key as MaybePromise<SchemaAndValue>,
      value: value as MaybePromise<SchemaAndValue> | undefined,
    })
    return null
  }
}

/** An in-place converter makes the same of every null; a stranger's converter is asked each time. */
function nullResult({ converter, inPlace }: NamedConverter): NullResult {
  if (inPlace === null) return undefined
  const result = converter.toConnectData('', null, null)
  return isPromise(result) ? undefined : result
}
