import { compileFunction } from 'node:vm'
import type { JsonCursor } from '../json-cursor.ts'

/**
 * Code of functions that read documents of a shape that is known beforehand: what stands between the values is compared four bytes
 * at a time, and values are read where they lie. Of what others wrote only names get into it, as JSON strings.
 *
 * Variables: `c` the cursor, `b` its bytes, `d` a view of them, `p` the place, `e` the end, `t` the text from `o` on; `q` looks ahead.
 */

/** What is answered where a document is not of the shape. */
export const MISS = Symbol('miss')

/** Reads what begins at `at` and leaves the cursor behind it; {@link MISS}, and the cursor anywhere, where the shape is another. */
export type PredictedRead = (cursor: JsonCursor, at: number) => unknown

/** 1 for a byte at which a string ends, or is not its own text any more. */
const stops = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x22 || byte === 0x5c || byte < 0x20 || byte > 0x7f ? 1 : 0,
)
const powersOfTen = Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`))

/** `body` ends with the value returned; it may use `given` by name. */
export function compileReader(
  body: string,
  given: Readonly<Record<string, unknown>>,
): PredictedRead {
  const known = { M: MISS, S: stops, P: powersOfTen, ...given }
  const code = `return function read(c, p) {
const t = c.textFrom(p)
if (t === null) return M
const b = c.source, d = c.view(), e = c.end, o = c.textStart
let q = 0, k = 0, a = 0, f = 0, w = 0, x = 0, y = 0, z = 0, n = false
${body}
}`
  const make = compileFunction(code, Object.keys(known)) as (...args: unknown[]) => PredictedRead
  return make(...Object.values(known))
}

/** Passes these bytes, and no others. */
export function literalCode(bytes: Buffer): string {
  const tests = [`p + ${bytes.length} > e`]
  let i = 0
  for (; i + 4 <= bytes.length; i += 4) {
    tests.push(`d.getInt32(p + ${i}, true) !== ${bytes.readInt32LE(i)}`)
  }
  for (; i < bytes.length; i++) tests.push(`b[p + ${i}] !== ${bytes[i] ?? 0}`)
  return `if (${tests.join(' || ')}) return M\np += ${bytes.length}\n`
}

/** Reads into the variable `v` what is of the kind, null where `takesNull`, and by the code `slow` whatever else it is. */
export function slotCode(v: string, kind: SlotKind, takesNull: boolean, slow: string): string {
  const nothing = takesNull
    ? `else if (p + 4 <= e && d.getInt32(p, true) === 0x6c6c756e) { ${v} = null; p += 4 }\n`
    : ''
  const other = `{ ${slow} }`
  if (kind === 'other') return `${other}\n`
  return `${slots[kind](v, other)}${nothing}else ${other}\n`
}

/** `double` is one whatever its text; `number` is told by its text; an integer of so many bits must be one. */
export type SlotKind =
  | 'string'
  | 'boolean'
  | 'number'
  | 'double'
  | 'float'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'other'

type SlotCode = (v: string, slow: string) => string

const slots: Record<Exclude<SlotKind, 'other'>, SlotCode> = {
  string: (v, slow) => `if (b[p] === 34) {
q = p + 1
while (S[b[q]] === 0) q++
if (q < e && b[q] === 34) { ${v} = t.substring(p + 1 - o, q - o); p = q + 1 } else ${slow}
}\n`,
  boolean: (v) => `if (p + 4 <= e && d.getInt32(p, true) === 0x65757274) { ${v} = true; p += 4 }
else if (p + 5 <= e && d.getInt32(p + 1, true) === 0x65736c61 && b[p] === 102) { ${v} = false; p += 5 }\n`,
  // As JsonCursor.readNumber has it: up to 15 digits are exact, and so is their quotient by a power of ten, rounded once.
  number: numberCode({
    integer: (v, value) => `${v} = n ? 0 - ${value} : ${value}`,
    fraction: (v) => `z = n ? -y : y; ${v} = Number.isInteger(z) ? N(z) : z`,
  }),
  double: floatCode('', ''),
  float: floatCode('Math.fround(', ')'),
  int8: integerCode(0x80),
  int16: integerCode(0x8000),
  int32: integerCode(0x80000000),
  int64: integerCode(null),
}

interface NumberParts {
  /** Takes the digits in `value`, whose sign is `n`. */
  readonly integer: (v: string, value: string) => string
  /** Takes `y`, whose sign is `n`; null where a fraction is nothing that this can take. */
  readonly fraction: ((v: string) => string) | null
  /** What an integer must hold to be taken. */
  readonly range?: (v: string) => string
}

function numberCode({ integer, fraction, range }: NumberParts): SlotCode {
  const isDigit = 'w >= 48 && w <= 57'
  return (v, slow) => {
    const taken = (value: string): string =>
      range === undefined
        ? `${integer(v, value)}; p = q`
        : `${integer(v, value)}; if (${range(v)}) p = q; else ${slow}`
    return `if (b[p] === 45 || (b[p] >= 48 && b[p] <= 57)) {
q = p; n = b[q] === 45; if (n) q++
k = q; x = 0; w = b[q]
while (${isDigit} && q - k < 9) { x = x * 10 + w - 48; w = b[++q] }
if (w !== 46 && !(${isDigit}) && (w | 32) !== 101 && q > k) { ${taken('x')} }
else {
y = x
while (${isDigit}) { y = y * 10 + w - 48; w = b[++q] }
a = q - k; f = -1
if (w === 46) { z = ++q; w = b[q]; while (${isDigit}) { y = y * 10 + w - 48; w = b[++q] } f = q - z }
if (a === 0 || f === 0 || a > 15 || a + f > 15 || (w | 32) === 101) ${slow}
else if (f < 0) { ${taken('y')} }
else ${fraction === null ? slow : `{ y /= P[f]; ${fraction(v)}; p = q }`}
}
}\n`
  }
}

function integerCode(limit: number | null): SlotCode {
  const integer = (v: string, value: string): string => `${v} = n ? 0 - ${value} : ${value}`
  if (limit === null) return numberCode({ integer, fraction: null })
  return numberCode({
    integer,
    fraction: null,
    range: (v) => `${v} >= ${-limit} && ${v} < ${limit}`,
  })
}

function floatCode(before: string, behind: string): SlotCode {
  const take = (v: string, value: string): string =>
    `${v} = ${before}n ? -${value} : ${value}${behind}`
  return numberCode({ integer: take, fraction: (v) => take(v, 'y') })
}
