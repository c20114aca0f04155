import { defineMember, isTypedNumber } from '../../api/index.ts'
import { objectEntries, objectMember } from '../json/json-node.ts'
import { isModern } from './dialect.ts'
import type { Dialect } from './dialect.ts'

/** Counts each time that a schema is tried. */
export const budgetKeyword = 'sluiceBudget'

/** Keywords whose value is a schema, or a list of them. */
const schemaKeywords: ReadonlySet<string> = new Set([
  ...['items', 'additionalItems', 'contains', 'prefixItems', 'unevaluatedItems'],
  ...['additionalProperties', 'propertyNames', 'unevaluatedProperties'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'contentSchema'],
])
/** Keywords whose value has schemas by names. */
const mapKeywords: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'definitions', '$defs'],
  ...['dependentSchemas', 'dependencies'],
])
/** What the validator would take for an instruction of its own; it knows the dialect already. */
const ignored: ReadonlySet<string> = new Set([
  '$schema',
  '$async',
  '$id',
  'id',
  'nullable',
  budgetKeyword,
])

/** Tries of these are counted: they may lead back to where they stand. */
const counted = ['$ref', '$dynamicRef', 'anyOf', 'oneOf', 'allOf']

export type PlainSchema = Record<string, unknown> | boolean

/** The JSON Schema of a document as plain objects that a validator of draft 7 or later reads as it is meant. */
export function plainDocument(json: unknown, dialect: Dialect): PlainSchema {
  const names = ['$id', 'id', '$anchor'].map((name) => objectMember(json, name))
  const own = names
    .filter((name) => typeof name === 'string')
    .map((name) => name.replace(/^(?!#)/, '#'))
  return new PlainDocument(dialect, new Set(own)).schema(json)
}

class PlainDocument {
  readonly #dialect: Dialect
  /** What refers to the document itself by a name within it: validators do not look for one there. */
  readonly #ownNames: ReadonlySet<string>

  constructor(dialect: Dialect, ownNames: ReadonlySet<string>) {
    this.#dialect = dialect
    this.#ownNames = ownNames
  }

  schema(json: unknown): PlainSchema {
    if (typeof json === 'boolean') return json
    const members = objectEntries(json) ?? []
    const schema: Record<string, unknown> = {}
    const hasRef = members.some(([name]) => name === '$ref') && !isModern(this.#dialect)
    for (const [name, value] of members) {
      if (ignored.has(name)) continue
      // Up to draft 7 nothing beside a reference counts.
      if (hasRef && name !== '$ref' && name !== 'definitions' && name !== '$defs') continue
      defineMember(schema, name, this.#member(name, value))
    }
    addId(schema, members, this.#dialect)
    if (counted.some((name) => Object.hasOwn(schema, name))) schema[budgetKeyword] = true
    return this.#dialect === 'draft-04' ? withBoundsOfDraft4(schema) : schema
  }

  #member(name: string, value: unknown): unknown {
    if (name === '$ref' && typeof value === 'string' && this.#ownNames.has(value)) return '#'
    if (schemaKeywords.has(name)) {
      return Array.isArray(value) ? value.map((one) => this.schema(one)) : this.schema(value)
    }
    const entries = mapKeywords.has(name) ? objectEntries(value) : null
    if (entries === null) return plainData(value)
    const map = {}
    for (const [key, one] of entries) {
      defineMember(map, key, Array.isArray(one) ? plainData(one) : this.schema(one))
    }
    return map
  }
}

/** Draft 4 calls it `id`; one that is a mere name within the document is an anchor. */
function addId(
  schema: Record<string, unknown>,
  members: readonly (readonly [string, unknown])[],
  dialect: Dialect,
): void {
  for (const name of ['$id', 'id']) {
    const id = members.find(([member]) => member === name)?.[1]
    if (typeof id !== 'string') continue
    if (/^#[a-z_][-\w.]*$/i.test(id)) schema.$anchor ??= id.slice(1)
    else if (name === '$id' || dialect === 'draft-04') schema.$id ??= id
  }
}

/** There, `exclusiveMinimum` says of `minimum` that it is no longer within. */
function withBoundsOfDraft4(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const members = new Map(Object.entries(schema))
  for (const bound of ['Minimum', 'Maximum']) {
    const exclusive = `exclusive${bound}`
    const inclusive = bound.toLowerCase()
    const flag = members.get(exclusive)
    if (typeof flag !== 'boolean') continue
    members.delete(exclusive)
    if (!flag || !members.has(inclusive)) continue
    members.set(exclusive, members.get(inclusive))
    members.delete(inclusive)
  }
  return Object.fromEntries(members)
}

function plainData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainData)
  if (typeof value === 'bigint') return Number(value)
  if (isTypedNumber(value)) return value.value
  const entries = objectEntries(value)
  if (entries === null) return value
  const object = {}
  for (const [name, member] of entries) defineMember(object, name, plainData(member))
  return object
}
