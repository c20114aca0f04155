import { JsonConverter } from '../../converters/json/json-converter.ts'
import { byteFormatOf } from '../../data/byte-format.ts'
import type { Header } from '../../data/headers.ts'
import { isSourceRecord } from '../../data/records.ts'
import type { ConnectRecord } from '../../data/records.ts'
import type { Schema } from '../../data/schema.ts'
import { isStruct } from '../../data/struct.ts'
import type { RecordHeader } from '../../kafka/types.ts'
import { maskSecrets } from '../../util/secrets.ts'
import { jsonText, textOf } from '../source-dead-letters.ts'
import { asJson, jsonArray, jsonNull, jsonObject, jsonOf } from './json-text.ts'
import type { JsonText } from './json-text.ts'

/** Most characters shown of one key, value or header. */
const mostOfOne = 32 * 1024
/** Most characters shown of all that becomes of one record. */
const mostOfRecord = 1024 * 1024
/** Most bytes shown in hex of one key, value or header. */
const mostHex = 4096
/** Looked at beyond what is shown, so that no secret is cut in two and shows its first half (invariant 8). */
const beyond = 4096
const mostHeaders = 100

/**
 * Writes what stages are given and make, as JSON, secrets hidden (invariant 8): data in the envelope of JsonConverter, bytes as
 * text and in hex. What is too long is cut, and says how long it was.
 */
export class PreviewText {
  readonly #json = new JsonConverter()
  #left = mostOfRecord

  constructor() {
    const readable = { 'schemas.enable': 'true', 'decimal.format': 'NUMERIC' }
    this.#json.configure({ ...readable, 'converter.type': 'value' }, false)
  }

  /** The next record may take as much again. */
  beginRecord(): void {
    this.#left = mostOfRecord
  }

  /** `{"schema": …, "payload": …}`; what JSON cannot hold as the text that Java prints of it. */
  data(schema: Schema | null, value: unknown): JsonText {
    if (schema === null && (value === null || value === undefined)) return jsonNull
    try {
      const bytes = this.#json.fromConnectData('', null, schema, value)
      if (bytes === null) return jsonNull
      // In JSON bytes are base64, in which no secret would be recognized.
      if (holdsTellingBytes(value)) return jsonObject({ hidden: jsonOf(true) })
      return this.#written(Buffer.from(bytes).toString())
    } catch {
      return this.#cut(textOf(value, schema))
    }
  }

  /** `{"size": …, "format": …, "text": …, "hex": …}`, the text where they are UTF-8. */
  bytes(bytes: Uint8Array | null): JsonText {
    if (bytes === null) return jsonNull
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, lookedAt))
    const size = jsonOf(bytes.length)
    const format = jsonOf(byteFormatOf(bytes).text)
    const isCut = head.length < bytes.length
    const text = utf8Of(head, isCut)
    // Also within bytes that are no text as a whole.
    const plain = text ?? head.toString()
    const masked = maskSecrets(plain)
    if (masked !== plain || holdsEncodedSecret(plain)) {
      const shown = text === null || masked === plain ? undefined : withoutCutEnd(masked, isCut)
      const rest = shown === undefined ? undefined : jsonOf(this.#shorten(shown))
      return jsonObject({ size, format, text: rest, hidden: jsonOf(true) })
    }
    const hex = this.#shorten(head.toString('hex', 0, mostHex))
    const shown = text === null ? undefined : this.#shorten(text)
    const isWhole =
      shown === undefined
        ? hex.length === bytes.length * 2
        : Buffer.byteLength(shown) === bytes.length
    return jsonObject({
      ...{ size, format, text: shown === undefined ? undefined : jsonOf(shown), hex: jsonOf(hex) },
      truncated: isWhole ? undefined : jsonOf(true),
    })
  }

  /** A record as transformations see it. */
  record(record: ConnectRecord): JsonText {
    const { topic, kafkaPartition, timestamp, headers } = record
    return jsonObject({
      ...(isSourceRecord(record) && {
        sourcePartition: this.#position(record.sourcePartition),
        sourceOffset: this.#position(record.sourceOffset),
      }),
      topic: this.text(topic),
      partition: jsonOf(kafkaPartition),
      ...(!isSourceRecord(record) && { offset: asJson(String(record.kafkaOffset)) }),
      timestamp: jsonOf(timestamp),
      key: this.data(record.keySchema, record.key),
      value: this.data(record.valueSchema, record.value),
      ...this.#headers(headers === null ? [] : [...headers], ({ schema, value }) =>
        this.data(schema, value),
      ),
    })
  }

  /** A record as it lies, or would lie, in Kafka. */
  raw(raw: ShownRaw): JsonText {
    return jsonObject({
      topic: this.text(raw.topic),
      partition: jsonOf(raw.partition),
      offset: raw.offset === undefined ? undefined : jsonOf(raw.offset),
      timestamp: jsonOf(raw.timestamp < 0 ? null : raw.timestamp),
      key: this.bytes(raw.key),
      value: this.bytes(raw.value),
      ...this.#headers(raw.headers, ({ value }) => this.bytes(value)),
    })
  }

  text(text: string): JsonText {
    return jsonOf(this.#shorten(maskSecrets(text)))
  }

  #headers<H extends Header | RecordHeader>(
    headers: readonly H[],
    write: (header: H) => JsonText,
  ): { readonly headers?: JsonText; readonly moreHeaders?: JsonText } {
    if (headers.length === 0) return {}
    const shown = headers
      .slice(0, mostHeaders)
      .map((header) => jsonObject({ key: this.text(header.key), value: write(header) }))
    const more = headers.length - shown.length
    return { headers: jsonArray(shown), ...(more > 0 && { moreHeaders: jsonOf(more) }) }
  }

  /** A source partition or offset. */
  #position(value: unknown): JsonText {
    if (holdsTellingBytes(value)) return jsonObject({ hidden: jsonOf(true) })
    return this.#written(jsonText(value))
  }

  /** `json` as it is where it may be; as a text in it where it is too long, or hiding a secret left no JSON. */
  #written(json: string): JsonText {
    if (json.length > this.#most) return this.#cut(json)
    const masked = maskSecrets(json)
    this.#left -= masked.length
    return masked === json || isJson(masked) ? asJson(masked) : jsonOf(masked)
  }

  #cut(text: string): JsonText {
    const most = this.#most
    if (text.length <= most) return jsonObject({ text: this.text(text) })
    const head = maskSecrets(text.slice(0, most + beyond))
    return jsonObject({
      text: jsonOf(this.#shorten(withoutCutEnd(head, text.length > most + beyond))),
      truncated: jsonOf(true),
      length: jsonOf(text.length),
    })
  }

  #shorten(text: string): string {
    const shown = text.slice(0, this.#most)
    this.#left -= shown.length
    return shown
  }

  get #most(): number {
    return Math.max(0, Math.min(mostOfOne, this.#left))
  }
}

/** A record of a topic, or one that is on its way there. */
export interface ShownRaw {
  readonly topic: string
  /** Null where the partitioner is to choose. */
  readonly partition: number | null
  readonly offset?: number
  /** In ms since the epoch; -1 for none. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** Of bytes, as many as may be shown as text, and what a secret that begins there may take up. */
const lookedAt = mostOfOne + beyond

/** Hiding secrets makes a text shorter: what `beyond` it was looked at must not come to be shown, where the next may be cut in two. */
function withoutCutEnd(masked: string, isCut: boolean): string {
  return isCut ? masked.slice(0, Math.max(0, masked.length - beyond)) : masked
}

/** Whether `text` has base64, as JSON writes bytes, of something that holds a secret. */
function holdsEncodedSecret(text: string): boolean {
  const decoded = Array.from(text.matchAll(/[\w+/-]{4,}/g), ([run]) => Buffer.from(run, 'base64'))
  const all = decoded.join('\n')
  return maskSecrets(all) !== all
}

/** Whether bytes anywhere in `value`, which has been written as JSON and so has an end, hold a secret. */
function holdsTellingBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Date) return false
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString()
    return maskSecrets(text) !== text
  }
  if (isStruct(value)) return value.values.some(holdsTellingBytes)
  const members = value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value)
  return members.some(holdsTellingBytes)
}

/** Null where it is no UTF-8, or has control characters; a character that is cut off at the end does not matter. */
function utf8Of(bytes: Uint8Array, isCut: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    return /[^\P{Cc}\t\n\r\f]/u.test(text) ? null : text
  } catch {
    return null
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
