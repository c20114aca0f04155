import { isDeepStrictEqual } from 'node:util'
import type { Shape } from '../../src/kafka/protocol/codec.ts'
import { ZERO_UUID } from '../../src/kafka/protocol/codec.ts'

/** A message as Kafka defines it, in the file that its classes are generated from. */
export interface Definition {
  readonly apiKey: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly fields: readonly DefinedField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: DefinedField[] }[]
}

export interface DefinedField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly default?: unknown
  readonly fields?: readonly DefinedField[]
}

/** `2+`, `0-3`, `1` or `none`. */
export function covers(versions: string | undefined, version: number): boolean {
  if (versions === undefined || versions === 'none') return false
  const [first = '', last] = versions.replace('+', '-99').split('-')
  return version >= Number(first) && version <= Number(last ?? first)
}

/** A field of a table beside its definition, in one version. */
export interface Pair {
  readonly name: string
  readonly shape: Shape
  readonly defined: DefinedField
}

export interface Pairs {
  readonly pairs: readonly Pair[]
  /** Tagged fields that the table leaves out. */
  readonly leftOut: readonly DefinedField[]
  /** Fields of the table that the version does not have. */
  readonly absent: readonly string[]
}

/** Pairs the fields of a struct with their definitions: by their places, and tagged ones by their tags. */
export function pairsOf(shape: Shape, fields: readonly DefinedField[], version: number): Pairs {
  const ours = Object.entries(shape.fields ?? {})
  const has = ([, { first = 0, last = 99 }]: [string, Shape]): boolean =>
    version >= first && version <= last
  const ourPlain = ours.filter((entry) => entry[1].tag === undefined && has(entry))
  const ourTagged = ours.filter((entry) => entry[1].tag !== undefined && has(entry))
  const theirs = fields.filter((field) => covers(field.versions, version))
  const plain = theirs.filter((field) => !covers(field.taggedVersions, version))
  const tagged = theirs.filter((field) => covers(field.taggedVersions, version))
  if (plain.length !== ourPlain.length) {
    const named = (names: string[]): string => names.join(', ')
    throw new Error(
      `version ${version}: fields ${named(ourPlain.map(([name]) => name))}, expected ${named(plain.map(({ name }) => name))}`,
    )
  }
  const pairs = ourPlain.map(([name, of], i) => ({
    name,
    shape: of,
    defined: plain[i] ?? missing(name),
  }))
  for (const [name, of] of ourTagged) {
    const defined = tagged.find(({ tag }) => tag === of.tag) ?? missing(name)
    pairs.push({ name, shape: of, defined })
  }
  return {
    pairs,
    leftOut: tagged.filter(({ tag }) => !ourTagged.some(([, of]) => of.tag === tag)),
    absent: ours.filter((entry) => !has(entry)).map(([name]) => name),
  }
}

function missing(name: string): never {
  throw new Error(`no such field: ${name}`)
}

/** Fields of what the type of `field` names: its own, or those of a struct that is defined once. */
export function innerFields(field: DefinedField, definition: Definition): readonly DefinedField[] {
  const name = field.type.replace('[]', '')
  const common = definition.commonStructs?.find((struct) => struct.name === name)
  return field.fields ?? common?.fields ?? []
}

/** What differs between a table and its definition, in one version; `names` are ours by Kafka's where they differ. */
export function differences(
  shape: Shape,
  definition: Definition,
  version: number,
  names: ReadonlyMap<string, string>,
): string[] {
  const found: string[] = []
  const compare = (path: string, of: Shape, fields: readonly DefinedField[]): void => {
    const { pairs, leftOut } = pairsOf(of, fields, version)
    for (const field of leftOut) found.push(`${path}${field.name} is left out`)
    for (const { name, shape: inner, defined } of pairs) {
      const at = `${path}${defined.name}`
      const ourName = names.get(at) ?? camelCase(defined.name)
      if (name !== ourName) found.push(`${at} is called ${name}, expected ${ourName}`)
      const type = typeOf(inner)
      if (type !== kindOf(defined.type)) found.push(`${at} is ${type}, expected ${defined.type}`)
      const nullable = covers(defined.nullableVersions, version)
      if ((inner.nullable ?? false) !== nullable)
        found.push(`${at} ${nullable ? 'may' : 'may not'} be null`)
      if ('fallback' in inner && !isDeepStrictEqual(inner.fallback, defaultOf(defined, definition)))
        found.push(`${at} is ${JSON.stringify(inner.fallback)} where it is absent`)
      const struct = inner.type === 'array' ? inner.element : inner
      if (struct?.fields !== undefined) compare(`${at}.`, struct, innerFields(defined, definition))
    }
  }
  compare('', shape, definition.fields)
  return found
}

function camelCase(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}

function typeOf(shape: Shape): string {
  if (shape.type === 'array') return `[]${shape.element === undefined ? '' : typeOf(shape.element)}`
  return shape.type === 'safeInt64' ? 'int64' : shape.type
}

/** The names of structs are not ours. */
function kindOf(type: string): string {
  return type.replace(/[A-Z]\w*$/, 'struct')
}

/** What a field holds that nobody has set, as its definition says (`default` is a text there). */
export function defaultOf(field: DefinedField, definition: Definition): unknown {
  const { type } = field
  if (field.default === 'null') return null
  if (type.startsWith('[]')) return []
  if (type === 'string') return field.default ?? ''
  if (type === 'bool') return field.default === 'true' || field.default === true
  if (type === 'uuid') return ZERO_UUID
  if (/^u?int/.test(type)) return Number(field.default ?? 0)
  return Object.fromEntries(
    innerFields(field, definition).map((inner) => [
      camelCase(inner.name),
      defaultOf(inner, definition),
    ]),
  )
}
