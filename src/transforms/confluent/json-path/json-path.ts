import { isStruct } from '../../../api/index.ts'
import type { Schema } from '../../../api/index.ts'
import { isSchemalessMap } from '../../support/schemaless-map.ts'
import { missing } from './compare.ts'
import type { Condition } from './conditions.ts'
import { NameStep } from './steps.ts'
import type { Place, PlainStep } from './steps.ts'

export { missing }

/** A step that may lead to many places: to all members or elements, or to those for which a condition holds. */
export type BranchStep = { readonly all: true } | { readonly condition: Condition }
export type Step = PlainStep | BranchStep

/** A compiled path into structs, maps and arrays, as https://github.com/json-path/JsonPath writes and reads it. */
export class JsonPath {
  /** The steps up to the first that branches. */
  readonly #trunk: readonly PlainStep[]
  /** That one and those behind it. */
  readonly #branches: readonly Step[]
  readonly #place: Place = { schema: null, value: null }

  constructor(steps: readonly Step[]) {
    const first = steps.findIndex((step) => !('enter' in step))
    const trunk = first < 0 ? steps : steps.slice(0, first)
    this.#trunk = trunk.filter((step) => 'enter' in step)
    this.#branches = first < 0 ? [] : steps.slice(first)
  }

  static ofField(name: string): JsonPath {
    return new JsonPath([new NameStep(name)])
  }

  /** Whether it leads to one place at most. */
  get isDefinite(): boolean {
    return this.#branches.length === 0
  }

  /** The value that a definite path leads to, or `missing`. */
  read(schema: Schema | null, value: unknown): unknown {
    const place = this.#place
    place.schema = schema
    place.value = value
    for (const step of this.#trunk) if (!step.enter(place)) return missing
    return place.value
  }

  /** Whether it leads anywhere; null where what comes before its first branch is missing or null, or is no place for a filter. */
  matches(schema: Schema | null, value: unknown): boolean | null {
    const found = this.read(schema, value)
    if (found === missing || found === null) return null
    const [first] = this.#branches
    if (first === undefined) return true
    if ('condition' in first && !isContainer(found)) return null
    return this.#leadsOn(0, this.#place.schema, found)
  }

  #leadsOn(at: number, schema: Schema | null, value: unknown): boolean {
    const step = this.#branches[at]
    if (step === undefined) return true
    if ('enter' in step) {
      // What is seen here is another's place, so this one is its own.
      const place = { schema, value }
      return step.enter(place) && this.#leadsOn(at + 1, place.schema, place.value)
    }
    if (Array.isArray(value)) return this.#anyElement(at, step, schema, value)
    if ('condition' in step) {
      return (
        isContainer(value) &&
        step.condition.holds(schema, value) &&
        this.#leadsOn(at + 1, schema, value)
      )
    }
    return this.#anyMember(at, schema, value)
  }

  #anyElement(
    at: number,
    step: BranchStep,
    schema: Schema | null,
    elements: readonly unknown[],
  ): boolean {
    const inner = schema?.valueSchema ?? null
    for (const element of elements) {
      const fits = 'all' in step || step.condition.holds(inner, element)
      if (fits && this.#leadsOn(at + 1, inner, element)) return true
    }
    return false
  }

  #anyMember(at: number, schema: Schema | null, value: unknown): boolean {
    if (isStruct(value)) {
      for (const field of value.schema.fields ?? []) {
        const member = value.values[field.index] ?? field.schema.defaultValue ?? null
        if (this.#leadsOn(at + 1, field.schema, member)) return true
      }
      return false
    }
    if (!isSchemalessMap(value)) return false
    const inner = schema?.valueSchema ?? null
    for (const member of value instanceof Map ? value.values() : Object.values(value)) {
      if (this.#leadsOn(at + 1, inner, member)) return true
    }
    return false
  }
}

function isContainer(value: unknown): boolean {
  return isStruct(value) || isSchemalessMap(value) || Array.isArray(value)
}
