/** Letters whose upper case is several letters in JavaScript but one to Java: iota written below. */
const iotaBelow: readonly (readonly [from: number, to: number, distance: number])[] = [
  [0x1f80, 0x1f87, 8],
  [0x1f90, 0x1f97, 8],
  [0x1fa0, 0x1fa7, 8],
  [0x1fb3, 0x1fb3, 9],
  [0x1fc3, 0x1fc3, 9],
  [0x1ff3, 0x1ff3, 9],
]

/** The upper case of a code point, one to one (`Character.toUpperCase`). */
export function upperOf(code: number): number {
  if (code < 0x80) return code >= 0x61 && code <= 0x7a ? code - 0x20 : code
  for (const [from, to, distance] of iotaBelow) {
    if (code >= from && code <= to) return code + distance
  }
  return single(String.fromCodePoint(code).toUpperCase(), code)
}

/** The lower case of a code point, one to one (`Character.toLowerCase`). */
export function lowerOf(code: number): number {
  if (code < 0x80) return asciiLowerOf(code)
  // A capital I with a dot.
  return code === 0x130 ? 0x69 : single(String.fromCodePoint(code).toLowerCase(), code)
}

/** Lower case of ASCII alone. */
export function asciiLowerOf(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code
}

/** What two code points have in common that are the same but for their case. */
export function foldedOf(code: number): number {
  return lowerOf(upperOf(code))
}

function single(mapped: string, otherwise: number): number {
  const code = mapped.codePointAt(0) ?? otherwise
  return mapped.length === (code > 0xffff ? 2 : 1) ? code : otherwise
}
