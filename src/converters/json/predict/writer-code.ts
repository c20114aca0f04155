import { compileFunction } from 'node:vm'
import { countedLength, quote, writeDouble, writeInteger, writeString } from '../json-text.ts'

/**
 * Code of functions that write values of a shape that is known beforehand. Of what others wrote only names get into it: as bytes, and
 * as JSON strings.
 *
 * Variables: `b` the target, `d` a view of it, `p` the place in it, `s` what holds the values, `v` the value at hand, `n` how many bytes it takes at most.
 */

/** Writes what `values` holds at `at`; returns the end, or -1 where it is of another shape. */
export type PredictedWrite = (target: Buffer, at: number, values: object) => number
/** Most bytes that this takes, or -1 where it is of another shape. */
export type PredictedSize = (values: object) => number

export interface WriterCode {
  /** Returns -1 where `s` is of another shape. */
  readonly check: string
  readonly write: string
  readonly size: string
  /** What the code uses by name. */
  readonly given: Readonly<Record<string, unknown>>
}

export interface CompiledWriter {
  readonly write: PredictedWrite
  readonly size: PredictedSize
}

export function compileWriter({ check, write, size, given }: WriterCode): CompiledWriter {
  const known = { V: viewOf, WS: writeString, WI: writeInteger, WD: writeDouble, ...given }
  const code = `return {
write(b, p, s) {
const d = V(b)
let v = null
${check}${write}return p
},
size(s) {
let v = null, n = 0
${check}${size}return n
}
}`
  const make = compileFunction(code, Object.keys(known)) as (...args: unknown[]) => CompiledWriter
  return make(...Object.values(known))
}

const views = new WeakMap<Buffer, DataView>()
let lastTarget: Buffer | null = null
let lastView: DataView = new DataView(new ArrayBuffer(0))

/** Mostly the target is that of the record before. */
function viewOf(target: Buffer): DataView {
  if (target === lastTarget) return lastView
  let view = views.get(target)
  if (view === undefined) {
    view = new DataView(target.buffer, target.byteOffset, target.length)
    views.set(target, view)
  }
  lastTarget = target
  return (lastView = view)
}

/** Writes these bytes, four at a time. */
export function bytesCode(bytes: Buffer): string {
  const stores: string[] = []
  let i = 0
  for (; i + 4 <= bytes.length; i += 4) {
    stores.push(`d.setInt32(p + ${i}, ${bytes.readInt32LE(i)}, true)`)
  }
  for (; i < bytes.length; i++) stores.push(`b[p + ${i}] = ${bytes[i] ?? 0}`)
  return `${stores.join('; ')}; p += ${bytes.length}\n`
}

export function textCode(text: string): string {
  return bytesCode(Buffer.from(text))
}

/** What stands before a member's value; `index` is its place. */
export function prefixOf(name: string, index: number): Buffer {
  return Buffer.from(`${index === 0 ? '{' : ','}${quote(name)}:`)
}

/** Most bytes of a text, which `v` is: every character may become six, and a long text is counted by the code `slow`. */
export function textSizeCode(slow: string): string {
  return `n += typeof v === 'string' && v.length <= ${countedLength} ? v.length * 6 + 2 : ${slow}\n`
}
