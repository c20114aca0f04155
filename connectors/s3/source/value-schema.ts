import { ConfigError, SchemaBuilder, asError } from 'sluice/api'
import type { Schema, SchemaType } from 'sluice/api'

const types: readonly string[] = [
  ...['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING', 'BYTES'],
]

/**
 * The schema of records of texts, as `value.schema` has it: `{"name":…,"type":"STRUCT","isOptional":false,"fieldSchemas":{"id":{"type":"INT64",
 * "isOptional":false},…}}`. Throws a ConfigError.
 */
export function valueSchemaOf(text: string): Schema {
  try {
    const parsed: unknown = JSON.parse(text)
    if (!isObject(parsed)) throw new Error('it is no object.')
    const { type, fieldSchemas, ...more } = parsed
    if (type !== 'STRUCT' || !isObject(fieldSchemas)) {
      throw new Error('expected type STRUCT and fieldSchemas.')
    }
    const builder = described(SchemaBuilder.struct(), more)
    for (const [name, field] of Object.entries(fieldSchemas)) {
      builder.field(name, fieldSchemaOf(name, field))
    }
    return builder.build()
  } catch (cause) {
    const { message } = asError(cause)
    throw new ConfigError(`It is no schema in JSON: ${message}`, { cause })
  }
}

function fieldSchemaOf(name: string, field: unknown): Schema {
  const type = isObject(field) ? field.type : null
  if (!isObject(field) || typeof type !== 'string' || !types.includes(type)) {
    throw new Error(
      `the field ${name} has the type ${String(type)}; expected one of ${types.join(', ')}.`,
    )
  }
  const builder = described(new SchemaBuilder(type as SchemaType), field)
  return (field.isOptional === true ? builder.optional() : builder).build()
}

function described(
  builder: SchemaBuilder,
  { name, version, doc, parameters }: Readonly<Record<string, unknown>>,
): SchemaBuilder {
  if (typeof name === 'string') builder.name(name)
  if (typeof version === 'number') builder.version(version)
  if (typeof doc === 'string') builder.doc(doc)
  for (const [key, value] of Object.entries(isObject(parameters) ? parameters : {})) {
    builder.parameter(key, String(value))
  }
  return builder
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
