import { ConfigError } from '../errors/connect-error.ts'
import { JavaPattern } from '../util/regex/java-pattern.ts'
import { invalidValue, javaTrim } from './parse-type.ts'
import type { Validator } from './types.ts'

/**
 * The validators of Kafka's ConfigDef, with their texts. Each throws a ConfigError, and says in
 * `validValues` what it allows. In a validation they also run on null, where a value could not be parsed.
 */

/** A number from `min` up. */
export function atLeast(min: number): Validator {
  return range(min, null)
}

/** A number from `min` to `max`, both included. */
export function between(min: number, max: number): Validator {
  return range(min, max)
}

/** A number within what bounds there are. */
export function range(min: number | null, max: number | null): Validator {
  const bounds = [min, '...', max].filter((part) => part !== null)
  return validator(`[${bounds.join(',')}]`, (name, value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      throw invalidValue(name, value, 'Value must be non-null')
    }
    if (min !== null && value < min)
      throw invalidValue(name, value, `Value must be at least ${min}`)
    if (max !== null && value > max) {
      throw invalidValue(name, value, `Value must be no more than ${max}`)
    }
  })
}

/** One of these strings, in this case (`ValidString`). */
export function oneOf(...allowed: readonly string[]): Validator {
  const list = allowed.join(', ')
  return validator(`[${list}]`, (name, value) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      throw invalidValue(name, value, `String must be one of: ${list}`)
    }
  })
}

/** One of these strings in any case. The texts name them in upper case, in the order given. */
export function oneOfIgnoringCase(...allowed: readonly string[]): Validator {
  const upper = allowed.map((value) => value.toUpperCase())
  const list = upper.join(', ')
  return validator(`(case insensitive) [${list}]`, (name, value) => {
    if (typeof value !== 'string' || !upper.includes(value.toUpperCase())) {
      throw invalidValue(name, value, `String must be one of (case insensitive): ${list}`)
    }
  })
}

/** A list whose every element is one of these, and none of them twice (`ValidList.in`). */
export function eachOf(...allowed: readonly string[]): Validator {
  const element = oneOf(...allowed)
  return validator(`[${allowed.join(', ')}]`, (name, value) => {
    const values = distinct(name, value)
    for (const part of values) {
      rejectEmpty(name, part)
      element(name, part)
    }
  })
}

/** A list without duplicates and without empty elements (KIP-1161). */
export function distinctValues(allow: {
  readonly empty: boolean
  readonly null: boolean
}): Validator {
  return validator('', (name, value) => {
    if (allow.null && !Array.isArray(value)) return
    if (!allow.empty && Array.isArray(value) && value.length === 0) {
      throw new ConfigError(
        `Configuration '${name}' must not be empty. Valid values include: any non-empty value`,
      )
    }
    for (const part of distinct(name, value)) rejectEmpty(name, part)
  })
}

function distinct(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new ConfigError(`Configuration '${name}' values must not be null.`)
  }
  if (new Set(value).size === value.length) return value
  throw new ConfigError(`Configuration '${name}' values must not be duplicated.`)
}

function rejectEmpty(name: string, part: unknown): void {
  if (part === '') throw new ConfigError(`Configuration '${name}' values must not be empty.`)
}

/** A list of at most `max` elements. */
export function atMostElements(max: number): Validator {
  return validator(`List containing maximum of ${max} elements`, (name, value) => {
    if (Array.isArray(value) && value.length > max) {
      throw invalidValue(name, value, `exceeds maximum list size of [${max}].`)
    }
  })
}

/** A list that is there and has an element. */
export const nonEmptyList: Validator = validator('non-empty list', (name, value) => {
  if (!Array.isArray(value) || value.length === 0) throw invalidValue(name, value, 'Empty list')
})

/** Null, or a string with something in it. */
export const nonEmptyString: Validator = validator('non-empty string', (name, value) => {
  if (value === '') throw invalidValue(name, value, 'String must be non-empty')
})

/** Anything but null. */
export const nonNull: Validator = validator('non-null string', (name, value) => {
  if (value === null || value === undefined)
    throw invalidValue(name, value, 'entry must be non null')
})

/** Null, or a string with something in it and no ISO control character. */
export const nonEmptyStringWithoutControlChars: Validator = validator(
  'non-empty string without ISO control characters',
  (name, value) => {
    if (typeof value !== 'string') return
    if (value === '') throw invalidValue(name, value, 'String may not be empty')
    const codes = Array.from(value, (char) => char.charCodeAt(0)).filter(isIsoControl)
    if (codes.length > 0) {
      const found = `had the following ASCII chars: ${codes.join(', ')}`
      throw invalidValue(name, value, `String may not contain control sequences but ${found}`)
    }
  },
)

/** A regular expression in Java's syntax that can be used. */
export const validRegex: Validator = validator('valid regex', (name, value) => {
  if (typeof value !== 'string') throw invalidValue(name, value, 'Invalid regex: null')
  try {
    new JavaPattern(value)
  } catch (error) {
    throw invalidValue(name, value, `Invalid regex: ${(error as Error).message}`)
  }
})

/** A validator of one's own: `check` throws a ConfigError; `validValues` says what is allowed. */
export function validator(
  validValues: string,
  check: (name: string, value: unknown) => void,
): Validator {
  return Object.assign((name: string, value: unknown) => check(name, value), { validValues })
}

/** All of these, the first to object winning. */
export function allOf(...parts: readonly Validator[]): Validator {
  const text = parts.reduce((all, { validValues = '' }) => {
    return all === '' ? validValues : `${all}, ${validValues}`
  }, '')
  return validator(text, (name, value) => {
    for (const part of parts) part(name, value)
  })
}

/** `check` where there is a value, null else. */
export function orNull(check: Validator): Validator {
  return validator(check.validValues ?? '', (name, value) => {
    if (value !== null && value !== undefined) check(name, value)
  })
}

/** Whether a string is null or blank as Java's `Utils.isBlank` means it. */
export function isBlank(value: string | null | undefined): boolean {
  return value === null || value === undefined || javaTrim(value) === ''
}

function isIsoControl(code: number): boolean {
  return code <= 0x1f || (code >= 0x7f && code <= 0x9f)
}
