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
const countedLength = 4096

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
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) {
      return writeLongString(target, at, text)
    }
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
  if (value > 0x7fffffff || value < -0x7fffffff) return writeAscii(target, at, String(value))
  let rest = value
  if (rest < 0) {
    target[at++] = 0x2d
    rest = -rest
  }
  let digits = 1
  for (let limit = 10; rest >= limit && digits < 10; limit *= 10) digits++
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
