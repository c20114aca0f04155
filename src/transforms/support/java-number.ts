import { Decimal } from '../../api/index.ts'
import type { Int64 } from '../../api/index.ts'

/** Text read as Java's `Byte.parseByte`, `Long.parseLong`, `Float.parseFloat` and `Double.parseDouble` read it. */

/** Integers of so many characters are safe ones. */
const mostSafe = 15

/** The integer that `text` is, from `min` to `max`; null where Java throws a NumberFormatException. */
export function parseJavaInteger(text: string, min: Int64, max: Int64): Int64 | null {
  if (text.length > mostSafe || !/^[+-]?\d+$/.test(text)) return parseLongInteger(text, min, max)
  // Of -0 the zero.
  const value = Number(text) + 0
  return value >= min && value <= max ? value : null
}

/** The same of digits of any script, and of any number of them. */
function parseLongInteger(text: string, min: Int64, max: Int64): bigint | null {
  const sign = text.charAt(0)
  const digits = sign === '-' || sign === '+' ? text.slice(1) : text
  if (digits === '') return null
  let plain = ''
  for (let i = 0; i < digits.length; i++) {
    const digit = digitOf(digits.charCodeAt(i))
    if (digit < 0) return null
    plain += String(digit)
  }
  const value = sign === '-' ? -BigInt(plain) : BigInt(plain)
  return value >= min && value <= max ? value : null
}

/** Java's `String.trim`: off goes what is no higher than a space. */
export function javaTrimmed(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 0x20) start++
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--
  return text.slice(start, end)
}

/** Of the digits only one part can take each, so that a long text is read once. */
const decimalLiteral = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?$/
const hexLiteral =
  /^([+-]?)0[xX](?:([\da-fA-F]+)\.?|([\da-fA-F]*)\.([\da-fA-F]+))[pP]([+-]?\d{1,9})[fFdD]?$/

/** The double nearest to what `text` says; null where Java throws a NumberFormatException. */
export function parseJavaDouble(text: string): number | null {
  const trimmed = javaTrimmed(text)
  if (/^[+-]?(?:NaN|Infinity)$/.test(trimmed)) return Number(trimmed.replace(/^[+-](?=NaN)/, ''))
  const decimal = decimalLiteral.exec(trimmed)
  if (decimal !== null) return Number(`${decimal[1] ?? ''}${decimal[2] ?? ''}`)
  return parseHex(trimmed)
}

/** As {@link parseJavaDouble}, the float nearest. */
export function parseJavaFloat(text: string): number | null {
  const double = parseJavaDouble(text)
  if (double === null) return null
  const decimal = decimalLiteral.exec(javaTrimmed(text))
  if (decimal === null) return Math.fround(double)
  return roundToFloat(double, () => {
    return rationalOf(Decimal.parse(`${decimal[1] ?? ''}${decimal[2] ?? ''}`))
  })
}

/** A decimal as Java's `BigDecimal.floatValue` gives it. */
export function decimalToFloat(decimal: {
  readonly unscaled: bigint
  readonly scale: number
}): number {
  const double = Number(`${decimal.unscaled}e${-decimal.scale}`)
  return roundToFloat(double, () => rationalOf(decimal))
}

/** The float nearest to an int64. */
export function int64ToFloat(value: number | bigint): number {
  if (typeof value === 'number') return Math.fround(value)
  return roundToFloat(Number(value), () => [value, 1n])
}

/** Hexadecimal digits with a binary exponent. */
function parseHex(text: string): number | null {
  const match = hexLiteral.exec(text)
  if (match === null) return null
  const [, sign = '', whole = '', before = '', fraction = '', exponent = '0'] = match
  const mantissa = Number(BigInt(`0x0${whole}${before}${fraction}`))
  const size = mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -size : size
}

/** The value of a decimal digit of any script (`Character.digit`), or -1. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code < 0x80 || !isDecimalDigit(code)) return -1
  // The digits of a script stand in a row, from zero to nine.
  let value = 0
  while (isDecimalDigit(code - value - 1)) value++
  return value % 10
}

function isDecimalDigit(code: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCharCode(code))
}

type Rational = readonly [numerator: bigint, denominator: bigint]

function rationalOf({
  unscaled,
  scale,
}: {
  readonly unscaled: bigint
  readonly scale: number
}): Rational {
  return scale >= 0 ? [unscaled, 10n ** BigInt(scale)] : [unscaled * 10n ** BigInt(-scale), 1n]
}

const floatBits = new Float32Array(1)
const intBits = new Int32Array(floatBits.buffer)
/** Halfway between the greatest float and what would be the next. */
const overflow = 2 ** 128 - 2 ** 103

/**
 * The float nearest to an exact value, given the double nearest to it. Only where that lies halfway between two floats does it
 * matter on which side of it the exact value is.
 */
function roundToFloat(double: number, exact: () => Rational): number {
  const float = Math.fround(double)
  if (float === double || Number.isNaN(double)) return float
  const size = Math.abs(double)
  const other = Number.isFinite(float)
    ? neighbour(float, double > float)
    : Math.sign(double) * maxFloat
  const isTie = Number.isFinite(float)
    ? Math.abs(other) === Infinity
      ? size === overflow
      : double - float === other - double
    : size === overflow
  if (!isTie) return float
  const side = compare(exact(), double)
  if (side === 0) return float
  return side > 0 ? Math.max(float, other) : Math.min(float, other)
}

const maxFloat = 3.4028234663852886e38

/** The next float up or down. */
function neighbour(float: number, up: boolean): number {
  if (float === 0) return up ? 2 ** -149 : -(2 ** -149)
  floatBits[0] = float
  const away = float > 0 === up
  intBits[0] = (intBits[0] ?? 0) + (away ? 1 : -1)
  return floatBits[0]
}

/** Positive where the exact value is greater than the double. */
function compare([numerator, denominator]: Rational, double: number): number {
  let [mantissa, halvings] = [double, 0]
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    halvings++
  }
  const difference = (numerator << BigInt(halvings)) - BigInt(mantissa) * denominator
  return difference > 0n ? 1 : difference < 0n ? -1 : 0
}
