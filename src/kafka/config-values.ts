import { ConfigError } from '../errors/connect-error.ts'
import type { ClientConfig } from './types.ts'

/** The value of an integer key that may not be below `min`. Throws a ConfigError. */
export function intOf(config: ClientConfig, key: string, fallback: number, min = 0): number {
  const text = config[key]?.trim()
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= min) return value
  throw new ConfigError(
    `Invalid value ${text} for "${key}": expected an integer of at least ${min}.`,
  )
}

/** The value of a key that takes one of `values`, in whichever case. Throws a ConfigError. */
export function oneOf<T extends string>(
  config: ClientConfig,
  key: string,
  values: readonly T[],
  fallback: T,
): T {
  const text = config[key]?.trim().toLowerCase()
  if (text === undefined || text === '') return fallback
  const found = values.find((value) => value === text)
  if (found !== undefined) return found
  throw new ConfigError(`Invalid value ${text} for "${key}": expected one of ${values.join(', ')}.`)
}
