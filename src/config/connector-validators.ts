import { parseVersionRange } from '../util/version-range.ts'
import { invalidValue } from './parse-type.ts'
import type { Validator } from './types.ts'
import { allOf, nonNull, validator } from './validators.ts'

/** A version range of KIP-891 that can be read; what is wrong with one is said without the key. */
export const versionRange: Validator = validator('', (_name, value) => {
  if (typeof value === 'string') parseVersionRange(value)
})

/** A list that is there, each of its aliases once. */
export function uniqueAliases(of: string): Validator {
  const unique = validator(`unique ${of} aliases`, (name, value) => {
    if (!Array.isArray(value) || new Set(value).size === value.length) return
    throw invalidValue(name, value, 'Duplicate alias provided.')
  })
  return allOf(nonNull, unique)
}
