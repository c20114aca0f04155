import { isStruct } from '../../../api/index.ts'
import type { Field, Schema } from '../../../api/index.ts'
import { hasMember, isSchemalessMap, memberOf } from '../../support/schemaless-map.ts'

/** Where a path leads, as far as it has been followed. */
export interface Place {
  /** Null where there is none. */
  schema: Schema | null
  value: unknown
}

/** A step that leads to one place at most. */
export type PlainStep = NameStep | IndexStep

/** To a field of a struct, or a member of a map. */
export class NameStep {
  readonly name: string
  /** The field found for the schema before: records of one schema follow each other. */
  #lastSchema: Schema | null = null
  #lastField: Field | undefined

  constructor(name: string) {
    this.name = name
  }

  /** Whether there is such a place; `place` is it then. */
  enter(place: Place): boolean {
    const { value } = place
    if (isStruct(value)) {
      if (value.schema !== this.#lastSchema) {
        this.#lastField = value.schema.field(this.name)
        this.#lastSchema = value.schema
      }
      const field = this.#lastField
      if (field === undefined) return false
      place.schema = field.schema
      place.value = value.values[field.index] ?? field.schema.defaultValue ?? null
      return true
    }
    if (!isSchemalessMap(value) || !hasMember(value, this.name)) return false
    place.value = memberOf(value, this.name)
    place.schema = place.schema?.valueSchema ?? null
    return true
  }
}

/** To an element of an array; one below zero counts from its end. */
export class IndexStep {
  readonly #index: number

  constructor(index: number) {
    this.#index = index
  }

  /** As that of {@link NameStep}. */
  enter(place: Place): boolean {
    if (!Array.isArray(place.value)) return false
    const elements: readonly unknown[] = place.value
    const index = this.#index < 0 ? elements.length + this.#index : this.#index
    if (index < 0 || index >= elements.length) return false
    place.value = elements[index] ?? null
    place.schema = place.schema?.valueSchema ?? null
    return true
  }
}
