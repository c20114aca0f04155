import { CASE_INSENSITIVE, UNICODE_CASE } from './pattern-flags.ts'
import { asciiLowerOf, foldedOf, lowerOf, upperOf } from './simple-case.ts'

/** A set of characters. */
export interface CharClass {
  /**
   * Whether it holds characters of one UTF-16 unit only, and is asked by units. The others are asked by code points; it shows
   * where a text has surrogates.
   */
  readonly isOfUnits: boolean
  has(code: number): boolean
}

export function unitClass(has: (code: number) => boolean): CharClass {
  return { isOfUnits: true, has }
}

export function codeClass(has: (code: number) => boolean): CharClass {
  return { isOfUnits: false, has }
}

export function unionOf(a: CharClass, b: CharClass): CharClass {
  return { isOfUnits: a.isOfUnits && b.isOfUnits, has: (code) => a.has(code) || b.has(code) }
}

export function intersectionOf(a: CharClass, b: CharClass): CharClass {
  return { isOfUnits: a.isOfUnits && b.isOfUnits, has: (code) => a.has(code) && b.has(code) }
}

export function complementOf(a: CharClass): CharClass {
  return codeClass((code) => !a.has(code))
}

export function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff
}

/** Whether Java takes a character of a pattern to be beyond one unit. It looks at the lowest 16 bits of larger ones too. */
export function isSupplementary(code: number): boolean {
  return code > 0xffff || isSurrogate(code & 0xffff)
}

/** One character, in the cases that the flags say. */
export function singleClass(code: number, flags: number): CharClass {
  if ((flags & CASE_INSENSITIVE) !== 0) {
    if ((flags & UNICODE_CASE) !== 0) {
      const folded = foldedOf(code)
      if (upperOf(code) !== folded) {
        return codeClass((other) => other === folded || foldedOf(other) === folded)
      }
    } else if (code < 0x80) {
      const lower = asciiLowerOf(code)
      const upper = upperOf(code)
      if (lower !== upper) return unitClass((other) => other === lower || other === upper)
    }
  }
  const has = (other: number): boolean => other === code
  return isSupplementary(code) ? codeClass(has) : unitClass(has)
}

/** From one character to another, in the cases that the flags say. */
export function rangeClass(from: number, to: number, flags: number): CharClass {
  const isIn = (code: number): boolean => code >= from && code <= to
  if ((flags & CASE_INSENSITIVE) === 0) {
    const isPlain = to < 0xd800 || (from > 0xdfff && to <= 0xffff)
    return isPlain ? unitClass(isIn) : codeClass(isIn)
  }
  if ((flags & UNICODE_CASE) !== 0) {
    return codeClass((code) => isIn(code) || isIn(upperOf(code)) || isIn(lowerOf(upperOf(code))))
  }
  return codeClass(
    (code) => isIn(code) || (code < 0x80 && (isIn(upperOf(code)) || isIn(asciiLowerOf(code)))),
  )
}

/** Letters of which there are more than two cases, or one of them is beyond Latin-1. */
const manyCases = new Set([0xff, 0xb5, 0x49, 0x69, 0x53, 0x73, 0x4b, 0x6b, 0xc5, 0xe5])

/** The characters of Latin-1 that a class names one by one; more may be added while the class is read. */
export class LatinClass implements CharClass {
  readonly isOfUnits = true
  readonly #codes = new Set<number>()

  has(code: number): boolean {
    return this.#codes.has(code)
  }

  /** False where the character does not belong here. */
  add(code: number, flags: number): boolean {
    const ignoresCase = (flags & CASE_INSENSITIVE) !== 0
    const isUnicode = (flags & UNICODE_CASE) !== 0
    if (code > 0xff || (ignoresCase && isUnicode && manyCases.has(code))) return false
    if (ignoresCase && (code < 0x80 || isUnicode)) {
      this.#codes.add(lowerOf(code))
      this.#codes.add(upperOf(code))
    }
    this.#codes.add(code)
    return true
  }
}
