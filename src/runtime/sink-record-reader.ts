import { Headers } from '../data/headers.ts'
import type { SinkRecord } from '../data/records.ts'
import type { Schema, SchemaAndValue } from '../data/schema.ts'
import type { FetchedRecords, RecordCursor } from '../kafka/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { NamedConverter } from './converters.ts'
import { HeldRecord } from './held-record.ts'
import { ReadSinkRecord, rawRecordOf, viewOf } from './raw-record.ts'
import type { RawRecord } from './raw-record.ts'
import { headersOf, recordOf, SinkRecordConversion } from './sink-record-conversion.ts'
import type { KnownParts } from './sink-record-conversion.ts'
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
  readonly #held = new HeldRecord<SinkRecord | null>()
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
      const { topic, partition, cursor } = fetched
      // The cursor still stands on the record at which reading stopped.
      const record = await this.#held.finish(services.call, (error) =>
        this.#slowly.recover(rawRecordOf(topic, partition, cursor), error),
      )
      if (record !== null) records.push(record)
    }
    return this.#count
  }

  /** Hot: reads on until the end of the slice (true), or until a record must wait or fails (false). */
  #readSome({ topic, partition, cursor }: FetchedRecords, records: SinkRecord[]): boolean {
    const { chain } = this.#plugins
    while (cursor.next()) {
      this.#count++
      try {
        const record =
          cursor.headerCount === 0
            ? this.#toRecord(topic, partition, cursor)
            : this.#toRecordWithHeaders(viewOf(topic, partition, cursor))
        if (record === null) return false
        if (chain === null) records.push(record)
        else if (!this.#transform(record, records)) return false
      } catch (error) {
        this.#held.failed(error)
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

  /** Hot: as {@link #toRecord}, of one with headers, which converters may look at: nothing is read in place. */
  #toRecordWithHeaders(raw: RawRecord): SinkRecord | null {
    const { key, value, header } = this.#plugins.converters
    const { topic } = raw
    const given = headersOf(raw)
    this.#slowly.stage = 'KEY_CONVERTER'
    const k = key.converter.toConnectData(topic, given, raw.key)
    if (isPromise(k)) return this.#convertSlowly(raw, { key: k })
    this.#slowly.stage = 'VALUE_CONVERTER'
    const v = value.converter.toConnectData(topic, given, raw.value)
    if (isPromise(v)) return this.#convertSlowly(raw, { key: k, value: v })
    this.#slowly.stage = 'HEADER_CONVERTER'
    const headers = new Headers()
    for (const each of raw.headers) {
      const data = header.toConnectHeader(topic, each.key, each.value)
      if (isPromise(data)) {
        return this.#convertSlowly(raw, { key: k, value: v, headers, pending: data })
      }
      headers.add(each.key, data.value, data.schema)
    }
    return recordOf(raw, k, v, headers)
  }

  #convertSlowly(raw: RawRecord, known: KnownParts): null {
    this.#held.waitsFor(this.#slowly.convert(raw, known))
    return null
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
      this.#held.waitsFor(transformed)
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
    return this.#convertSlowly(viewOf(topic, partition, cursor), {
      key: key as MaybePromise<SchemaAndValue>,
      value: value as MaybePromise<SchemaAndValue> | undefined,
    })
  }
}

/** An in-place converter makes the same of every null; a stranger's converter is asked each time. */
function nullResult({ converter, inPlace }: NamedConverter): NullResult {
  if (inPlace === null) return undefined
  const result = converter.toConnectData('', null, null)
  return isPromise(result) ? undefined : result
}
