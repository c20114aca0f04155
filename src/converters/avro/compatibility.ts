import type { AvroRecord, AvroSchema } from './avro-schema.ts'
import { shortName } from './avro-schema.ts'

/** Types that a reader takes for a narrower one of the writer. */
const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

/**
 * What keeps a reader with the schema `reader` from reading what was written with `writer` (Avro's schema resolution); none where
 * it can.
 */
export function incompatibilities(reader: AvroSchema, writer: AvroSchema): readonly string[] {
  return compare(reader, writer, '', new Map())
}

/** Pairs that are being compared, or have been: a record that contains itself is compared once. */
type Seen = Map<AvroSchema, Set<AvroSchema>>

function compare(reader: AvroSchema, writer: AvroSchema, at: string, seen: Seen): string[] {
  if (writer.type === 'union') {
    return writer.branches.flatMap((branch) => compare(reader, branch, at, seen))
  }
  if (reader.type === 'union') {
    const fits = reader.branches.some((branch) => compare(branch, writer, at, seen).length === 0)
    return fits ? [] : [`${at || '/'}: the union has no type for ${nameOf(writer)}`]
  }
  if (reader.type !== writer.type) {
    const promoted = promotions[writer.type]?.includes(reader.type) === true
    return promoted ? [] : [`${at || '/'}: expected ${nameOf(reader)} but found ${nameOf(writer)}`]
  }
  return compareSameType(reader, writer, at, seen)
}

function compareSameType(reader: AvroSchema, writer: AvroSchema, at: string, seen: Seen): string[] {
  if (reader.type === 'array' && writer.type === 'array') {
    return compare(reader.items, writer.items, `${at}/items`, seen)
  }
  if (reader.type === 'map' && writer.type === 'map') {
    return compare(reader.values, writer.values, `${at}/values`, seen)
  }
  if ('name' in reader && 'name' in writer && !sameName(reader, writer)) {
    return [`${at || '/'}: expected the name ${reader.name} but found ${writer.name}`]
  }
  if (reader.type === 'fixed' && writer.type === 'fixed' && reader.size !== writer.size) {
    return [`${at || '/'}: expected the size ${reader.size} but found ${writer.size}`]
  }
  if (reader.type === 'enum' && writer.type === 'enum' && reader.default === null) {
    const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol))
    return missing.length === 0 ? [] : [`${at || '/'}: no symbol ${missing.join(', ')}`]
  }
  if (reader.type === 'record' && writer.type === 'record') {
    return compareRecords(reader, writer, at, seen)
  }
  return []
}

/** Names are compared without their namespaces, as Avro does; an alias of the reader counts. */
function sameName(
  reader: { readonly name: string; readonly aliases: readonly string[] },
  writer: { readonly name: string },
): boolean {
  const short = shortName(writer.name)
  return (
    shortName(reader.name) === short ||
    reader.aliases.some((alias) => alias === writer.name || shortName(alias) === short)
  )
}

function compareRecords(reader: AvroRecord, writer: AvroRecord, at: string, seen: Seen): string[] {
  const compared = seen.get(reader) ?? new Set()
  if (compared.has(writer)) return []
  seen.set(reader, compared.add(writer))
  return reader.fields.flatMap((field) => {
    const found = writer.fields.find(
      ({ name }) => name === field.name || field.aliases.includes(name),
    )
    const here = `${at}/${field.name}`
    if (found !== undefined) return compare(field.schema, found.schema, here, seen)
    return field.default === undefined ? [`${here}: the field is missing and has no default`] : []
  })
}

function nameOf(schema: AvroSchema): string {
  return 'name' in schema ? `${schema.type} ${schema.name}` : schema.type
}
