import type { AvroField, AvroRecord, AvroSchema } from './avro-schema.ts'
import { noProps, primitive } from './avro-schema.ts'
import { anythingName, mapEntryName } from './connect-names.ts'

/** What schemaless data is written under: a record of which at most one member is set (`AvroData.ANYTHING_SCHEMA`). */

/** Members of {@link anythingSchema}, in their order. */
export const anythingMembers = [
  'boolean',
  'bytes',
  'double',
  'float',
  'int',
  'long',
  'string',
  'array',
  'map',
] as const
export type AnythingMember = (typeof anythingMembers)[number]

const plain = { aliases: [], props: noProps } as const

export const anythingSchema: AvroRecord = build()

function build(): AvroRecord {
  const fields: AvroField[] = []
  const anything: AvroRecord = { type: 'record', name: anythingName, doc: null, fields, ...plain }
  const entry: AvroRecord = {
    type: 'record',
    name: mapEntryName,
    doc: null,
    fields: [field('key', anything), field('value', anything)],
    ...plain,
  }
  for (const name of anythingMembers) {
    fields.push(optionalField(name, memberSchema(name, anything, entry)))
  }
  return anything
}

function memberSchema(name: AnythingMember, anything: AvroRecord, entry: AvroRecord): AvroSchema {
  if (name === 'array') return { type: 'array', items: anything, props: noProps }
  if (name === 'map') return { type: 'array', items: entry, props: noProps }
  return primitive(name)
}

function field(name: string, schema: AvroSchema): AvroField {
  return { name, schema, doc: null, default: undefined, ...plain }
}

function optionalField(name: string, schema: AvroSchema): AvroField {
  const branches = [primitive('null'), schema]
  return { ...field(name, { type: 'union', branches, props: noProps }), default: null }
}
