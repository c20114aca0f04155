import { DataError, STRING_SCHEMA, SchemaBuilder, Struct, Values } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import type { RecordSide } from './open-file.ts'

const header = SchemaBuilder.struct()
  .field('key', STRING_SCHEMA)
  .field('value', SchemaBuilder.string().optional().build())
  .build()
const headerList = SchemaBuilder.array(header).build()
const recordHeaders = SchemaBuilder.struct()
  .name('RecordHeaders')
  .field('headers', headerList)
  .build()

/** Keys as they are. */
export const plainKeys: RecordSide = {
  schemaOf: ({ keySchema }) => keySchema,
  valueOf: keyOf,
}

/** Keys as a field of a record, for a format that holds nothing else. */
export const wrappedKeys: RecordSide = {
  schemaOf: ({ keySchema }) => (keySchema === null ? null : wrapping(keySchema)),
  valueOf(record) {
    const key = keyOf(record)
    return record.keySchema === null ? key : new Struct(wrapping(record.keySchema), [key])
  },
}

/** Headers as a list of their names and the texts of their values. */
export const plainHeaders: RecordSide = { schemaOf: () => headerList, valueOf: headersOf }

/** The same as a field of a record. */
export const wrappedHeaders: RecordSide = {
  schemaOf: () => recordHeaders,
  valueOf: (record) => new Struct(recordHeaders, [headersOf(record)]),
}

const wrappings = new WeakMap<Schema, Schema>()

function wrapping(schema: Schema): Schema {
  let wrapped = wrappings.get(schema)
  if (wrapped === undefined) {
    wrapped = SchemaBuilder.struct().name('RecordKey').field('key', schema).build()
    wrappings.set(schema, wrapped)
  }
  return wrapped
}

function keyOf(record: SinkRecord): unknown {
  if (record.key !== null && record.key !== undefined) return record.key
  throw new DataError(`Key cannot be null for SinkRecord: ${place(record)}`)
}

function headersOf(record: SinkRecord): Struct[] {
  if (record.headers === null || record.headers.size === 0) {
    throw new DataError(`Headers cannot be null for SinkRecord: ${place(record)}`)
  }
  return Array.from(
    record.headers,
    ({ key, schema, value }) => new Struct(header, [key, Values.convertToString(schema, value)]),
  )
}

/** Where a record lies, for messages. */
export function place({
  originalTopic,
  originalKafkaPartition,
  originalKafkaOffset,
}: SinkRecord): string {
  return `topic ${originalTopic}, partition ${originalKafkaPartition}, offset ${originalKafkaOffset}`
}
