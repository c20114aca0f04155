import { javaToString } from '../../../api/index.ts'
import type { JavaPattern, Schema } from '../../../api/index.ts'
import { areEqual, missing, order } from './compare.ts'
import type { Operand, PathOperand } from './operands.ts'

/** What is asked of an element: of a struct, a map, or a member of an array. Compiled once. */
export interface Condition {
  holds(schema: Schema | null, value: unknown): boolean
}

export class All implements Condition {
  readonly #parts: readonly Condition[]

  constructor(parts: readonly Condition[]) {
    this.#parts = parts
  }

  holds(schema: Schema | null, value: unknown): boolean {
    for (const part of this.#parts) if (!part.holds(schema, value)) return false
    return true
  }
}

export class Any implements Condition {
  readonly #parts: readonly Condition[]

  constructor(parts: readonly Condition[]) {
    this.#parts = parts
  }

  holds(schema: Schema | null, value: unknown): boolean {
    for (const part of this.#parts) if (part.holds(schema, value)) return true
    return false
  }
}

export class Not implements Condition {
  readonly #part: Condition

  constructor(part: Condition) {
    this.#part = part
  }

  holds(schema: Schema | null, value: unknown): boolean {
    return !this.#part.holds(schema, value)
  }
}

export class Exists implements Condition {
  readonly #path: PathOperand

  constructor(path: PathOperand) {
    this.#path = path
  }

  holds(schema: Schema | null, value: unknown): boolean {
    return this.#path.exists(schema, value)
  }
}

const orders = {
  '<': (sign: number) => sign < 0,
  '<=': (sign: number) => sign <= 0,
  '>': (sign: number) => sign > 0,
  '>=': (sign: number) => sign >= 0,
} as const
export type OrderOperator = keyof typeof orders

export class Ordered implements Condition {
  readonly #left: Operand
  readonly #right: Operand
  readonly #fits: (sign: number) => boolean

  constructor(left: Operand, operator: OrderOperator, right: Operand) {
    this.#left = left
    this.#right = right
    this.#fits = orders[operator]
  }

  holds(schema: Schema | null, value: unknown): boolean {
    return this.#fits(order(this.#left.read(schema, value), this.#right.read(schema, value)))
  }
}

export class Equal implements Condition {
  readonly #left: Operand
  readonly #right: Operand

  constructor(left: Operand, right: Operand) {
    this.#left = left
    this.#right = right
  }

  holds(schema: Schema | null, value: unknown): boolean {
    return isEqual(this.#left.read(schema, value), this.#right, schema, value)
  }
}

/** Whether the left side is among values, or among the elements of an array that the right side leads to. */
export class In implements Condition {
  readonly #left: Operand
  readonly #right: readonly Operand[] | Operand

  constructor(left: Operand, right: readonly Operand[] | Operand) {
    this.#left = left
    this.#right = right
  }

  holds(schema: Schema | null, value: unknown): boolean {
    const left = this.#left.read(schema, value)
    if ('read' in this.#right) return isElement(left, this.#right.read(schema, value))
    for (const operand of this.#right) if (isEqual(left, operand, schema, value)) return true
    return false
  }
}

/** Whether a pattern matches all of a text, or of the text of a number or a boolean. */
export class Matches implements Condition {
  readonly #left: Operand
  readonly #pattern: JavaPattern

  constructor(left: Operand, pattern: JavaPattern) {
    this.#left = left
    this.#pattern = pattern
  }

  holds(schema: Schema | null, value: unknown): boolean {
    const found = this.#left.read(schema, value)
    if (!Array.isArray(found)) return this.#pattern.matches(textOf(found, this.#left))
    const elements: readonly unknown[] = found
    for (const element of elements) {
      if (this.#pattern.matches(isText(element) ? javaToString(element) : '')) return true
    }
    return false
  }
}

function isEqual(left: unknown, operand: Operand, schema: Schema | null, value: unknown): boolean {
  const right = operand.read(schema, value)
  // A text of the right side is wanted only where the left one is a text and it is none.
  const isMixed = typeof left === 'string' && typeof right !== 'string' && right !== missing
  return areEqual(left, right, isMixed ? operand.text : '')
}

function isElement(left: unknown, list: unknown): boolean {
  if (!Array.isArray(list)) return false
  const elements: readonly unknown[] = list
  for (const element of elements) if (areEqual(left, element, javaToString(element))) return true
  return false
}

function textOf(found: unknown, operand: Operand): string {
  if (typeof found === 'string') return found
  return isText(found) ? operand.text : ''
}

/** Whether a pattern is looked for in its text; else in an empty one. */
function isText(value: unknown): boolean {
  return value !== null && value !== missing && typeof value !== 'object'
}
