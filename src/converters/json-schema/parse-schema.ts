import { DataError } from '../../api/index.ts'
import { jsonText, objectEntries } from '../json/json-node.ts'
import { isModern } from './dialect.ts'
import { baseOf, deepestSchema } from './documents.ts'
import type { Place, SchemaDocuments } from './documents.ts'
import { noMembers } from './schema-node.ts'
import type { Criterion, Members, SchemaNode } from './schema-node.ts'
import { typedNodes } from './typed-nodes.ts'

const criteria: readonly Criterion[] = ['allOf', 'anyOf', 'oneOf']
const conditions = ['if', 'then', 'else']

/** Makes nodes of JSON: the same node for the same JSON, so that what refers to itself is found again. */
export class SchemaParser {
  readonly #documents: SchemaDocuments
  readonly #known = new Map<unknown, SchemaNode>()

  constructor(documents: SchemaDocuments) {
    this.#documents = documents
  }

  /** A DataError where it is no schema. */
  root(): SchemaNode {
    return this.#parse(this.#documents.root, 0)
  }

  #parse(place: Place, depth: number): SchemaNode {
    const { json } = place
    if (json === true) return { kind: 'anything', members: noMembers }
    if (json === false) return { kind: 'nothing', members: noMembers }
    let node = this.#known.get(json)
    if (node === undefined) {
      if (depth > deepestSchema) {
        throw new DataError(`The JSON Schema is nested deeper than ${deepestSchema} levels.`)
      }
      node = this.#object(place, depth)
      this.#known.set(json, node)
    }
    return node
  }

  /** A schema that asks for one thing is that thing; one that asks for several is a combination of them. */
  #object(place: Place, depth: number): SchemaNode {
    const entries = objectEntries(place.json)
    if (entries === null) {
      throw new DataError(
        `Invalid JSON schema: expected an object or a boolean, but found ${jsonText(place.json)}.`,
      )
    }
    const members = new Map(entries)
    const parts = this.#parts(members, place, depth)
    const [only] = parts
    if (only === undefined) return { kind: 'anything', members }
    if (parts.length === 1) return { ...only, members }
    return { kind: 'combined', criterion: 'allOf', schemas: parts, members }
  }

  #parts(members: Members, place: Place, depth: number): SchemaNode[] {
    const { base, dialect } = place
    const parse = (json: unknown): SchemaNode =>
      this.#parse({ json, base: baseOf(json, base, dialect), dialect }, depth + 1)
    const reference = this.#reference(members, place)
    // Up to draft 7 nothing beside a reference counts.
    if (reference !== null && !isModern(dialect)) return [reference]
    const parts: SchemaNode[] = reference === null ? [] : [reference]
    const values = members.get('enum')
    if (Array.isArray(values)) parts.push({ kind: 'enum', members: noMembers, values })
    for (const criterion of criteria) {
      const list = members.get(criterion)
      if (!Array.isArray(list)) continue
      parts.push({ kind: 'combined', criterion, schemas: list.map(parse), members: noMembers })
    }
    if (members.has('not')) parts.push({ kind: 'other', members: noMembers })
    if (members.has('const') && dialect !== 'draft-04') {
      parts.push({ kind: 'const', members: noMembers, values: [members.get('const')] })
    }
    parts.push(...typedNodes(members, dialect, parse))
    if (conditions.some((name) => members.has(name))) {
      parts.push({ kind: 'other', members: noMembers })
    }
    return parts
  }

  #reference(members: Members, place: Place): SchemaNode | null {
    const ref = members.get('$ref') ?? (isModern(place.dialect) ? members.get('$dynamicRef') : null)
    if (typeof ref !== 'string') return null
    let target: SchemaNode | null = null
    return {
      kind: 'reference',
      members: noMembers,
      ref,
      // When it is asked for, and not before: what it refers to may be what is being parsed.
      target: () => (target ??= this.#parse(this.#documents.find(ref, place), 0)),
    }
  }
}
