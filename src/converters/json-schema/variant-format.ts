/**
 * Variants: JSON values in binary (Apache Parquet's variant encoding, version 1). Metadata is a dictionary of the names of all
 * objects; a value begins with a byte whose two low bits are its basic type, and the others say more of it. All is little-endian.
 */

export const basicType = { primitive: 0, shortString: 1, object: 2, array: 3 } as const

/** Primitive types, by their number. */
export const primitive = {
  null: 0,
  true: 1,
  false: 2,
  int8: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  double: 7,
  decimal4: 8,
  decimal8: 9,
  decimal16: 10,
  date: 11,
  timestamp: 12,
  timestampNtz: 13,
  float: 14,
  binary: 15,
  string: 16,
  time: 17,
  timestampNanos: 18,
  timestampNanosNtz: 19,
  uuid: 20,
} as const

export const variantVersion = 1
/** The longest text, in bytes, whose length stands in its header. */
export const longestShortString = 63
/** Decimal digits that a decimal of 4, 8 and 16 bytes holds. */
export const decimalDigits = { 4: 9, 8: 18, 16: 38 } as const

/** How many bytes hold a number from 0 on. */
export function widthOf(most: number): 1 | 2 | 3 | 4 {
  if (most <= 0xff) return 1
  if (most <= 0xffff) return 2
  return most <= 0xffffff ? 3 : 4
}
