import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  isStruct,
  schemaText,
} from 'sluice/api'
import type { Field, Instant, Schema, SchemaType } from 'sluice/api'
import type { SchemaElement } from 'hyparquet'

/** A field of the message: its elements in Parquet's schema, depth first, and the way of a value there. */
export interface ParquetColumn {
  readonly elements: readonly SchemaElement[]
  /** Hot. What the writer takes for a value. A DataError for null in a required field. */
  convert(value: unknown): unknown
  /** Whether its elements, or those within it, are decimals in bytes. */
  readonly holdsDecimals: boolean
}

const enumParameter = 'io.confluent.connect.avro.Enum'
const defaultPrecision = 64

/** The column of a schema, called `name`. A DataError where Parquet has no type for it. */
export function parquetColumn(name: string, schema: Schema): ParquetColumn {
  const column = presentColumn(name, schema)
  const [first, ...rest] = column.elements
  const repetition_type = schema.optional ? 'OPTIONAL' : 'REQUIRED'
  const byDefault = schema.defaultValue
  const whenNull = byDefault === null ? null : column.convert(byDefault)
  return {
    holdsDecimals: column.holdsDecimals,
    elements: [{ ...first, name, repetition_type }, ...rest],
    convert(value) {
      if (value !== null && value !== undefined) return column.convert(value)
      if (schema.optional || whenNull !== null) return whenNull
      throw new DataError(`Found null value for the required field '${name}' of a Parquet file.`)
    },
  }
}

function presentColumn(name: string, schema: Schema): ParquetColumn {
  const logical = schema.name === null ? undefined : logicalColumns[schema.name]
  if (logical !== undefined) return logical(name, schema)
  if (schema.type === 'STRUCT') return structColumn(name, schema.fields ?? [])
  if (schema.type === 'ARRAY') return listColumn(name, elementSchema(schema, schema.valueSchema))
  if (schema.type === 'MAP') return mapColumn(name, schema)
  if (schema.type === 'STRING') {
    return schema.parameters?.has(enumParameter) === true
      ? leaf(
          name,
          { type: 'BYTE_ARRAY', converted_type: 'ENUM', logical_type: { type: 'ENUM' } },
          utf8,
        )
      : leaf(
          name,
          { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
          same,
        )
  }
  const scalar = scalars[schema.type]
  if (scalar === undefined) throw new DataError(`Parquet has no type for ${schemaText(schema)}.`)
  return leaf(name, scalar[0], scalar[1])
}

type Convert = (value: unknown) => unknown

const same: Convert = (value) => value
const utf8: Convert = (value) => Buffer.from(String(value))
const toBigInt: Convert = (value) => BigInt(value as number | bigint)

const scalars: Partial<Record<SchemaType, readonly [Omit<SchemaElement, 'name'>, Convert]>> = {
  BOOLEAN: [{ type: 'BOOLEAN' }, same],
  INT8: [{ type: 'INT32' }, same],
  INT16: [{ type: 'INT32' }, same],
  INT32: [{ type: 'INT32' }, same],
  INT64: [{ type: 'INT64' }, toBigInt],
  FLOAT32: [{ type: 'FLOAT' }, same],
  FLOAT64: [{ type: 'DOUBLE' }, same],
  BYTES: [{ type: 'BYTE_ARRAY' }, same],
}

const logicalColumns: Readonly<Record<string, (name: string, schema: Schema) => ParquetColumn>> = {
  [Decimal.LOGICAL_NAME]: decimalColumn,
  [ConnectDate.LOGICAL_NAME]: (name, schema) =>
    leaf(name, { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }, (value) =>
      ConnectDate.fromLogical(schema, value as Instant),
    ),
  [ConnectTime.LOGICAL_NAME]: (name, schema) =>
    leaf(
      name,
      {
        type: 'INT32',
        converted_type: 'TIME_MILLIS',
        logical_type: { type: 'TIME', isAdjustedToUTC: true, unit: 'MILLIS' },
      },
      (value) => ConnectTime.fromLogical(schema, value as Date),
    ),
  [ConnectTimestamp.LOGICAL_NAME]: (name, schema) =>
    leaf(
      name,
      {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      },
      (value) => BigInt(ConnectTimestamp.fromLogical(schema, value as Instant)),
    ),
}

/** Without its converted type, which is added to the footer: the writer would take zero for no bytes at all. */
function decimalColumn(name: string, schema: Schema): ParquetColumn {
  const scale = Number(schema.parameters?.get(Decimal.SCALE_FIELD) ?? 0)
  const precision = Number(schema.parameters?.get('connect.decimal.precision') ?? defaultPrecision)
  const element: Omit<SchemaElement, 'name'> = {
    type: 'BYTE_ARRAY',
    logical_type: { type: 'DECIMAL', precision, scale },
  }
  const convert = (value: unknown): unknown => Decimal.fromLogical(schema, value as Decimal)
  return { elements: [{ ...element, name }], convert, holdsDecimals: true }
}

function leaf(name: string, element: Omit<SchemaElement, 'name'>, convert: Convert): ParquetColumn {
  return { elements: [{ ...element, name }], convert, holdsDecimals: false }
}

/** A group; its members in an object by their names. */
function structColumn(name: string, fields: readonly Field[]): ParquetColumn {
  if (fields.length === 0) {
    throw new DataError(
      `The field '${name}' is a Struct without fields, which Parquet cannot hold.`,
    )
  }
  const columns = fields.map((field) => ({
    field,
    column: parquetColumn(field.name, field.schema),
  }))
  return {
    elements: [
      { name, num_children: fields.length },
      ...columns.flatMap(({ column }) => column.elements),
    ],
    holdsDecimals: columns.some(({ column }) => column.holdsDecimals),
    convert(value) {
      if (!isStruct(value)) throw new DataError(`The field '${name}' holds no Struct.`)
      const members: Record<string, unknown> = {}
      for (const { field, column } of columns) {
        members[field.name] = column.convert(value.values[field.index])
      }
      return members
    },
  }
}

/** A list of three levels, whose items may be null where their schema says so. */
function listColumn(name: string, item: Schema): ParquetColumn {
  const column = parquetColumn('element', item)
  return {
    elements: [
      { name, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      ...column.elements,
    ],
    holdsDecimals: column.holdsDecimals,
    convert(value) {
      if (!Array.isArray(value)) throw new DataError(`The field '${name}' holds no list.`)
      return value.map((each) => column.convert(each))
    },
  }
}

function mapColumn(name: string, schema: Schema): ParquetColumn {
  const key = elementSchema(schema, schema.keySchema)
  const keys = parquetColumn('key', key)
  const values = parquetColumn('value', elementSchema(schema, schema.valueSchema))
  const isMap = key.type === 'STRING' && !key.optional
  // Keys of other types make a list of entries, as in Avro.
  const elements: SchemaElement[] = isMap
    ? [
        { name, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
        {
          name: 'key_value',
          num_children: 2,
          repetition_type: 'REPEATED',
          converted_type: 'MAP_KEY_VALUE',
        },
      ]
    : [
        { name, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
        { name: 'element', num_children: 2, repetition_type: 'REQUIRED' },
      ]
  return {
    elements: [...elements, ...keys.elements, ...values.elements],
    holdsDecimals: keys.holdsDecimals || values.holdsDecimals,
    convert(value) {
      if (!(value instanceof Map)) throw new DataError(`The field '${name}' holds no map.`)
      return Array.from(value, ([each, its]: [unknown, unknown]) => ({
        key: keys.convert(each),
        value: values.convert(its),
      }))
    },
  }
}

function elementSchema(schema: Schema, element: Schema | null): Schema {
  if (element !== null) return element
  throw new DataError(`Parquet needs the schemas of what ${schemaText(schema)} holds.`)
}
