import { doubleText } from '../../api/index.ts'

/**
 * JSON as Jackson writes it to bytes: no spaces; `"`, `\` and control characters escaped, a supplementary character as
 * two escapes (so that no surrogate, paired or not, is lost), all else raw UTF-8.
 */

/** A character that may not stand raw in a string. */
const escaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/
const everyEscaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/g
/** Below this length, a loop over the characters is faster than a call into native code. */
const loopLength = 40
/** Above this length, a bound of six times the length is too dear in memory. */
export const countedLength = 4096

/** 1 for a character that stands as one byte for itself. */
const plain = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x20 && code <= 0x7e && code !== 0x22 && code !== 0x5c ? 1 : 0,
)

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/** `text` as a JSON string, with its quotes. */
export function quote(text: string): string {
  return escaped.test(text) ? `"${text.replace(everyEscaped, escape)}"` : `"${text}"`
}

/** Most bytes that {@link writeString} needs: every character may become an escape of six; of a long text, no more than it takes. */
export function maxStringBytes(text: string): number {
  if (text.length <= countedLength) return text.length * 6 + 2
  return Buffer.byteLength(escaped.test(text) ? quote(text) : text) + 2
}

/** Hot. Writes `text` as a JSON string at `at`; returns the end. */
export function writeString(target: Buffer, at: number, text: string): number {
  const length = text.length
  if (length >= loopLength) return writeLongString(target, at, text)
  target[at] = 0x22
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (plain[code] !== 1) return writeLongString(target, at, text)
    target[at + 1 + i] = code
  }
  target[at + 1 + length] = 0x22
  return at + 2 + length
}

function writeLongString(target: Buffer, at: number, text: string): number {
  if (escaped.test(text)) {
    const quoted = quote(text)
    return at + target.utf8Write(quoted, at, target.length - at)
  }
  target[at] = 0x22
  const end = at + 1 + target.utf8Write(text, at + 1, target.length - at - 1)
  target[end] = 0x22
  return end + 1
}

/** Writes ASCII text; returns the end. */
export function writeAscii(target: Buffer, at: number, text: string): number {
  const length = text.length
  for (let i = 0; i < length; i++) target[at + i] = text.charCodeAt(i)
  return at + length
}

/** Hot. Writes a safe integer in decimal; returns the end. */
export function writeInteger(target: Buffer, at: number, value: number): number {
  let rest = value
  if (rest < 0) {
    target[at++] = 0x2d
    rest = -rest
  }
  if (rest < billion) return writeDigits(target, at, rest, digitsOf(rest))
  const high = Math.floor(rest / billion)
  const end =
    high < billion
      ? writeDigits(target, at, high, digitsOf(high))
      : writeAscii(target, at, String(high))
  return writeDigits(target, end, rest - high * billion, 9)
}

/**
 * Hot. Writes a double as Java prints it; what JSON has no number for, in quotes. Returns the end. Up to 15 digits with two decimals
 * are the shortest text of the double that they read as, which saves asking the engine for it.
 */
export function writeDouble(target: Buffer, at: number, value: number): number {
  const size = value < 0 ? -value : value
  const hundredths = Math.round(size * 100)
  // Below a thousandth and from ten million on Java prints exponents; of zero the sign is to be seen.
  if (size >= 1e-3 && size < 1e7 && hundredths / 100 === size) {
    if (value < 0) target[at++] = 0x2d
    const whole = Math.floor(hundredths / 100)
    return writeDecimals(target, writeInteger(target, at, whole), hundredths - whole * 100)
  }
  const text = doubleText(value)
  return writeAscii(target, at, Number.isFinite(value) ? text : `"${text}"`)
}

/** The point and the hundredths behind it, at least one digit. */
function writeDecimals(target: Buffer, at: number, hundredths: number): number {
  const tenths = (hundredths / 10) | 0
  const last = hundredths - tenths * 10
  target[at] = 0x2e
  target[at + 1] = 0x30 + tenths
  if (last === 0) return at + 2
  target[at + 2] = 0x30 + last
  return at + 3
}

const billion = 1e9

/** Of an integer below a billion. */
function digitsOf(value: number): number {
  if (value < 1e4) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 1e6) return value < 1e5 ? 5 : 6
  return value < 1e7 ? 7 : value < 1e8 ? 8 : 9
}

/** Zeros stand before a number of fewer digits. */
function writeDigits(target: Buffer, at: number, value: number, digits: number): number {
  let rest = value | 0
  for (let i = at + digits - 1; i >= at; i--) {
    const next = (rest / 10) | 0
    target[i] = 0x30 + rest - next * 10
    rest = next
  }
  return at + digits
}

/** Copies a few bytes; returns the end. */
export function writeBytes(target: Buffer, at: number, bytes: Buffer): number {
  const length = bytes.length
  if (length > loopLength) target.set(bytes, at)
  else for (let i = 0; i < length; i++) target[at + i] = bytes[i] ?? 0
  return at + length
}

function escape(character: string): string {
  const short = shortEscapes[character]
  if (short !== undefined) return short
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}
