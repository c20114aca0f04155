import { Decimal, isDecimal, valueEquals } from '../../../api/index.ts'

/** Stands for the value of a path that leads nowhere; it equals nothing. */
export const missing = Symbol('missing')

type Numeric = number | bigint | Decimal

/** How one number compares to another: below zero where it is less, NaN where one is none. */
function compareNumbers(a: Numeric, b: Numeric): number {
  if (isDecimal(a) || isDecimal(b)) return compareDecimals(a, b)
  if (a === b) return 0
  if (a < b) return -1
  return a > b ? 1 : NaN
}

/** Further apart than this, what one would have to be multiplied by would fill the memory. */
const mostDigits = 10_000

function compareDecimals(a: Numeric, b: Numeric): number {
  const [left, right] = [decimalOf(a), decimalOf(b)]
  if (left === null || right === null) return NaN
  const scale = Math.max(left.scale, right.scale)
  if (scale - Math.min(left.scale, right.scale) > mostDigits) {
    return left.toNumber() - right.toNumber()
  }
  const difference = scaled(left, scale) - scaled(right, scale)
  return difference < 0n ? -1 : Number(difference > 0n)
}

function decimalOf(value: Numeric): Decimal | null {
  if (isDecimal(value)) return value
  return typeof value === 'bigint' || Number.isFinite(value) ? Decimal.parse(String(value)) : null
}

function scaled({ unscaled, scale }: Decimal, to: number): bigint {
  return unscaled * 10n ** BigInt(to - scale)
}

function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint' || isDecimal(value)
}

/**
 * Whether two values of a condition are equal. A text on the right of a number is read as one; to a text on the left, a number
 * is its text.
 */
export function areEqual(left: unknown, right: unknown, rightText: string): boolean {
  if (left === missing || right === missing) return false
  if (isNumeric(left)) {
    const number = typeof right === 'string' ? numberOf(right) : right
    return isNumeric(number) && compareNumbers(left, number) === 0
  }
  if (typeof left === 'string') return left === (isNumeric(right) ? rightText : right)
  return valueEquals(left, right)
}

/** How two numbers or two texts compare; NaN for all else, which is neither less nor greater. */
export function order(left: unknown, right: unknown): number {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right)
  if (typeof left !== 'string' || typeof right !== 'string') return NaN
  if (left === right) return 0
  return left < right ? -1 : 1
}

function numberOf(text: string): Decimal | null {
  // What the parser of decimals would refuse anyway, and at less cost.
  if (!/^[+-]?[\d.]+(?:[eE][+-]?\d+)?$/.test(text)) return null
  try {
    return Decimal.parse(text)
  } catch {
    return null
  }
}
