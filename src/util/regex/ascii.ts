import { asciiLowerOf } from './simple-case.ts'

/** What `(?x)` passes over. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

export function isOctalDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x37
}

export function isHexDigit(code: number): boolean {
  const lower = asciiLowerOf(code)
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66)
}

export function isAlpha(code: number): boolean {
  const lower = asciiLowerOf(code)
  return lower >= 0x61 && lower <= 0x7a
}
