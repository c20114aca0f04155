import { OPTIONAL_STRING_SCHEMA, Struct, validateValue } from '../../../api/index.ts'
import type { Schema } from '../../../api/index.ts'
import { copyBasics } from '../../support/schemas.ts'
import { StructRewrite, fieldsOf, sameField } from '../../support/struct-rewrite.ts'
import type { FoundReference } from './field-reference.ts'

const deletedField = '__deleted'

interface RowOptions {
  /** Whether the row says if it was deleted. */
  readonly isMarked: boolean
  /** Whether defaults take the place of null. */
  readonly replaceNull: boolean
  readonly added: readonly FoundReference[]
}

/** How rows of one schema become values of records: whether the row is optional, and its default, are lost. */
export class RowPlan {
  readonly schema: Schema
  readonly #rewrite: StructRewrite
  readonly #isMarked: boolean
  readonly #added: readonly FoundReference[]

  constructor(schema: Schema, { isMarked, replaceNull, added }: RowOptions) {
    const sources = fieldsOf(schema).map((field) => sameField(field, replaceNull))
    const builder = copyBasics(schema)
    for (const source of sources) builder.field(source.name, source.schema)
    if (isMarked) builder.field(deletedField, OPTIONAL_STRING_SCHEMA)
    for (const reference of added) builder.field(reference.newName, reference.schema)
    this.schema = builder.build()
    this.#rewrite = new StructRewrite(this.schema, sources)
    this.#isMarked = isMarked
    this.#added = added
  }

  apply(row: Struct, envelope: Struct, isDeleted: boolean): Struct {
    const added = this.#added
    const more = added.length + (this.#isMarked ? 1 : 0)
    const values = this.#rewrite.valuesOf(row, more)
    const first = values.length - added.length
    if (this.#isMarked) values[first - 1] = isDeleted ? 'true' : 'false'
    for (let i = 0; i < added.length; i++) {
      const reference = added[i]
      if (reference === undefined) break
      const value = reference.read(envelope)
      // A struct cannot be added: its schema comes without the fields, as in Java.
      if (reference.schema.type === 'STRUCT') {
        validateValue(reference.schema, value, reference.newName)
      }
      values[first + i] = value
    }
    return new Struct(this.schema, values)
  }
}
