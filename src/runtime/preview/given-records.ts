import { JsonConverter } from '../../converters/json/json-converter.ts'
import { Headers } from '../../data/headers.ts'
import { SourceRecord } from '../../data/records.ts'
import type { SchemaAndValue } from '../../data/schema.ts'
import { asError, ConnectError } from '../../errors/connect-error.ts'
import { BadRequestError } from '../../errors/rest-error.ts'
import type { RecordHeader } from '../../kafka/types.ts'
import type { GivenRecord, GivenSide } from '../../messages/preview.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { NamedConverter, TaskConverters } from '../converters.ts'
import type { RawRecord } from '../raw-record.ts'
import { asSent, rawHeaders } from '../record-as-sent.ts'
import type { GivenBytes } from '../failure-text.ts'
import type { FailedRecord, Stage } from '../record-errors.ts'
import type { PluginCall } from '../task.ts'

/** A converter of the connector could not make of a given record what was to be previewed. */
export class GivenRecordError extends ConnectError {
  readonly failed: FailedRecord

  constructor(failed: FailedRecord) {
    super(asError(failed.error).message, { cause: failed.error })
    this.failed = failed
  }
}

/** Which record, counted from 0, and which part of it. */
interface Given {
  readonly topic: string
  readonly index: number
  readonly part: string
}

/** Key or value, with the headers that its converter sees and may add to. */
interface GivenPart extends Given {
  readonly part: 'key' | 'value'
  readonly sent: Headers | null
}

/** The converter at work, and what it was given to read. */
interface Work {
  readonly stage: Stage
  readonly className: string
  readonly given?: GivenBytes
}

/**
 * Makes of records that a client gives what the real source or topic would give. Data where bytes are wanted is written by the
 * connector's converters first, and bytes where data is wanted are read by them.
 */
export class GivenRecords {
  readonly #json = new JsonConverter()
  readonly #converters: TaskConverters
  readonly #topic: string | null
  readonly #call: PluginCall

  /** `topic` is that of records that name none. */
  constructor(converters: TaskConverters, topic: string | null, call: PluginCall) {
    this.#converters = converters
    this.#topic = topic
    this.#call = call
    this.#json.configure({ 'schemas.enable': 'true', 'converter.type': 'value' }, false)
  }

  /** As a source's `poll` would give it; `index` counts from 0. Rejects with a GivenRecordError or a BadRequestError. */
  async polled(given: GivenRecord, index: number): Promise<SourceRecord> {
    const { key, value } = this.#converters
    const topic = this.#topicOf(given, index)
    // As they would lie in Kafka, for converters that look into them.
    const raw = given.headers.map((each) => ({ key: each.key, value: bytesOf(each.value) }))
    const sent = raw.length === 0 ? null : asSent(raw)
    const k = await this.#data({ topic, index, part: 'key', sent }, given.key, key)
    const v = await this.#data({ topic, index, part: 'value', sent }, given.value, value)
    const headers = await this.#headers(topic, given, index)
    const sides = [k.schema, k.value, v.schema, v.value] as const
    return new SourceRecord(null, null, topic, given.partition, ...sides, given.timestamp, headers)
  }

  /** As it would lie in Kafka, at the offset `index`. Rejects as {@link polled}. */
  async consumed(given: GivenRecord, index: number): Promise<RawRecord> {
    const { key, value, addsHeaders } = this.#converters
    const topic = this.#topicOf(given, index)
    const own = await this.#rawHeaders(topic, given, index)
    const sent = own.length > 0 || addsHeaders ? asSent(own) : null
    return {
      topic,
      partition: given.partition ?? 0,
      offset: index,
      timestamp: given.timestamp ?? -1,
      timestampType: given.timestamp === null ? 'NoTimestampType' : 'CreateTime',
      key: await this.#bytes({ topic, index, part: 'key', sent }, given.key, key),
      value: await this.#bytes({ topic, index, part: 'value', sent }, given.value, value),
      headers: sent === null ? [] : rawHeaders(sent),
    }
  }

  async #headers(topic: string, given: GivenRecord, index: number): Promise<Headers | null> {
    if (given.headers.length === 0) return null
    const { header, headerClassName: className } = this.#converters
    const headers = new Headers()
    for (const { key, value: side } of given.headers) {
      const of = { topic, index, part: `header "${key}"` }
      const work = { stage: 'HEADER_CONVERTER', className } as const
      const { schema, value } =
        side?.form === 'bytes'
          ? await this.#work(of, work, () => header.toConnectHeader(topic, key, bytesOf(side)))
          : this.#parse(of, side)
      headers.add(key, value, schema)
    }
    return headers
  }

  async #rawHeaders(
    topic: string,
    given: GivenRecord,
    index: number,
  ): Promise<readonly RecordHeader[]> {
    const { header, headerClassName: className } = this.#converters
    const raw: RecordHeader[] = []
    for (const { key, value: side } of given.headers) {
      const of = { topic, index, part: `header "${key}"` }
      const work = { stage: 'HEADER_CONVERTER', className } as const
      const { schema, value } = this.#parse(of, side)
      const bytes =
        side?.form === 'data'
          ? await this.#work(of, work, () => header.fromConnectHeader(topic, key, schema, value))
          : bytesOf(side)
      raw.push({ key, value: bytes })
    }
    return raw
  }

  async #data(
    of: GivenPart,
    side: GivenSide,
    { converter, className }: NamedConverter,
  ): Promise<SchemaAndValue> {
    const bytes = bytesOf(side)
    if (bytes === null) return this.#parse(of, side)
    const work = { stage: stages[of.part], className, given: { role: of.part, bytes } }
    return this.#work(of, work, () => converter.toConnectData(of.topic, of.sent, bytes))
  }

  async #bytes(
    of: GivenPart,
    side: GivenSide,
    { converter, className }: NamedConverter,
  ): Promise<Buffer | null> {
    if (side?.form !== 'data') return bytesOf(side)
    const { schema, value } = this.#parse(of, side)
    const work = { stage: stages[of.part], className }
    const bytes = await this.#work(of, work, () =>
      converter.fromConnectData(of.topic, of.sent, schema, value),
    )
    return bytes && Buffer.from(bytes)
  }

  /** Data as it is given; of anything else nothing. */
  #parse({ index, part }: Given, side: GivenSide): SchemaAndValue {
    if (side?.form !== 'data') return { schema: null, value: null }
    try {
      return this.#json.toConnectData('', null, Buffer.from(side.json))
    } catch (cause) {
      throw new BadRequestError(
        `Invalid ${part} of record ${index + 1}: ${asError(cause).message} Expected data as JsonConverter writes it, {"schema": …, "payload": …}.`,
        { cause },
      )
    }
  }

  async #work<T>(
    { topic, index }: Given,
    { stage, className, given }: Work,
    operation: () => MaybePromise<T>,
  ): Promise<T> {
    try {
      return await this.#call('convert', operation)
    } catch (error) {
      const where = `record ${index + 1} of those given, for topic '${topic}'`
      throw new GivenRecordError({ stage, className, error, where, given: given ?? null })
    }
  }

  #topicOf({ topic }: GivenRecord, index: number): string {
    const found = topic ?? this.#topic
    if (found !== null) return found
    throw new BadRequestError(
      `Record ${index + 1} names no "topic", and the connector's configuration names none either. Add it to the record.`,
    )
  }
}

const stages = { key: 'KEY_CONVERTER', value: 'VALUE_CONVERTER' } as const

function bytesOf(side: GivenSide): Buffer | null {
  return side?.form === 'bytes' ? Buffer.from(side.bytes) : null
}
