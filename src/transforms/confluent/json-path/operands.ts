import { Decimal, floatText, isTypedNumber, javaToString } from '../../../api/index.ts'
import type { Schema } from '../../../api/index.ts'
import { missing } from './compare.ts'
import type { Place, PlainStep } from './steps.ts'

/** One side of a comparison. */
export interface Operand {
  /** Its value at an element whose conditions are looked at; `missing` where there is none. */
  read(schema: Schema | null, value: unknown): unknown
  /** The text of what was read last, for a number. */
  readonly text: string
}

/** A value that stands in the condition. */
export class Literal implements Operand {
  readonly #value: unknown
  readonly text: string

  constructor(value: unknown, text = '') {
    this.#value = value
    this.text = text
  }

  read(): unknown {
    return this.#value
  }
}

/** A number that stands in the condition, of which Java keeps every digit. */
export function numberLiteral(text: string): Literal {
  const number = Number(text)
  const value = /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number
  return new Literal(value, Decimal.parse(text).toString())
}

/** A path from the element at hand. */
export class PathOperand implements Operand {
  readonly steps: readonly PlainStep[]
  readonly #place: Place = { schema: null, value: null }

  constructor(steps: readonly PlainStep[]) {
    this.steps = steps
  }

  get text(): string {
    const { value, schema } = this.#place
    return javaToString(value, schema)
  }

  read(schema: Schema | null, value: unknown): unknown {
    const place = this.#place
    place.schema = schema
    place.value = value
    for (const step of this.steps) if (!step.enter(place)) return missing
    return comparable(place)
  }

  /** Whether there is a value. One that is null counts as none. */
  exists(schema: Schema | null, value: unknown): boolean {
    const found = this.read(schema, value)
    return found !== missing && found !== null
  }
}

/** Instants as milliseconds; and a FLOAT32 by its digits, as 0.1 in a condition means 0.1. */
function comparable({ value, schema }: Place): unknown {
  if (value instanceof Date) return value.getTime()
  if (isTypedNumber(value)) {
    return value.type === 'FLOAT32' ? Number(floatText(value.value)) : value.value
  }
  if (typeof value === 'number' && schema?.type === 'FLOAT32') return Number(floatText(value))
  return value
}
