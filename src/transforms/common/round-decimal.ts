import { DataError, Decimal } from '../../api/index.ts'
import type { Field } from '../../api/index.ts'

/** A whole number that a decimal's schema has as a parameter; 0 where it has none. */
export function decimalParameter({ name, schema }: Field, key: string): number {
  const text = schema.parameters?.get(key) ?? '0'
  if (/^[+-]?\d{1,9}$/.test(text)) return Number(text)
  throw new DataError(
    `Invalid value ${text} of the parameter ${key} of the field "${name}": expected a whole number.`,
  )
}

/** The greatest scale that a value is brought to; a greater one would fill the memory with zeros. */
const greatestScale = 100_000

/**
 * The decimal rounded half up to `precision` digits (0: all of them), then brought to `scale`, towards negative infinity where
 * digits go.
 */
export function roundedDecimal(
  value: Decimal,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): Decimal {
  if (Math.abs(scale - value.scale) > greatestScale) {
    throw new DataError(`Cannot bring a decimal of the scale ${value.scale} to the scale ${scale}.`)
  }
  return withScale(withPrecision(value, precision), scale)
}

function withPrecision(value: Decimal, precision: number): Decimal {
  let { unscaled, scale } = value
  for (;;) {
    const dropped = digitsOf(unscaled) - precision
    if (precision === 0 || dropped <= 0) return new Decimal(unscaled, scale)
    unscaled = dividedHalfUp(unscaled, 10n ** BigInt(dropped))
    scale -= dropped
    // 9.99 has become 10.0, which has a digit more.
  }
}

function withScale({ unscaled, scale }: Decimal, to: number): Decimal {
  if (to >= scale) return new Decimal(unscaled * 10n ** BigInt(to - scale), to)
  const divisor = 10n ** BigInt(scale - to)
  const quotient = unscaled / divisor
  const isBelow = unscaled < 0n && unscaled % divisor !== 0n
  return new Decimal(isBelow ? quotient - 1n : quotient, to)
}

function digitsOf(unscaled: bigint): number {
  return String(unscaled < 0n ? -unscaled : unscaled).length
}

/** Half away from zero. */
function dividedHalfUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  const rest = value % divisor
  const isUp = (rest < 0n ? -rest : rest) * 2n >= divisor
  if (!isUp) return quotient
  return value < 0n ? quotient - 1n : quotient + 1n
}
