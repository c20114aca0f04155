import { DataError, asError } from '../../api/index.ts'
import { noProps, primitive, primitiveTypes } from './avro-schema.ts'
import type {
  AvroEnum,
  AvroField,
  AvroFixed,
  AvroRecord,
  AvroSchema,
  NamedAvroSchema,
  PrimitiveType,
} from './avro-schema.ts'
import { jsonInteger, jsonText, parseJson, requireObject } from '../json/json-node.ts'

/** Schemas that others refer to by their full names. */
export type AvroNames = Map<string, NamedAvroSchema>

const primitives: ReadonlySet<string> = new Set(primitiveTypes)

const attributes = {
  field: new Set(['name', 'type', 'doc', 'default', 'order', 'aliases']),
  record: new Set(['type', 'name', 'namespace', 'doc', 'fields', 'aliases']),
  enum: new Set(['type', 'name', 'namespace', 'doc', 'symbols', 'aliases', 'default']),
  fixed: new Set(['type', 'name', 'namespace', 'doc', 'size', 'aliases']),
  array: new Set(['type', 'items']),
  map: new Set(['type', 'values']),
  primitive: new Set(['type']),
} as const

/**
 * Reads a schema. `names` holds what it may refer to, such as the schemas of a registry's references, and takes up what it
 * defines. A DataError where it is no schema.
 */
export function parseAvroSchema(text: string, names: AvroNames = new Map()): AvroSchema {
  try {
    return parseNode(parseJson(text), null, names)
  } catch (cause) {
    throw new DataError(`This is no Avro schema: ${asError(cause).message}`, { cause })
  }
}

type Node = ReadonlyMap<string, unknown>

/** `space` is the namespace that encloses the schema. */
function parseNode(node: unknown, space: string | null, names: AvroNames): AvroSchema {
  if (typeof node === 'string') return byName(node, space, names)
  if (Array.isArray(node)) {
    const branches = node.map((branch: unknown) => parseNode(branch, space, names))
    return { type: 'union', branches, props: noProps }
  }
  const object = requireObject(node, 'a schema')
  const type = object.get('type')
  if (typeof type !== 'string') {
    if (type === undefined) throw new DataError(`No type: ${jsonText(node)}`)
    return parseNode(type, space, names)
  }
  switch (type) {
    case 'record':
    case 'error':
      return parseRecord(object, space, names)
    case 'enum':
      return define(parseEnum(object, space), names)
    case 'fixed':
      return define(parseFixed(object, space), names)
    case 'array':
      return {
        type: 'array',
        items: parseNode(object.get('items'), space, names),
        props: propsOf(object, attributes.array),
      }
    case 'map':
      return {
        type: 'map',
        values: parseNode(object.get('values'), space, names),
        props: propsOf(object, attributes.map),
      }
    default:
      return primitives.has(type)
        ? primitive(type as PrimitiveType, propsOf(object, attributes.primitive))
        : byName(type, space, names)
  }
}

function byName(name: string, space: string | null, names: AvroNames): AvroSchema {
  if (primitives.has(name)) return primitive(name as PrimitiveType)
  const inSpace = space === null || name.includes('.') ? undefined : names.get(`${space}.${name}`)
  const found = inSpace ?? names.get(name)
  if (found === undefined) throw new DataError(`Undefined name: "${name}"`)
  return found
}

function define<S extends NamedAvroSchema>(schema: S, names: AvroNames): S {
  if (names.has(schema.name)) throw new DataError(`Can't redefine: ${schema.name}`)
  names.set(schema.name, schema)
  return schema
}

/** Defined before its fields are read, as they may contain it. */
function parseRecord(object: Node, space: string | null, names: AvroNames): AvroRecord {
  const fields: AvroField[] = []
  const named = nameAndDoc(object, space)
  const props = propsOf(object, attributes.record)
  const record = define({ type: 'record', ...named, fields, props }, names)
  const list = object.get('fields')
  if (!Array.isArray(list)) throw new DataError(`Record ${named.name} has no fields`)
  const dot = named.name.lastIndexOf('.')
  const inner = dot < 0 ? null : named.name.slice(0, dot)
  for (const node of list) fields.push(parseField(node, inner, names))
  return record
}

function parseField(node: unknown, space: string | null, names: AvroNames): AvroField {
  const object = requireObject(node, 'a field')
  const name = textOf(object, 'name', 'a field')
  return {
    name,
    schema: parseNode(object.get('type'), space, names),
    doc: optionalText(object, 'doc'),
    default: object.get('default'),
    aliases: texts(object.get('aliases')),
    props: propsOf(object, attributes.field),
  }
}

function parseEnum(object: Node, space: string | null): AvroEnum {
  const named = nameAndDoc(object, space)
  const symbols = texts(object.get('symbols'))
  if (new Set(symbols).size !== symbols.length) {
    throw new DataError(`Duplicate enum symbol in ${named.name}`)
  }
  const props = propsOf(object, attributes.enum)
  return { type: 'enum', ...named, symbols, default: optionalText(object, 'default'), props }
}

function parseFixed(object: Node, space: string | null): AvroFixed {
  const named = nameAndDoc(object, space)
  const size = jsonInteger(object.get('size'))
  if (typeof size !== 'number' || size < 0) {
    throw new DataError(`Invalid size of fixed ${named.name}`)
  }
  return { type: 'fixed', ...named, size, props: propsOf(object, attributes.fixed) }
}

function nameAndDoc(
  object: Node,
  space: string | null,
): Pick<NamedAvroSchema, 'name' | 'doc' | 'aliases'> {
  const name = textOf(object, 'name', 'a named schema')
  const own = optionalText(object, 'namespace') ?? space ?? ''
  return {
    name: name.includes('.') || own === '' ? name : `${own}.${name}`,
    doc: optionalText(object, 'doc'),
    aliases: texts(object.get('aliases')),
  }
}

function textOf(object: Node, key: string, of: string): string {
  const text = optionalText(object, key)
  if (text === null || text === '') throw new DataError(`No ${key} of ${of}`)
  return text
}

function optionalText(object: Node, key: string): string | null {
  const value = object.get(key)
  return typeof value === 'string' ? value : null
}

function texts(node: unknown): readonly string[] {
  return Array.isArray(node) ? node.map(String) : []
}

function propsOf(object: Node, known: ReadonlySet<string>): ReadonlyMap<string, unknown> {
  const props = [...object].filter(([key]) => !known.has(key))
  return props.length === 0 ? noProps : new Map(props)
}
