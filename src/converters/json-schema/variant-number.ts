import { DataError, Decimal } from '../../api/index.ts'
import type { JsonCursor } from '../json/json-cursor.ts'
import { passedInteger, shorten } from '../json/read-schemaless.ts'
import { decimalDigits, primitive } from './variant-format.ts'
import { primitiveBytes } from './variant-parts.ts'

/** Reads a number: an integer of 32 or 64 bits, else a decimal, or a double that is exactly it. A DataError where none is. */
export function numberBytes(cursor: JsonCursor): Buffer {
  cursor.readNumber()
  if (!cursor.isInteger) return fractionBytes(cursor.numberText())
  const value = passedInteger(cursor)
  if (typeof value === 'number' && (value | 0) === value) {
    const bytes = primitiveBytes(primitive.int32, 4)
    bytes.writeInt32LE(value, 1)
    return bytes
  }
  const big = BigInt(value)
  if (BigInt.asIntN(64, big) !== big) return fractionBytes(cursor.numberText())
  const bytes = primitiveBytes(primitive.int64, 8)
  bytes.writeBigInt64LE(big, 1)
  return bytes
}

function fractionBytes(text: string): Buffer {
  const exact = Decimal.parse(text)
  const bytes = decimalBytes(plainScale(exact)) ?? doubleBytes(Number(text), exact)
  if (bytes !== null) return bytes
  throw new DataError(
    `The number ${shorten(text)} fits no variant: expected at most ${decimalDigits[16]} digits, before and behind the point.`,
  )
}

/** `1e5` as 100000: a variant's decimals have no negative scale. */
function plainScale({ unscaled, scale }: Decimal): Decimal {
  return scale < 0 && scale >= -decimalDigits[16]
    ? new Decimal(unscaled * 10n ** BigInt(-scale), 0)
    : new Decimal(unscaled, scale)
}

/** The scale in a byte, then the unscaled number. */
function decimalBytes({ unscaled, scale }: Decimal): Buffer | null {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).length
  if (digits > decimalDigits[16] || scale < 0 || scale > decimalDigits[16]) return null
  const size = digits <= decimalDigits[4] ? 4 : digits <= decimalDigits[8] ? 8 : 16
  const types = { 4: primitive.decimal4, 8: primitive.decimal8, 16: primitive.decimal16 }
  const bytes = primitiveBytes(types[size], 1 + size)
  bytes[1] = scale
  for (let at = 0; at < size; at++) {
    bytes[2 + at] = Number(BigInt.asUintN(8, unscaled >> BigInt(8 * at)))
  }
  return bytes
}

function doubleBytes(value: number, exact: Decimal): Buffer | null {
  if (!Number.isFinite(value) || !isSame(Decimal.parse(String(value)), exact)) return null
  const bytes = primitiveBytes(primitive.double, 8)
  bytes.writeDoubleLE(value, 1)
  return bytes
}

/** Whether two decimals are the same number; one of them is a finite double, so that their scales are not far apart. */
function isSame(a: Decimal, b: Decimal): boolean {
  if (a.unscaled === 0n || b.unscaled === 0n) return a.unscaled === b.unscaled
  const apart = a.scale - b.scale
  // Beyond the longest text of a number nothing makes up for it.
  if (Math.abs(apart) > 2000) return false
  return apart > 0
    ? a.unscaled === b.unscaled * 10n ** BigInt(apart)
    : b.unscaled === a.unscaled * 10n ** BigInt(-apart)
}
