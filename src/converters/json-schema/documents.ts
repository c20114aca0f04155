import { DataError } from '../../api/index.ts'
import { objectEntries, objectMember } from '../json/json-node.ts'
import { isModern, namedDialect } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { resolveUri, splitUri } from './uris.ts'

/** Deeper than any schema that somebody wrote; a parser that went on would end its stack. */
export const deepestSchema = 200

/** A schema's JSON, and where it stands: what is referred to from there is found from there. */
export interface Place {
  readonly json: unknown
  readonly base: string
  readonly dialect: Dialect
}

/** Keywords whose values are data, not schemas. */
const dataKeywords: ReadonlySet<string> = new Set(['default', 'enum', 'const', 'examples'])

/** The document of a schema and those that it refers to, and what in them has a name. */
export class SchemaDocuments {
  readonly root: Place
  /** What the root refers to, by its URI. */
  readonly others = new Map<string, Place>()
  readonly #named = new Map<string, Place>()

  /** `references` are found by their names. A DataError for nesting without end. */
  constructor(
    json: unknown,
    references: readonly { readonly name: string; readonly json: unknown }[],
    ignoreModern: boolean,
  ) {
    const dialect = dialectOf(json, ignoreModern, 'draft-07')
    this.root = { json, base: baseOf(json, '', dialect), dialect }
    this.#named.set('', this.root)
    this.#named.set(this.root.base, this.root)
    for (const { name, json: document } of references) {
      const own = dialectOf(document, ignoreModern, dialect)
      const uri = resolveUri(this.root.base, name)
      const place = { json: document, base: baseOf(document, uri, own), dialect: own }
      for (const known of [name, uri, place.base]) this.#named.set(known, place)
      this.others.set(uri, place)
      this.#index(document, uri, own, 0)
    }
    this.#index(json, '', dialect, 0)
  }

  /** What `ref` refers to where it stands at `place`. A DataError where that is not there. */
  find(ref: string, place: Place): Place {
    const uri = resolveUri(place.base, ref)
    const exact = this.#named.get(uri)
    if (exact !== undefined) return exact
    const { document, fragment } = splitUri(uri)
    const found = this.#named.get(document) ?? (ref.startsWith('#') ? this.root : undefined)
    if (found === undefined) {
      throw new DataError(
        `The JSON Schema refers to ${ref}, which is neither a part of it nor among its references. Register it with a reference of that name; nothing is fetched from other places.`,
      )
    }
    return fragment === '' ? found : this.#pointed(found, fragment, ref)
  }

  /** Notes what has an `$id` or an anchor, with all that lies below. */
  #index(json: unknown, base: string, dialect: Dialect, depth: number): void {
    if (depth > deepestSchema) throw tooDeep()
    if (Array.isArray(json)) {
      for (const element of json) this.#index(element, base, dialect, depth + 1)
      return
    }
    const entries = objectEntries(json)
    if (entries === null) return
    const own = baseOf(json, base, dialect)
    const place = { json, base: own, dialect }
    for (const name of anchorsOf(json, dialect)) this.#note(resolveUri(own, name), place)
    if (own !== base) this.#note(own, place)
    for (const [name, member] of entries) {
      if (!dataKeywords.has(name)) this.#index(member, own, dialect, depth + 1)
    }
  }

  /** What comes first counts. */
  #note(uri: string, place: Place): void {
    if (!this.#named.has(uri)) this.#named.set(uri, place)
  }

  /** A JSON pointer (RFC 6901) from `start` on. */
  #pointed(start: Place, fragment: string, ref: string): Place {
    const [first, ...rest] = fragment.startsWith('/')
      ? fragment.slice(1).split('/').map(unescapeToken)
      : []
    if (first !== undefined) {
      const found = walk(start, [first, ...rest])
      if (found !== undefined) return found
      // What is looked for among `$defs` may stand among `definitions`, as older drafts call them.
      const older = first === '$defs' ? walk(start, ['definitions', ...rest]) : undefined
      if (older !== undefined) return older
    }
    throw new DataError(`The JSON Schema refers to ${ref}, and there is nothing of that name.`)
  }
}

function dialectOf(json: unknown, ignoreModern: boolean, otherwise: Dialect): Dialect {
  const dialect = namedDialect(json) ?? otherwise
  return ignoreModern && isModern(dialect) ? 'draft-07' : dialect
}

function tooDeep(): DataError {
  return new DataError(`The JSON Schema is nested deeper than ${deepestSchema} levels.`)
}

/** The base of what lies within `json`: an `$id` that is more than an anchor changes it. */
export function baseOf(json: unknown, base: string, dialect: Dialect): string {
  const id = objectMember(json, dialect === 'draft-04' ? 'id' : '$id')
  if (typeof id !== 'string' || id.startsWith('#')) return base
  return splitUri(resolveUri(base, id)).document
}

/** Names within the document, as `#name`. */
function anchorsOf(json: unknown, dialect: Dialect): string[] {
  const text = (name: string): string[] => {
    const value = objectMember(json, name)
    return typeof value === 'string' ? [value] : []
  }
  // Confluent's converter writes `id` in all drafts.
  const ids = [...text('$id'), ...text('id')].filter((id) => id.startsWith('#'))
  if (!isModern(dialect)) return ids
  const anchors = [...text('$anchor'), ...text('$dynamicAnchor')]
  return [...ids, ...anchors.map((anchor) => `#${anchor}`)]
}

function walk(start: Place, tokens: readonly string[]): Place | undefined {
  let { json, base } = start
  const { dialect } = start
  for (const token of tokens) {
    json = childOf(json, token)
    if (json === undefined) return undefined
    base = baseOf(json, base, dialect)
  }
  return { json, base, dialect }
}

function childOf(json: unknown, token: string): unknown {
  if (!Array.isArray(json)) return objectMember(json, token)
  return /^\d{1,9}$/.test(token) ? (json as unknown[])[Number(token)] : undefined
}

function unescapeToken(token: string): string {
  let decoded = token
  try {
    decoded = decodeURIComponent(token)
  } catch {
    // A percent sign that is none of an escape stands for itself.
  }
  return decoded.replaceAll('~1', '/').replaceAll('~0', '~')
}
