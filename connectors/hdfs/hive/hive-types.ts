import { ConnectDate, ConnectTimestamp, DataError, Decimal, schemaText } from 'sluice/api'
import type { Schema, SchemaType } from 'sluice/api'
import { identifier } from './statements.ts'
import type { HiveColumn } from './statements.ts'

/** Digits that a decimal of Hive has at most. */
export const mostDigits = 38

const scalars: Partial<Record<SchemaType, string>> = {
  BOOLEAN: 'boolean',
  INT8: 'tinyint',
  INT16: 'smallint',
  INT32: 'int',
  INT64: 'bigint',
  FLOAT32: 'float',
  FLOAT64: 'double',
  STRING: 'string',
  BYTES: 'binary',
}

/** The columns of a Parquet file whose records have this schema. */
export function hiveColumns(schema: Schema): HiveColumn[] {
  return (schema.fields ?? []).map((field) => ({ name: field.name, type: hiveType(field.schema) }))
}

/** The type of Hive that reads what the sink writes to Parquet files. Throws a DataError where there is none. */
export function hiveType(schema: Schema): string {
  if (schema.name === ConnectDate.LOGICAL_NAME) return 'date'
  if (schema.name === ConnectTimestamp.LOGICAL_NAME) return 'timestamp'
  if (schema.name === Decimal.LOGICAL_NAME) return decimalType(schema)
  return plainType(schema)
}

function plainType(schema: Schema): string {
  if (schema.type === 'STRUCT') {
    const fields = (schema.fields ?? []).map(
      (field) => `${identifier(field.name)}:${hiveType(field.schema)}`,
    )
    return `struct<${fields.join(',')}>`
  }
  if (schema.type === 'ARRAY') return `array<${elementType(schema, schema.valueSchema)}>`
  if (schema.type === 'MAP') return mapType(schema)
  const scalar = scalars[schema.type]
  if (scalar === undefined) throw new DataError(`Hive has no type for ${schemaText(schema)}.`)
  return scalar
}

/** Files have a map with keys of other types, or that may be null, as a list of entries. */
function mapType(schema: Schema): string {
  const { keySchema, valueSchema } = schema
  const [key, value] = [elementType(schema, keySchema), elementType(schema, valueSchema)]
  if (keySchema?.type === 'STRING' && !keySchema.optional) return `map<${key},${value}>`
  return `array<struct<${identifier('key')}:${key},${identifier('value')}:${value}>>`
}

/** Files say 64 digits where the schema does not say how many; Hive takes the values with its own most. */
function decimalType({ parameters }: Schema): string {
  const scale = Number(parameters?.get(Decimal.SCALE_FIELD) ?? 0)
  const precision = Number(parameters?.get('connect.decimal.precision') ?? mostDigits)
  const digits = Math.min(mostDigits, Math.max(precision, 1))
  return `decimal(${digits},${Math.min(Math.max(scale, 0), digits)})`
}

function elementType(schema: Schema, element: Schema | null): string {
  if (element !== null) return hiveType(element)
  throw new DataError(`Hive needs the schemas of what ${schemaText(schema)} holds.`)
}
