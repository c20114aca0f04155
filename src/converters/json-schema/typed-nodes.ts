import { DataError } from '../../api/index.ts'
import { jsonText, requireObject } from '../json/json-node.ts'
import { isModern } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { noMembers } from './schema-node.ts'
import type { Members, SchemaNode } from './schema-node.ts'

type Parse = (json: unknown) => SchemaNode
type Group = 'array' | 'object' | 'number' | 'string'

/** Keywords that count for values of a type, whether `type` names it or not. */
const keywords: Readonly<Record<Group, readonly string[]>> = {
  array: ['items', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  object: [
    ...['properties', 'required', 'minProperties', 'maxProperties', 'dependencies'],
    ...['patternProperties', 'additionalProperties', 'propertyNames'],
  ],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
}
const modernKeywords: Readonly<Record<Group, readonly string[]>> = {
  array: [...keywords.array, 'prefixItems', 'unevaluatedItems', 'minContains', 'maxContains'],
  object: [
    ...keywords.object,
    ...['dependentRequired', 'dependentSchemas', 'unevaluatedProperties'],
  ],
  number: keywords.number,
  // A format is a remark.
  string: keywords.string.slice(0, -1),
}
const groups: readonly Group[] = ['array', 'object', 'number', 'string']
const groupOfType: Readonly<Record<string, Group>> = {
  array: 'array',
  object: 'object',
  number: 'number',
  integer: 'number',
  string: 'string',
}

/** What `type` asks for, and each type that other keywords speak of. */
export function typedNodes(members: Members, dialect: Dialect, parse: Parse): SchemaNode[] {
  const nodes: SchemaNode[] = []
  const make = (type: string, explicit: boolean): SchemaNode =>
    typedNode(type, { members, dialect, parse, explicit })
  const type = members.get('type')
  const named = typeNames(type)
  if (typeof type === 'string') nodes.push(make(type, true))
  else if (named.length > 0) {
    const schemas = named.map((name) => make(name, true))
    nodes.push({ kind: 'combined', criterion: 'anyOf', schemas, members: noMembers })
  }
  const covered = new Set(named.map((name) => groupOfType[name]))
  const ofGroup = isModern(dialect) ? modernKeywords : keywords
  for (const group of groups) {
    if (covered.has(group)) continue
    if (ofGroup[group].some((name) => members.has(name))) nodes.push(make(group, false))
  }
  return nodes
}

function typeNames(type: unknown): string[] {
  if (type === undefined) return []
  const names: readonly unknown[] = Array.isArray(type) ? type : [type]
  return names.map((name) => {
    if (typeof name === 'string') return name
    throw new DataError(`Invalid JSON schema: unknown type: [${jsonText(name)}]`)
  })
}

interface Making {
  readonly members: Members
  readonly dialect: Dialect
  readonly parse: Parse
  readonly explicit: boolean
}

function typedNode(type: string, making: Making): SchemaNode {
  const common = { members: noMembers, keywords: making.members, explicit: making.explicit }
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return { kind: type, ...common }
    case 'integer':
    case 'number':
      return { kind: 'number', integer: type === 'integer', ...common }
    case 'array':
      return { kind: 'array', ...arrayParts(making), ...common }
    case 'object':
      return { kind: 'object', ...objectParts(making), ...common }
    default:
      throw new DataError(`Invalid JSON schema: unknown type: [${type}]`)
  }
}

interface ArrayParts {
  readonly items: SchemaNode | null
  readonly tuple: readonly SchemaNode[]
  readonly additional: SchemaNode | boolean
}

/** In 2020-12 the first elements are those of `prefixItems`, and `items` those behind. */
function arrayParts({ members, dialect, parse }: Making): ArrayParts {
  const items = members.get('items')
  const prefix = dialect === '2020-12' ? members.get('prefixItems') : items
  const tuple = Array.isArray(prefix) ? prefix.map(parse) : []
  const rest = dialect === '2020-12' ? items : members.get('additionalItems')
  const isForAll = items !== undefined && !Array.isArray(items) && tuple.length === 0
  return {
    items: isForAll ? parse(items) : null,
    tuple,
    additional: tuple.length === 0 ? true : openness(rest, parse),
  }
}

interface ObjectParts {
  readonly properties: ReadonlyMap<string, SchemaNode>
  readonly required: ReadonlySet<string>
  readonly additional: SchemaNode | boolean
}

function objectParts({ members, parse }: Making): ObjectParts {
  const properties = members.get('properties')
  const named =
    properties === undefined
      ? new Map<string, unknown>()
      : requireObject(properties, '"properties" of a JSON schema')
  const required = members.get('required')
  return {
    properties: new Map([...named].map(([name, json]) => [name, parse(json)])),
    required: new Set(Array.isArray(required) ? required.map(String) : []),
    additional: openness(members.get('additionalProperties'), parse),
  }
}

function openness(json: unknown, parse: Parse): SchemaNode | boolean {
  if (json === undefined) return true
  return typeof json === 'boolean' ? json : parse(json)
}
