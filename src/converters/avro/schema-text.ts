import { DataError } from '../../api/index.ts'
import { isNamed, namespaceOf, noProps, primitiveTypes, shortName } from './avro-schema.ts'
import type { AvroField, AvroProps, AvroSchema, NamedAvroSchema } from './avro-schema.ts'
import { prop } from './connect-names.ts'
import { jsonText } from '../json/json-node.ts'

/** The JSON of a schema, as Java's `Schema.toString()` orders it. A schema that comes again is referred to by its name. */
export function avroSchemaText(schema: AvroSchema): string {
  return write(schema, { space: null, written: new Map() })
}

interface Scope {
  /** The namespace that encloses what is written. */
  readonly space: string | null
  readonly written: Map<string, NamedAvroSchema>
}

function write(schema: AvroSchema, scope: Scope): string {
  if (isNamed(schema)) return writeNamed(schema, scope)
  if (schema.type === 'union') {
    return `[${schema.branches.map((branch) => write(branch, scope)).join(',')}]`
  }
  const props = writeProps(schema.props)
  if (schema.type === 'array')
    return `{"type":"array","items":${write(schema.items, scope)}${props}}`
  if (schema.type === 'map') return `{"type":"map","values":${write(schema.values, scope)}${props}}`
  return props === '' ? `"${schema.type}"` : `{"type":"${schema.type}"${props}}`
}

function writeNamed(schema: NamedAvroSchema, scope: Scope): string {
  const before = scope.written.get(schema.name)
  if (before !== undefined) {
    if (before !== schema && !isSameType(before, schema)) {
      throw new DataError(
        `Can't redefine: ${schema.name}. Two schemas of this name differ; give one of them another name.`,
      )
    }
    return jsonText(reference(schema.name, scope.space))
  }
  scope.written.set(schema.name, schema)
  const head = `{"type":"${schema.type}"${nameText(schema.name, scope.space)}`
  const doc = schema.doc === null ? '' : `,"doc":${jsonText(schema.doc)}`
  const tail = `${writeProps(schema.props)}${aliasesText(schema.aliases)}}`
  if (schema.type === 'fixed') return `${head}${doc},"size":${schema.size}${tail}`
  if (schema.type === 'enum') {
    const byDefault = schema.default === null ? '' : `,"default":${jsonText(schema.default)}`
    return `${head}${doc},"symbols":${jsonText(schema.symbols)}${byDefault}${tail}`
  }
  const inner = { space: namespaceOf(schema.name), written: scope.written }
  const fields = schema.fields.map((field) => writeField(field, inner))
  return `${head}${doc},"fields":[${fields.join(',')}]${tail}`
}

/** What says nothing of how values are written: of two schemas of one name the first is written, and its own with it. */
const metaData: readonly string[] = [prop.doc, prop.default, prop.version, prop.parameters]

function isSameType(a: AvroSchema, b: AvroSchema): boolean {
  return avroSchemaText(typeOnly(a)) === avroSchemaText(typeOnly(b))
}

function typeOnly(schema: AvroSchema): AvroSchema {
  const props = new Map([...schema.props].filter(([name]) => !metaData.includes(name)))
  if (schema.type === 'union') {
    return { ...schema, branches: schema.branches.map(typeOnly), props }
  }
  if (schema.type === 'array') return { ...schema, items: typeOnly(schema.items), props }
  if (schema.type === 'map') return { ...schema, values: typeOnly(schema.values), props }
  if (schema.type === 'enum' || schema.type === 'fixed') return { ...schema, doc: null, props }
  if (schema.type !== 'record') return { ...schema, props }
  const fields = schema.fields.map((field) => ({
    ...field,
    schema: typeOnly(field.schema),
    doc: null,
    default: undefined,
    props: noProps,
  }))
  return { ...schema, doc: null, fields, props }
}

function writeField(field: AvroField, scope: Scope): string {
  const doc = field.doc === null ? '' : `,"doc":${jsonText(field.doc)}`
  const byDefault = field.default === undefined ? '' : `,"default":${jsonText(field.default)}`
  const head = `{"name":${jsonText(field.name)},"type":${write(field.schema, scope)}`
  return `${head}${doc}${byDefault}${aliasesText(field.aliases)}${writeProps(field.props)}}`
}

function nameText(fullName: string, space: string | null): string {
  const own = namespaceOf(fullName)
  const name = `,"name":${jsonText(shortName(fullName))}`
  if (own === space) return name
  return `${name},"namespace":${jsonText(own ?? '')}`
}

const primitives: ReadonlySet<string> = new Set(primitiveTypes)

/** A name that would be taken for a type is written in full, also within its own namespace. */
function reference(fullName: string, space: string | null): string {
  const own = namespaceOf(fullName)
  const short = shortName(fullName)
  return own !== null && own === space && !primitives.has(short) ? short : fullName
}

function writeProps(props: AvroProps): string {
  let text = ''
  for (const [name, value] of props) text += `,${jsonText(name)}:${jsonText(value)}`
  return text
}

function aliasesText(aliases: readonly string[]): string {
  return aliases.length === 0 ? '' : `,"aliases":${jsonText(aliases)}`
}
