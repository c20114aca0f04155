import { readFileSync } from 'node:fs'
import type { ConverterTask } from './converter-task.ts'

/** Documents one behind the other, as a fetch brings them. */
export interface Packed {
  readonly bytes: Buffer
  /** Where each begins, and the last ends. */
  readonly starts: Int32Array
}

export function linesOf({ inputFile }: ConverterTask): string[] {
  return readFileSync(inputFile, 'utf8').trimEnd().split('\n')
}

export function envelopesOf(lines: readonly string[], { schema }: ConverterTask): string[] {
  return lines.map((line) => `{"schema":${schema},"payload":${line}}`)
}

export function pack(documents: readonly (string | Uint8Array)[]): Packed {
  const all = documents.map((each) => Buffer.from(each as string))
  const starts = new Int32Array(all.length + 1)
  let at = 0
  for (const [i, { length }] of all.entries()) {
    at += length
    starts[i + 1] = at
  }
  return { bytes: Buffer.concat(all), starts }
}

/** So many results live at a time, as those of a batch do. */
const mostKept = 1024

/** What was made last, out of the compiler's sight. */
export class Kept<T> {
  readonly #values: (T | null)[] = new Array<T | null>(mostKept).fill(null)
  #at = 0
  last: T | null = null

  add(value: T): void {
    this.#values[this.#at++ & (mostKept - 1)] = value
    this.last = value
  }
}

/** Of each place on, there is room for a record of any task here. */
const roomBytes = 64 * 1024

/** What a batch is written into, over and over. */
export class Target {
  readonly buffer = Buffer.alloc(1024 * 1024)
  start = 0
  end = 0

  /** Hot. Where the next record begins. */
  next(): number {
    this.start = this.end + roomBytes > this.buffer.length ? 0 : this.end
    return this.start
  }

  /** Hot. A number made of the record that ends at `end`. */
  written(end: number): number {
    this.end = end
    const length = end - this.start
    return length * 31 + (this.buffer[this.start + (length >> 1)] ?? 0)
  }

  last(): Uint8Array {
    return this.buffer.subarray(this.start, this.end)
  }
}
