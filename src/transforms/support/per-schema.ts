import type { Schema } from '../../api/index.ts'

/**
 * What was compiled for a schema, found by the schema's identity. Held weakly, so bounded by the schemas in use; the schema of
 * the record before is compared first, which is all that most records need.
 */
export class PerSchema<P extends object> {
  readonly #compile: (schema: Schema) => P
  readonly #known = new WeakMap<Schema, P>()
  #lastSchema: Schema | null = null
  #last: P | null = null

  constructor(compile: (schema: Schema) => P) {
    this.#compile = compile
  }

  /** Throws what compiling throws, each time anew. */
  of(schema: Schema): P {
    if (schema === this.#lastSchema && this.#last !== null) return this.#last
    let compiled = this.#known.get(schema)
    if (compiled === undefined) {
      compiled = this.#compile(schema)
      this.#known.set(schema, compiled)
    }
    this.#lastSchema = schema
    this.#last = compiled
    return compiled
  }
}
