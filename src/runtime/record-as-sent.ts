import { Headers } from '../data/headers.ts'
import type { SinkRecord, SourceRecord } from '../data/records.ts'
import type { RecordHeader } from '../kafka/types.ts'
import type { TaskConverters } from './converters.ts'

/** What converters make of a record. */
interface ConvertedRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** The bytes of `record` as they would be sent, with the headers that converters add. Rejects where one of them fails. */
export async function convertAsSent(
  record: SourceRecord | SinkRecord,
  { key, value, header, addsHeaders }: TaskConverters,
): Promise<ConvertedRecord> {
  const { topic, keySchema, valueSchema } = record
  const own: RecordHeader[] = []
  for (const each of record.headers ?? []) {
    const bytes = await header.fromConnectHeader(topic, each.key, each.schema, each.value)
    own.push({ key: each.key, value: bytes })
  }
  const sent = own.length > 0 || addsHeaders ? asSent(own) : null
  return {
    key: await key.converter.fromConnectData(topic, sent, keySchema, record.key),
    value: await value.converter.fromConnectData(topic, sent, valueSchema, record.value),
    headers: sent === null ? [] : rawHeaders(sent),
  }
}

/** The headers as converters see them: their values are bytes. */
export function asSent(headers: readonly RecordHeader[]): Headers {
  return new Headers(headers.map(({ key, value }) => ({ key, value, schema: null })))
}

export function rawHeaders(headers: Headers): readonly RecordHeader[] {
  return Array.from(headers, ({ key, value }) => ({ key, value: value as Uint8Array | null }))
}
