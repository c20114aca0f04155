import { DataError } from '../errors/connect-error.ts'
import { adoptSchema, schemaBrand, schemaText } from './interned-schema.ts'
import type { Field, Schema, SchemaType } from './schema.ts'

/**
 * A STRUCT within itself: stands where the struct comes again, and is like it once that is complete. Equal to itself alone, so
 * that a struct for such a field is made with the field's own schema: `new Struct(field.schema)`.
 */
export class RecursiveSchema implements Schema {
  declare readonly [schemaBrand]: true
  readonly type: SchemaType = 'STRUCT'
  readonly optional: boolean
  /** Null: where the struct comes again, nothing stands for it. */
  readonly defaultValue: unknown = null
  readonly keySchema: Schema | null = null
  readonly valueSchema: Schema | null = null
  #target: Schema | null = null

  constructor(optional: boolean) {
    this.optional = optional
    adoptSchema(this)
  }

  /** Says which struct this is; once, before anybody asks. */
  resolve(target: Schema): void {
    this.#target = target
  }

  get name(): string | null {
    return this.#resolved().name
  }

  get version(): number | null {
    return this.#resolved().version
  }

  get doc(): string | null {
    return this.#resolved().doc
  }

  get parameters(): ReadonlyMap<string, string> | null {
    return this.#resolved().parameters
  }

  get fields(): readonly Field[] | null {
    return this.#resolved().fields
  }

  field(name: string): Field | undefined {
    return this.#resolved().field(name)
  }

  toString(): string {
    return schemaText(this)
  }

  #resolved(): Schema {
    if (this.#target !== null) return this.#target
    throw new DataError('A schema that contains itself was asked for before it was complete.')
  }
}
Object.defineProperty(RecursiveSchema.prototype, schemaBrand, { value: true })
