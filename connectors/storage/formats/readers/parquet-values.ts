import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  Struct,
  normalizeInt64,
  schemaText,
} from 'sluice/api'
import type { Field, Schema } from 'sluice/api'
import { isMapNode, isRepeated, itemOf } from './parquet-schema.ts'
import type { ParquetNode } from './parquet-schema.ts'

type Read = (value: unknown) => unknown
type Members = Readonly<Record<string, unknown>>

/** Compiles how rows become values of a schema of theirs. A DataError where columns and schema do not fit each other. */
export function rowReader(tree: ParquetNode, schema: Schema): (row: Members) => unknown {
  return structReader(tree, schema)
}

/** Null is none where the schema has no place for it. */
function reader(node: ParquetNode, schema: Schema): Read {
  const read = isRepeated(node) ? repeatedReader(node, schema) : presentReader(node, schema)
  return (value) => {
    if (value !== null && value !== undefined) return read(value)
    if (schema.optional) return null
    throw new DataError(`Found null in the required column ${node.element.name}.`)
  }
}

/** A column that repeats without being marked as a list. */
function repeatedReader(node: ParquetNode, schema: Schema): Read {
  const read = presentReader(node, elementOf(schema, schema.valueSchema))
  return (value) => listOf(value).map(read)
}

const logicalReaders: Readonly<Record<string, (schema: Schema) => Read>> = {
  [Decimal.LOGICAL_NAME]: decimalReader,
  [ConnectDate.LOGICAL_NAME]: (schema) => (value) => ConnectDate.toLogical(schema, Number(value)),
  [ConnectTime.LOGICAL_NAME]: (schema) => (value) => ConnectTime.toLogical(schema, Number(value)),
  [ConnectTimestamp.LOGICAL_NAME]: (schema) => (value) =>
    ConnectTimestamp.toLogical(schema, normalizeInt64(BigInt(value as number | bigint))),
}

function presentReader(node: ParquetNode, schema: Schema): Read {
  const logical = schema.name === null ? undefined : logicalReaders[schema.name]
  if (logical !== undefined) return logical(schema)
  switch (schema.type) {
    case 'STRUCT':
      return structReader(node, schema)
    case 'ARRAY':
      return listReader(node, schema)
    case 'MAP':
      return mapReader(node, schema)
    case 'INT64':
      return (value) => normalizeInt64(BigInt(value as number | bigint))
    case 'BYTES':
      // A copy: a view would keep the page.
      return (value) => Buffer.from(value as Uint8Array)
    case 'STRING':
      return (value) =>
        typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString()
    case 'BOOLEAN':
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'FLOAT32':
    case 'FLOAT64':
      return (value) => value
  }
}

/** The unscaled number, as an integer or in bytes, big-endian. */
function decimalReader(schema: Schema): Read {
  const { scale } = Decimal.toLogical(schema, Buffer.of(0))
  return (value) =>
    value instanceof Uint8Array
      ? Decimal.toLogical(schema, value)
      : new Decimal(BigInt(value as number | bigint), scale)
}

function structReader(node: ParquetNode, schema: Schema): (value: unknown) => unknown {
  const fields = (schema.fields ?? []).map((field) => memberReader(node, field))
  return (value) => {
    const members = value as Members
    const values = new Array<unknown>(fields.length)
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]
      if (field !== undefined) values[index] = field.read(members[field.name])
    }
    return new Struct(schema, values)
  }
}

/** A field's column has its name; those of a union are numbered. */
function memberReader(
  node: ParquetNode,
  field: Field,
): { readonly name: string; readonly read: Read } {
  const child =
    node.children.find(({ element }) => element.name === field.name) ??
    node.children.find(({ element }) => element.name === `member${field.index}`)
  if (child === undefined) {
    throw new DataError(
      `The schema of the file has a field ${field.name} in ${schemaText(field.schema)}, and there is no column of it.`,
    )
  }
  return { name: child.element.name, read: reader(child, field.schema) }
}

function listReader(list: ParquetNode, schema: Schema): Read {
  const itemSchema = elementOf(schema, schema.valueSchema)
  const { item, isWrapped } = itemOf(list)
  const { name } = list.children[0]?.element ?? { name: '' }
  if (!isWrapped) {
    const read = presentReader(item, itemSchema)
    return (value) => listOf((value as Members)[name]).map(read)
  }
  const read = reader(item, itemSchema)
  return (value) =>
    listOf((value as Members)[name]).map((each) => read((each as Members)[item.element.name]))
}

/** Also of maps whose keys are no texts: those are lists of entries. */
function mapReader(node: ParquetNode, schema: Schema): Read {
  const [repeated] = node.children
  const { item, isWrapped } = isMapNode(node) ? { item: repeated, isWrapped: false } : itemOf(node)
  const [key, value] = item?.children ?? []
  if (repeated === undefined || item === undefined || key === undefined || value === undefined) {
    throw new DataError(`The column ${node.element.name} is no map.`)
  }
  const readKey = reader(key, elementOf(schema, schema.keySchema))
  const readValue = reader(value, elementOf(schema, schema.valueSchema))
  return (found) => {
    const entries = new Map<unknown, unknown>()
    for (const each of listOf((found as Members)[repeated.element.name])) {
      const entry = (isWrapped ? (each as Members)[item.element.name] : each) as Members
      entries.set(readKey(entry[key.element.name]), readValue(entry[value.element.name]))
    }
    return entries
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === null || value === undefined) return []
  throw new DataError('The column does not repeat where its schema says so.')
}

function elementOf(schema: Schema, element: Schema | null): Schema {
  if (element !== null) return element
  throw new DataError(`${schemaText(schema)} does not say what it holds.`)
}
