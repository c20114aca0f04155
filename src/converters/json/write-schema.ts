import type { Schema, SchemaType } from '../../api/index.ts'
import { jsonEncoder } from './json-encoder.ts'
import type { JsonEncoderOptions } from './json-encoder-types.ts'
import { quote } from './json-text.ts'

const names: Record<SchemaType, string> = {
  BOOLEAN: 'boolean',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FLOAT32: 'float',
  FLOAT64: 'double',
  STRING: 'string',
  BYTES: 'bytes',
  ARRAY: 'array',
  MAP: 'map',
  STRUCT: 'struct',
}

/**
 * The JSON of a schema, as the `schema` member of an envelope holds it. Members stand in Java's order; `optional` is
 * always there, the others where they are set; a default is written as a value of the schema is.
 */
export function schemaJson(schema: Schema | null, options: JsonEncoderOptions): string {
  return schema === null ? 'null' : `{${members(schema, options).join()}}`
}

function members(schema: Schema, options: JsonEncoderOptions): string[] {
  const list = [`"type":${quote(names[schema.type])}`, ...children(schema, options)]
  list.push(`"optional":${schema.optional}`)
  if (schema.name !== null) list.push(`"name":${quote(schema.name)}`)
  if (schema.version !== null) list.push(`"version":${schema.version}`)
  if (schema.doc !== null) list.push(`"doc":${quote(schema.doc)}`)
  if (schema.parameters !== null) list.push(`"parameters":${parametersJson(schema.parameters)}`)
  if (schema.defaultValue !== null) list.push(`"default":${defaultJson(schema, options)}`)
  return list
}

function children(schema: Schema, options: JsonEncoderOptions): string[] {
  const { type, keySchema, valueSchema } = schema
  if (type === 'ARRAY') return [`"items":${schemaJson(valueSchema, options)}`]
  if (type === 'MAP') {
    return [
      `"keys":${schemaJson(keySchema, options)}`,
      `"values":${schemaJson(valueSchema, options)}`,
    ]
  }
  if (schema.fields === null) return []
  const fields = schema.fields.map(
    (field) => `{${[...members(field.schema, options), `"field":${quote(field.name)}`].join()}}`,
  )
  return [`"fields":[${fields.join()}]`]
}

function parametersJson(parameters: ReadonlyMap<string, string>): string {
  return `{${Array.from(parameters, ([name, value]) => `${quote(name)}:${quote(value)}`).join()}}`
}

function defaultJson(schema: Schema, options: JsonEncoderOptions): string {
  const encoder = jsonEncoder(schema, options)
  const target = Buffer.alloc(encoder.maxBytes(schema.defaultValue))
  return target.utf8Slice(0, encoder.write(target, 0, schema.defaultValue))
}
