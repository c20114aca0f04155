import type { Converter } from '../api/converter.ts'
import { javaToString } from '../data/java-to-string.ts'
import type { SourceRecord } from '../data/records.ts'
import type { Schema } from '../data/schema.ts'
import type { RecordHeader } from '../kafka/types.ts'
import { textHeader } from './dead-letter-headers.ts'
import type { DeadLetter } from './dead-letter-queue.ts'
import { convertAsSent } from './record-as-sent.ts'
import type { TaskPlugins } from './task-plugins.ts'

/** What the bytes of a source's dead letter are: the header `__connect.errors.format`. */
type LetterFormat = 'converted' | 'json' | 'text'

interface Written {
  readonly bytes: Uint8Array | null
  readonly format: LetterFormat
}

/**
 * The dead letters of a source, whose records have no bytes yet. One that Kafka refused is kept as it was sent, to be replayed
 * as it is; any other as it was polled, in JSON with its schema, since it is just the way to bytes that failed.
 */
export class SourceDeadLetters {
  readonly #plugins: TaskPlugins
  #json: Promise<Converter> | null = null

  constructor(plugins: TaskPlugins) {
    // Meanwhile another record may wait in the task's own chain to be tried again.
    this.#plugins = { ...plugins, chain: plugins.chain?.beside() ?? null }
  }

  /** `wasSent`: whether it had passed transformations and converters. */
  async letterOf(record: SourceRecord, wasSent: boolean): Promise<DeadLetter> {
    return (wasSent ? await this.#asSent(record) : null) ?? this.#asPolled(record)
  }

  /** Made again, as long as `errors.retry.timeout` allows; null where that does not succeed. */
  async #asSent(record: SourceRecord): Promise<DeadLetter | null> {
    try {
      return await this.#plugins.errors.retries.attempt(() => this.#makeAgain(record))
    } catch {
      return null
    }
  }

  async #makeAgain(record: SourceRecord): Promise<DeadLetter | null> {
    const { chain, converters } = this.#plugins
    const sent = chain === null ? record : await chain.apply(record)
    if (sent === null) return null
    const { key, value, headers } = await convertAsSent(sent, converters)
    return letterFrom(sent, key, { bytes: value, format: 'converted' }, headers)
  }

  async #asPolled(record: SourceRecord): Promise<DeadLetter> {
    const { topic, keySchema, key, valueSchema, value } = record
    const { bytes } = await this.#write(topic, keySchema, key)
    const written = await this.#write(topic, valueSchema, value)
    return letterFrom(record, bytes, written, await this.#headersOf(record))
  }

  /** JSON with its schema; what cannot be written so, as the text that Java prints of it. */
  async #write(topic: string, schema: Schema | null, value: unknown): Promise<Written> {
    if (value === null || value === undefined) return { bytes: null, format: 'json' }
    try {
      const json = await (this.#json ??= openJson())
      return { bytes: await json.fromConnectData(topic, null, schema, value), format: 'json' }
    } catch {
      return { bytes: Buffer.from(textOf(value, schema)), format: 'text' }
    }
  }

  async #headersOf({ topic, headers }: SourceRecord): Promise<RecordHeader[]> {
    const { header } = this.#plugins.converters
    const converted: RecordHeader[] = []
    for (const { key, schema, value } of headers ?? []) {
      try {
        converted.push({ key, value: await header.fromConnectHeader(topic, key, schema, value) })
      } catch {
        converted.push({ key, value: Buffer.from(textOf(value, schema)) })
      }
    }
    return converted
  }
}

function letterFrom(
  record: SourceRecord,
  key: Uint8Array | null,
  { bytes, format }: Written,
  headers: readonly RecordHeader[],
): DeadLetter {
  const { topic, kafkaPartition, timestamp, sourcePartition, sourceOffset } = record
  return {
    origin: { topic, partition: kafkaPartition ?? -1, offset: -1 },
    key,
    value: bytes,
    headers,
    context: [
      textHeader('source.partition', jsonText(sourcePartition)),
      textHeader('source.offset', jsonText(sourceOffset)),
      textHeader('format', format),
    ],
    timestamp: timestamp ?? -1,
  }
}

/** Few tasks need it, and those only once something fails. */
async function openJson(): Promise<Converter> {
  const { JsonConverter } = await import('../converters/json/json-converter.ts')
  const json = new JsonConverter()
  json.configure({ 'schemas.enable': 'true', 'converter.type': 'value' }, false)
  return json
}

/** Never throws: a value may be anything, also what no converter and no printer takes. */
export function textOf(value: unknown, schema: Schema | null): string {
  try {
    return javaToString(value, schema)
  } catch {
    return `a value of type ${typeof value} that cannot be written`
  }
}

/** A source partition or offset; a bigint as text, bytes as base64. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'bigint') return member.toString()
    return member instanceof Uint8Array ? Buffer.from(member).toString('base64') : member
  }) as string | undefined
  return text ?? 'null'
}
