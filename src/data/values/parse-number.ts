import { Decimal } from '../decimal.ts'
import {
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
} from '../primitive-schemas.ts'
import { normalizeInt64 } from '../../util/int64.ts'
import { isInt64 } from '../java-class.ts'
import type { Schema, SchemaAndValue } from '../schema.ts'

/**
 * The number that `text` is, in the smallest type that Java's `Values` gives it; null where it is none. An integral one is
 * an INT8, INT16, INT32 or INT64; any other a FLOAT32 where that is finite (however many digits it loses), a FLOAT64, or
 * a Decimal; without fraction or exponent and beyond 64 bits, always a Decimal.
 */
export function parseNumber(text: string): SchemaAndValue | null {
  const decimal = parseDecimal(text)
  if (decimal === null) return null
  const integer = int64Of(decimal)
  if (integer !== null) return { schema: integerSchema(integer), value: normalizeInt64(integer) }
  const double = decimal.toNumber()
  const float = Math.fround(double)
  if (decimal.scale !== 0 && Number.isFinite(float)) return { schema: FLOAT32_SCHEMA, value: float }
  if (decimal.scale !== 0 && Number.isFinite(double)) {
    return { schema: FLOAT64_SCHEMA, value: double }
  }
  return { schema: Decimal.schema(decimal.scale), value: decimal }
}

/** What may be a digit of another script. */
const otherDigit = /[\u0080-\uffff]/

/** What Java's BigDecimal reads, the digits of any script among it; null for any other text. */
export function parseDecimal(text: string): Decimal | null {
  const ascii = otherDigit.test(text) ? text.replaceAll(/\p{Nd}/gu, asciiDigit) : text
  // Of the digits only one part of the pattern can take each, so that a long text is read once.
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,10})?$/.test(ascii)) return null
  try {
    return Decimal.parse(ascii)
  } catch {
    return null
  }
}

/** Whether Java's `Character.isDigit` holds. */
export function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character)
}

/** The value as an int64, where it is integral and within range. */
function int64Of({ unscaled, scale }: Decimal): bigint | null {
  if (unscaled === 0n) return 0n
  if (scale <= 0) {
    const integer = scale < -18 ? null : unscaled * 10n ** BigInt(-scale)
    return integer !== null && isInt64(integer) ? integer : null
  }
  // With more decimals than digits it is no integer.
  if (scale > String(unscaled).length) return null
  const divisor = 10n ** BigInt(scale)
  const integer = unscaled / divisor
  return unscaled % divisor === 0n && isInt64(integer) ? integer : null
}

/** The smallest type that holds the integer. */
export function integerSchema(value: bigint): Schema {
  if (BigInt.asIntN(8, value) === value) return INT8_SCHEMA
  if (BigInt.asIntN(16, value) === value) return INT16_SCHEMA
  return BigInt.asIntN(32, value) === value ? INT32_SCHEMA : INT64_SCHEMA
}

/** The digits of a script stand in a row from zero to nine. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && isDigit(String.fromCodePoint(code - value - 1))) value++
  return String(value)
}
