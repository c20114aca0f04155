import type { Headers } from '../data/headers.ts'
import { schemaText } from '../data/interned-schema.ts'
import { javaToString } from '../data/java-to-string.ts'
import type { SourceRecord } from '../data/records.ts'
import type { Schema } from '../data/schema.ts'

/** A source record as Java prints it, for `errors.log.include.messages`. */
export function sourceRecordText(record: SourceRecord): string {
  const { topic, kafkaPartition, key, keySchema, value, valueSchema, timestamp } = record
  return (
    `SourceRecord{sourcePartition=${javaToString(record.sourcePartition)}, sourceOffset=${javaToString(record.sourceOffset)}} ` +
    `ConnectRecord{topic='${topic}', kafkaPartition=${String(kafkaPartition)}, ` +
    `key=${javaToString(key, keySchema)}, keySchema=${textOfSchema(keySchema)}, ` +
    `value=${javaToString(value, valueSchema)}, valueSchema=${textOfSchema(valueSchema)}, ` +
    `timestamp=${String(timestamp)}, headers=${headersText(record.headers)}}`
  )
}

function headersText(headers: Headers | null): string {
  if (headers === null || headers.size === 0) return 'ConnectHeaders(headers=)'
  const texts = Array.from(
    headers,
    ({ key, value, schema }) =>
      `ConnectHeader(key=${key}, value=${javaToString(value, schema)}, schema=${textOfSchema(schema)})`,
  )
  return `ConnectHeaders(headers=[${texts.join(', ')}])`
}

function textOfSchema(schema: Schema | null): string {
  return schema === null ? 'null' : schemaText(schema)
}
