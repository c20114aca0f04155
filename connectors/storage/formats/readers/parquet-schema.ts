import type { SchemaElement } from 'hyparquet'
import {
  BOOLEAN_SCHEMA,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  SchemaBuilder,
} from 'sluice/api'
import type { Schema } from 'sluice/api'

/** A column or group of Parquet's schema. */
export interface ParquetNode {
  readonly element: SchemaElement
  readonly children: readonly ParquetNode[]
}

const texts = new Set(['UTF8', 'ENUM', 'JSON'])

/**
 * The elements as the library is to see them: plain groups of plain columns, texts and unsigned integers of 32 bits excepted. What they mean besides is
 * read here, as the library would take decimals for doubles and maps for objects, and could not tell lists of two levels from those of three.
 */
export function plainElements(elements: readonly SchemaElement[]): SchemaElement[] {
  return elements.map((element) => {
    const { converted_type: _converted, logical_type: _logical, ...plain } = element
    if (isText(element)) return { ...plain, converted_type: 'UTF8' }
    return isUnsignedInt(element) ? { ...plain, converted_type: 'UINT_32' } : plain
  })
}

function isText({
  converted_type: converted,
  logical_type: logical,
  type,
}: SchemaElement): boolean {
  if (type !== 'BYTE_ARRAY') return false
  return texts.has(converted ?? '') || /^(?:STRING|ENUM|JSON)$/.test(logical?.type ?? '')
}

function isUnsignedInt({
  converted_type: converted,
  logical_type: logical,
  type,
}: SchemaElement): boolean {
  if (type !== 'INT32') return false
  return (
    converted === 'UINT_32' ||
    (logical?.type === 'INTEGER' && !logical.isSigned && logical.bitWidth === 32)
  )
}

export function isListNode({ element, children }: ParquetNode): boolean {
  const isMarked = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST'
  return isMarked && children.length === 1 && isRepeated(children[0])
}

export function isMapNode({ element, children }: ParquetNode): boolean {
  const isMarked =
    element.converted_type === 'MAP' ||
    element.converted_type === 'MAP_KEY_VALUE' ||
    element.logical_type?.type === 'MAP'
  return (
    isMarked &&
    children.length === 1 &&
    isRepeated(children[0]) &&
    children[0]?.children.length === 2
  )
}

export function isRepeated(node: ParquetNode | undefined): boolean {
  return node?.element.repetition_type === 'REPEATED'
}

/**
 * The items of a list: those of three levels lie in a group of one member, those of two are what repeats (Parquet's LogicalTypes, Backward-compatibility
 * rules).
 */
export function itemOf(list: ParquetNode): {
  readonly item: ParquetNode
  readonly isWrapped: boolean
} {
  const [repeated] = list.children
  if (repeated === undefined) throw new DataError(`The list ${list.element.name} has no items.`)
  const [only] = repeated.children
  const isWrapped =
    only !== undefined &&
    repeated.children.length === 1 &&
    repeated.element.name !== 'array' &&
    repeated.element.name !== `${list.element.name}_tuple`
  return { item: isWrapped ? only : repeated, isWrapped }
}

/** What Connect has for a file that notes no schema of Avro. A DataError where that is nothing. */
export function schemaOfNode(node: ParquetNode): Schema {
  if (isRepeated(node)) return SchemaBuilder.array(builderOf(node).build()).build()
  const builder = builderOf(node)
  return node.element.repetition_type === 'OPTIONAL' ? builder.optional().build() : builder.build()
}

function builderOf(node: ParquetNode): SchemaBuilder {
  const { element, children } = node
  if (children.length === 0) return columnBuilder(element)
  if (isMapNode(node)) return mapBuilder(node)
  if (isListNode(node)) {
    const { item, isWrapped } = itemOf(node)
    return SchemaBuilder.array(isWrapped ? schemaOfNode(item) : builderOf(item).build())
  }
  const builder = SchemaBuilder.struct().name(element.name)
  for (const child of children) builder.field(child.element.name, schemaOfNode(child))
  return builder
}

function mapBuilder(node: ParquetNode): SchemaBuilder {
  const [key, value] = node.children[0]?.children ?? []
  if (key === undefined || value === undefined) {
    throw new DataError(`The map ${node.element.name} has no keys or no values.`)
  }
  return SchemaBuilder.map(schemaOfNode(key), schemaOfNode(value))
}

function columnBuilder(element: SchemaElement): SchemaBuilder {
  const { type } = element
  if (type === undefined) throw new DataError(`The column ${element.name} has no type.`)
  if (isDecimal(element)) return Decimal.builder(scaleOf(element))
  switch (type) {
    case 'BOOLEAN':
      return new SchemaBuilder(BOOLEAN_SCHEMA.type)
    case 'INT32':
      return intBuilder(element)
    case 'INT64':
      return isMillis(element, 'TIMESTAMP') ? ConnectTimestamp.builder() : SchemaBuilder.int64()
    case 'INT96':
      // Nanoseconds since the epoch.
      return SchemaBuilder.int64()
    case 'FLOAT':
      return SchemaBuilder.float32()
    case 'DOUBLE':
      return SchemaBuilder.float64()
    case 'BYTE_ARRAY':
      return isText(element) ? SchemaBuilder.string() : SchemaBuilder.bytes()
    case 'FIXED_LEN_BYTE_ARRAY':
      return SchemaBuilder.bytes().parameter('connect.fixed.size', String(element.type_length ?? 0))
  }
}

function intBuilder(element: SchemaElement): SchemaBuilder {
  if (element.converted_type === 'DATE' || element.logical_type?.type === 'DATE') {
    return ConnectDate.builder()
  }
  if (isMillis(element, 'TIME')) return ConnectTime.builder()
  return isUnsignedInt(element) ? SchemaBuilder.int64() : SchemaBuilder.int32()
}

function isMillis(
  { converted_type: converted, logical_type: logical }: SchemaElement,
  kind: 'TIME' | 'TIMESTAMP',
): boolean {
  if (converted === `${kind}_MILLIS`) return true
  return logical?.type === kind && logical.unit === 'MILLIS'
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL'
}

function scaleOf({ scale, logical_type: logical }: SchemaElement): number {
  return (logical?.type === 'DECIMAL' ? logical.scale : scale) ?? 0
}
