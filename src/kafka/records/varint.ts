/**
 * Variable length integers of record batches (magic 2): seven bits a byte, least first; signed values are
 * zigzag encoded. A length or a small delta fits the 32 bit forms; timestamps need the long form, which here
 * covers the safe integers without a BigInt.
 */

/** Most bytes a 32 bit varint takes. */
export const maxVarintBytes = 5

/** Bytes that `value`, 0 to 2^32 - 1, takes without zigzag. */
function unsignedVarintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/** Writes `value`, 0 to 2^32 - 1, without zigzag; returns the end. */
function writeUnsignedVarint(target: Uint8Array, at: number, value: number): number {
  let end = at
  let rest = value
  while (rest > 0x7f) {
    target[end++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[end++] = rest
  return end
}

/** Bytes a length, 0 to 2^30, takes with zigzag. */
export function lengthSize(length: number): number {
  return unsignedVarintSize(length << 1)
}

/** Writes a length, 0 to 2^30, with zigzag; returns the end. */
export function writeLength(target: Uint8Array, at: number, length: number): number {
  const value = length << 1
  if (value >= 0 && value < 0x80) {
    target[at] = value
    return at + 1
  }
  if (value >= 0 && value < 0x4000) {
    target[at] = (value & 0x7f) | 0x80
    target[at + 1] = value >>> 7
    return at + 2
  }
  return writeUnsignedVarint(target, at, value)
}

/** Writes a signed safe integer with zigzag; returns the end. At most 8 bytes. */
export function writeVarlong(target: Uint8Array, at: number, value: number): number {
  let end = at
  let rest = value >= 0 ? value * 2 : -value * 2 - 1
  while (rest > 0x7f) {
    target[end++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  target[end++] = rest
  return end
}
