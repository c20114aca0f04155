import { rememberSecret } from '../util/secrets.ts'

const brand = Symbol.for('sluice.Password')
const hidden = '[hidden]'

/** A secret. Printed, logged or serialized it is `[hidden]`; only {@link value} gives it away (invariant 8). */
export class Password {
  readonly [brand] = true
  readonly #value: string

  constructor(value: string) {
    this.#value = value
    rememberSecret(value)
  }

  /** The secret itself. */
  get value(): string {
    return this.#value
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden
  }
}

/** Whether `value` is a password, from whichever copy of the class. */
export function isPassword(value: unknown): value is Password {
  return typeof value === 'object' && value !== null && brand in value
}
