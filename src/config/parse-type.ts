import { ConfigError } from '../errors/connect-error.ts'
import { normalizeInt64 } from '../util/int64.ts'
import type { Int64 } from '../util/int64.ts'
import { Password, isPassword } from './password.ts'
import type { ConfigType } from './types.ts'

/**
 * Turns what stands in a file into a typed value, as `org.apache.kafka.common.config.ConfigDef.parseType`:
 * same things accepted, same texts where not.
 */

/** The full name of the plugin class that `name` (class name or alias) means, or null where there is none. */
export type ClassResolver = (name: string) => string | null

let classResolver: ClassResolver = (name) => (name === '' ? null : name)

/** What to use in the place of a class that is known not to be here, or null. */
export type ClassAdviser = (name: string) => string | null

let classAdviser: ClassAdviser = () => null

/**
 * Says how this thread finds the class a CLASS key names, and what to say of one that is not there. Without it every name but the
 * empty one is taken as it is.
 */
export function setClassResolver(
  resolver: ClassResolver,
  adviser: ClassAdviser = () => null,
): void {
  classResolver = resolver
  classAdviser = adviser
}

/** `Invalid value V for configuration N: M`, as every ConfigException of Kafka reads. */
export function invalidValue(name: string, value: unknown, reason: string | null): ConfigError {
  const suffix = reason === null ? '' : `: ${reason}`
  return new ConfigError(`Invalid value ${printed(value)} for configuration ${name}${suffix}`)
}

/** Strips what Java's `String.trim` does: characters up to U+0020. */
export function javaTrim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--
  return text.slice(start, end)
}

/** `value` as `type`; null stays null. Throws a ConfigError that names `name` and the value as it was given. */
export function parseType(name: string, value: unknown, type: ConfigType): unknown {
  if (value === null || value === undefined) return null
  const given = typeof value === 'string' ? javaTrim(value) : value
  const refuse = (reason: string): ConfigError => invalidValue(name, value, reason)
  return parsers[type](given, refuse)
}

type Refuse = (reason: string) => ConfigError
type Parser = (given: unknown, refuse: Refuse) => unknown

const parsers: Record<ConfigType, Parser> = {
  BOOLEAN: parseBoolean,
  STRING: parseString,
  INT: integerParser('INT', 'a 32-bit integer', -(2n ** 31n), 2n ** 31n - 1n),
  SHORT: integerParser('SHORT', 'a 16-bit integer (short)', -(2n ** 15n), 2n ** 15n - 1n),
  LONG: integerParser('LONG', 'a 64-bit integer (long)', -(2n ** 63n), 2n ** 63n - 1n),
  DOUBLE: parseDouble,
  LIST: parseList,
  CLASS: parseClass,
  PASSWORD: parsePassword,
}

function parseBoolean(given: unknown, refuse: Refuse): boolean {
  if (typeof given === 'boolean') return given
  if (typeof given === 'string') {
    const lower = given.toLowerCase()
    if (lower === 'true' || lower === 'false') return lower === 'true'
  }
  throw refuse('Expected value to be either true or false')
}

function parseString(given: unknown, refuse: Refuse): string {
  if (typeof given === 'string') return given
  throw refuse(`Expected value to be a string, but it was a ${javaClassOf(given)}`)
}

function parsePassword(given: unknown, refuse: Refuse): Password {
  if (isPassword(given)) return given
  return new Password(parseString(given, refuse))
}

function integerParser(type: string, expected: string, min: bigint, max: bigint): Parser {
  return (given, refuse): Int64 => {
    if (typeof given === 'string') {
      if (!/^[+-]?\d+$/.test(given)) throw refuse(`Not a number of type ${type}`)
      const number = BigInt(given.replace('+', ''))
      if (number < min || number > max) throw refuse(`Not a number of type ${type}`)
      return normalizeInt64(number)
    }
    if (typeof given === 'bigint' || (typeof given === 'number' && Number.isInteger(given))) {
      if (given >= min && given <= max) return given
    }
    throw refuse(`Expected value to be ${expected}, but it was a ${javaClassOf(given)}`)
  }
}

/** The grammar of `Double.valueOf`, hexadecimal included. */
const decimal = /^[+-]?(?:NaN|Infinity|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/
const hexadecimal =
  /^([+-]?)0[xX](?:([\da-fA-F]+)\.?|([\da-fA-F]*)\.([\da-fA-F]+))[pP]([+-]?\d+)[fFdD]?$/

function parseDouble(given: unknown, refuse: Refuse): number {
  if (typeof given === 'number') return given
  if (typeof given === 'bigint') return Number(given)
  if (typeof given !== 'string') {
    throw refuse(`Expected value to be a double, but it was a ${javaClassOf(given)}`)
  }
  if (decimal.test(given)) return Number(given.replace(/[fFdD]$/, ''))
  const hex = hexadecimal.exec(given)
  if (hex === null) throw refuse('Not a number of type DOUBLE')
  const [, sign, whole = '', before = '', fraction = '', exponent = '0'] = hex
  const mantissa = Number(`0x${whole}${before}${fraction}`)
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
}

function parseList(given: unknown, refuse: Refuse): readonly unknown[] {
  if (Array.isArray(given)) return given
  if (typeof given !== 'string') throw refuse('Expected a comma separated list.')
  return given === '' ? [] : given.split(/[ \t\n\v\f\r]*,[ \t\n\v\f\r]*/)
}

function parseClass(given: unknown, refuse: Refuse): string {
  if (typeof given !== 'string') throw refuse('Expected a Class instance or class name.')
  const found = classResolver(given)
  if (found === null) {
    const advice = classAdviser(given)
    throw refuse(`Class ${given} could not be found.${advice === null ? '' : ` ${advice}`}`)
  }
  return found
}

/** What Java would call the class of a value that is not a string. */
function javaClassOf(value: unknown): string {
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  if (typeof value === 'bigint') return 'java.lang.Long'
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return 'java.lang.Double'
    return Math.abs(value) < 2 ** 31 ? 'java.lang.Integer' : 'java.lang.Long'
  }
  return Array.isArray(value) ? 'java.util.ArrayList' : 'java.lang.Object'
}

/** A value as Java prints it inside a message. */
function printed(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`
  return String(value)
}

/** A parsed value as `ConfigDef.convertToString` writes it: a list joined by commas, a password hidden. */
export function valueToText(value: unknown, type: ConfigType): string | null {
  if (value === null || value === undefined) return null
  if (type === 'PASSWORD') return '[hidden]'
  if (Array.isArray(value)) return value.map(String).join(',')
  if (type === 'DOUBLE' && typeof value === 'number') return javaDouble(value)
  return printed(value)
}

/** `Double.toString`: always a fraction, scientific outside of 10^-3..10^7. */
function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    return Number.isInteger(value) ? value.toFixed(1) : String(value)
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`
}
