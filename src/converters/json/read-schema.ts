import { DataError, SchemaBuilder } from '../../api/index.ts'
import type { Schema, SchemaType } from '../../api/index.ts'
import type { JsonCursor } from './json-cursor.ts'
import { jsonDecoder } from './json-decoder.ts'
import { passedInteger } from './read-schemaless.ts'

const types: ReadonlyMap<string, SchemaType> = new Map<string, SchemaType>([
  ['boolean', 'BOOLEAN'],
  ['int8', 'INT8'],
  ['int16', 'INT16'],
  ['int32', 'INT32'],
  ['int64', 'INT64'],
  ['float', 'FLOAT32'],
  ['double', 'FLOAT64'],
  ['bytes', 'BYTES'],
  ['string', 'STRING'],
  ['array', 'ARRAY'],
  ['map', 'MAP'],
  ['struct', 'STRUCT'],
])

/** The members of a schema's JSON that mean something, as far as they are of the right kind. */
interface SchemaNode {
  type: string | null
  /** Null where the member is missing or null. */
  items: SchemaNode | null
  keys: SchemaNode | null
  values: SchemaNode | null
  fields: SchemaNode[] | null
  optional: boolean
  name: string | null
  version: number | null
  doc: string | null
  parameters: Map<string, string>
  /** Where the text of the default begins; it is read once the schema is known. */
  defaultAt: number | null
  /** Name of the field, where this is one. */
  field: string | null
}

/**
 * Reads the `schema` member of an envelope; null for JSON null. What cannot be a schema is a DataError in Java's words.
 * The order of members does not matter, the last of two with one name counts, and members of no meaning are passed over.
 */
export function readSchema(cursor: JsonCursor, replaceNullWithDefault: boolean): Schema | null {
  if (cursor.kind() === 'NULL') {
    cursor.readLiteral()
    return null
  }
  const node = readNode(cursor)
  const end = cursor.at
  const schema = toSchema(node, cursor, replaceNullWithDefault)
  cursor.at = end
  return schema
}

function emptyNode(): SchemaNode {
  return {
    type: null,
    items: null,
    keys: null,
    values: null,
    fields: null,
    optional: false,
    name: null,
    version: null,
    doc: null,
    parameters: new Map(),
    defaultAt: null,
    field: null,
  }
}

/** A value of any kind as a schema; one that is no object has no members. */
function readNode(cursor: JsonCursor): SchemaNode {
  const node = emptyNode()
  if (cursor.kind() !== 'OBJECT') {
    cursor.skipValue()
    return node
  }
  cursor.enter()
  for (let first = true; cursor.nextMember(first); first = false) {
    readMember(cursor, node, cursor.readName())
  }
  return node
}

function readMember(cursor: JsonCursor, node: SchemaNode, member: string): void {
  const kind = cursor.kind()
  if (member === 'type' || member === 'name' || member === 'doc' || member === 'field') {
    node[member] = kind === 'STRING' ? cursor.readString() : skipped(cursor)
  } else if (member === 'items' || member === 'keys' || member === 'values') {
    node[member] = kind === 'NULL' ? skipped(cursor) : readNode(cursor)
  } else if (member === 'fields') {
    node.fields = kind === 'ARRAY' ? readFields(cursor) : skipped(cursor)
  } else if (member === 'optional') {
    node.optional = kind === 'BOOLEAN' && cursor.readLiteral() === true
    if (kind !== 'BOOLEAN') cursor.skipValue()
  } else if (member === 'version') {
    node.version = readVersion(cursor)
  } else if (member === 'parameters') {
    node.parameters = readParameters(cursor)
  } else {
    if (member === 'default') node.defaultAt = cursor.at
    cursor.skipValue()
  }
}

function skipped(cursor: JsonCursor): null {
  cursor.skipValue()
  return null
}

function readFields(cursor: JsonCursor): SchemaNode[] {
  const fields: SchemaNode[] = []
  cursor.enter()
  for (let first = true; cursor.nextElement(first); first = false) fields.push(readNode(cursor))
  return fields
}

/** An integer of 32 bits; what is none is as if it were not there. */
function readVersion(cursor: JsonCursor): number | null {
  if (cursor.kind() !== 'NUMBER') return skipped(cursor)
  cursor.readNumber()
  const version = cursor.isInteger ? passedInteger(cursor) : null
  if (version === null) return null
  if (typeof version === 'bigint' || (version | 0) !== version) {
    throw new DataError(`Schema version ${version} is not an integer of 32 bits.`)
  }
  return version
}

function readParameters(cursor: JsonCursor): Map<string, string> {
  const parameters = new Map<string, string>()
  if (cursor.kind() !== 'OBJECT') {
    cursor.skipValue()
    return parameters
  }
  cursor.enter()
  for (let first = true; cursor.nextMember(first); first = false) {
    const name = cursor.readName()
    if (cursor.kind() !== 'STRING') {
      throw new DataError('Schema parameters must have string values.')
    }
    parameters.set(name, cursor.readString())
  }
  return parameters
}

function toSchema(node: SchemaNode, cursor: JsonCursor, replaceNull: boolean): Schema {
  const builder = builderOf(node, cursor, replaceNull)
  if (node.optional) builder.optional()
  else builder.required()
  if (node.name !== null) builder.name(node.name)
  if (node.version !== null) builder.version(node.version)
  if (node.doc !== null) builder.doc(node.doc)
  builder.parameters(node.parameters)
  if (node.defaultAt !== null) {
    cursor.seek(node.defaultAt, 1)
    builder.defaultValue(jsonDecoder(builder.build(), replaceNull).read(cursor))
  }
  return builder.build()
}

function builderOf(node: SchemaNode, cursor: JsonCursor, replaceNull: boolean): SchemaBuilder {
  if (node.type === null) throw new DataError("Schema must contain 'type' field")
  const type = types.get(node.type)
  const child = (inner: SchemaNode | null, problem: string): Schema => {
    if (inner === null) throw new DataError(problem)
    return toSchema(inner, cursor, replaceNull)
  }
  if (type === undefined) throw new DataError(`Unknown schema type: ${node.type}`)
  if (type === 'ARRAY') {
    return SchemaBuilder.array(child(node.items, 'Array schema did not specify the element type'))
  }
  if (type === 'MAP') {
    return SchemaBuilder.map(
      child(node.keys, 'Map schema did not specify the key type'),
      child(node.values, 'Map schema did not specify the value type'),
    )
  }
  const builder = new SchemaBuilder(type)
  if (type === 'STRUCT') addFields(builder, node, cursor, replaceNull)
  return builder
}

function addFields(
  builder: SchemaBuilder,
  { fields }: SchemaNode,
  cursor: JsonCursor,
  replaceNull: boolean,
): void {
  if (fields === null) {
    throw new DataError('Struct schema\'s "fields" argument is not an array.')
  }
  for (const field of fields) {
    if (field.field === null) {
      throw new DataError("Struct schema's field name not specified properly")
    }
    builder.field(field.field, toSchema(field, cursor, replaceNull))
  }
}
