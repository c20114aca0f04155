import { DataError } from '../../api/index.ts'
import { BoundedMap } from './bounded-map.ts'
import type { RegisteredSchema, SchemaReference, SchemaRegistry } from './registry-client.ts'
import type { ResolvedReference, SchemaFormat } from './schema-format.ts'

/** Deeper than any schema that is meant to be read by somebody. */
const deepestReference = 50
const mostReferences = 1000

/** A registered schema, parsed with all that it refers to. */
export interface ParsedSchema<P> extends RegisteredSchema {
  readonly parsed: P
}

/** Parses schemas of a registry, and fetches what they refer to. */
export class SchemaSource<P> {
  readonly #registry: SchemaRegistry
  readonly #format: SchemaFormat<P>
  readonly #references = new BoundedMap<string, RegisteredSchema>(mostReferences)

  constructor(registry: SchemaRegistry, format: SchemaFormat<P>) {
    this.#registry = registry
    this.#format = format
  }

  /** A DataError where the schema is of another kind, or has rules that Java's converter would execute. */
  async parse(registered: RegisteredSchema): Promise<ParsedSchema<P>> {
    const { type, title } = this.#format
    if (registered.type !== type) {
      throw new DataError(
        `The registered schema is of type ${registered.type}, but this converter reads ${type} (${title}).`,
      )
    }
    if (registered.hasRules) {
      throw new DataError(
        'The registered schema has the rules of a data contract, which this worker does not execute: what they encrypt or check would pass as it is.',
      )
    }
    const resolved = new Map<string, ResolvedReference>()
    await this.#resolve(registered.references, resolved, 0)
    return { ...registered, parsed: this.#format.parse(registered, [...resolved.values()]) }
  }

  /** Those that a reference refers to come before it. */
  async #resolve(
    references: readonly SchemaReference[],
    resolved: Map<string, ResolvedReference>,
    depth: number,
  ): Promise<void> {
    if (depth > deepestReference) {
      throw new DataError(
        'The references of the registered schema refer to each other in a circle.',
      )
    }
    for (const { name, subject, version } of references) {
      if (resolved.has(name)) continue
      const text = await this.#reference(subject, version)
      await this.#resolve(text.references, resolved, depth + 1)
      resolved.set(name, { name, text })
    }
  }

  async #reference(subject: string, version: number): Promise<RegisteredSchema> {
    const key = `${subject}\0${version}`
    let found = this.#references.get(key)
    if (found === undefined) {
      found = await this.#registry.version(subject, version)
      this.#references.set(key, found)
    }
    return found
  }
}
