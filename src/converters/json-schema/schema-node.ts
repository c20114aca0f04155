import { DataError } from '../../api/index.ts'
import { jsonInteger } from '../json/json-node.ts'

/**
 * A JSON Schema, taken apart into what each part asks for: a schema that asks for several things at once, as a type and an enum,
 * is a combination of them (`allOf`), as Confluent's classes have it.
 */
export type SchemaNode =
  | PlainNode
  | SimpleNode
  | NumberNode
  | ArrayNode
  | ObjectNode
  | ChoiceNode
  | CombinedNode
  | ReferenceNode

/** The members of the schema's JSON, in their order: of what a combination was taken apart into, none but of the whole. */
export type Members = ReadonlyMap<string, unknown>
export const noMembers: Members = new Map()

/** What tells the type of values. */
interface TypedNode {
  readonly members: Members
  /** All members beside which it stands, for what they restrict. */
  readonly keywords: Members
  /** Whether `type` says so; else only a keyword that counts for values of the type. */
  readonly explicit: boolean
}

/** `anything` is the empty schema and `true`, `nothing` is `false`; `other` restricts values without telling their type. */
export interface PlainNode {
  readonly kind: 'anything' | 'nothing' | 'other'
  readonly members: Members
}

export interface SimpleNode extends TypedNode {
  readonly kind: 'null' | 'boolean' | 'string'
}

export interface NumberNode extends TypedNode {
  readonly kind: 'number'
  readonly integer: boolean
}

export interface ArrayNode extends TypedNode {
  readonly kind: 'array'
  /** Of every element; null where there is none for all. */
  readonly items: SchemaNode | null
  /** Of the first elements, each its own. */
  readonly tuple: readonly SchemaNode[]
  /** Of the elements behind those; `true` for any, `false` for none. */
  readonly additional: SchemaNode | boolean
}

export interface ObjectNode extends TypedNode {
  readonly kind: 'object'
  readonly properties: ReadonlyMap<string, SchemaNode>
  readonly required: ReadonlySet<string>
  /** Of members that are not named; `true` for any, `false` for none. */
  readonly additional: SchemaNode | boolean
}

/** One of some values. */
export interface ChoiceNode {
  readonly kind: 'const' | 'enum'
  readonly members: Members
  readonly values: readonly unknown[]
}

export type Criterion = 'allOf' | 'anyOf' | 'oneOf'

export interface CombinedNode {
  readonly kind: 'combined'
  readonly members: Members
  readonly criterion: Criterion
  readonly schemas: readonly SchemaNode[]
}

export interface ReferenceNode {
  readonly kind: 'reference'
  readonly members: Members
  readonly ref: string
  /** The schema referred to: the same one for all that refer to it. A DataError where it is not there. */
  target(): SchemaNode
}

/** A member that is text; null where there is none, or something else. */
export function textMember({ members }: SchemaNode, name: string): string | null {
  const value = members.get(name)
  return typeof value === 'string' ? value : null
}

/** A member that is an integer of 32 bits; null where there is none, or something else. */
export function intMember({ members }: SchemaNode, name: string): number | null {
  const value = jsonInteger(members.get(name))
  return typeof value === 'number' && (value | 0) === value ? value : null
}

/** What references refer to in the end. A DataError where they lead nowhere. */
export function resolved(node: SchemaNode): Exclude<SchemaNode, ReferenceNode> {
  let found = node
  // A chain of references is as long as there are schemas; a circle of nothing but references has no end.
  const seen = new Set<SchemaNode>()
  while (found.kind === 'reference') {
    if (seen.has(found)) throw endlessReference(found.ref)
    seen.add(found)
    found = found.target()
  }
  return found
}

function endlessReference(ref: string): DataError {
  return new DataError(
    `The JSON Schema refers to itself in a circle: ${ref} leads to no schema in the end.`,
  )
}
