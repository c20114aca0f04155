import { DataError } from '../../api/index.ts'
import { basicType, longestShortString, primitive, widthOf } from './variant-format.ts'

/** Bytes that are put together at the end: what is nested is copied once, however deep. */
export class Bytes {
  length = 0
  readonly #parts: (Buffer | Bytes)[] = []

  constructor(...parts: readonly (Buffer | Bytes)[]) {
    for (const part of parts) this.push(part)
  }

  push(part: Buffer | Bytes): void {
    this.length += part.length
    this.#parts.push(part)
  }

  join(): Buffer {
    const target = Buffer.allocUnsafeSlow(this.length)
    this.#copy(target, 0)
    return target
  }

  #copy(target: Buffer, start: number): number {
    let at = start
    for (const part of this.#parts) {
      if (part instanceof Bytes) at = part.#copy(target, at)
      else {
        target.set(part, at)
        at += part.length
      }
    }
    return at
  }
}

/** Where each part begins behind the first, and where the last ends. */
export function offsetsOf(
  parts: readonly { readonly length: number }[],
  atLeast = 0,
): { readonly offsets: Buffer; readonly width: number } {
  const starts = [0]
  let end = 0
  for (const part of parts) starts.push((end += part.length))
  const width = widthOf(Math.max(end, atLeast))
  return { offsets: integers(starts, width), width }
}

export function integers(numbers: readonly number[], width: number): Buffer {
  const bytes = Buffer.alloc(numbers.length * width)
  for (const [at, one] of numbers.entries()) bytes.writeUIntLE(one, at * width, width)
  return bytes
}

/** The byte that a primitive value begins with, and room for it. */
export function primitiveBytes(type: number, size = 0): Buffer {
  const bytes = Buffer.alloc(1 + size)
  bytes[0] = (type << 2) | basicType.primitive
  return bytes
}

export function textBytes(text: string): Bytes {
  const bytes = utf8(text)
  if (bytes.length <= longestShortString) {
    return new Bytes(Buffer.from([(bytes.length << 2) | basicType.shortString]), bytes)
  }
  const head = primitiveBytes(primitive.string, 4)
  head.writeUInt32LE(bytes.length, 1)
  return new Bytes(head, bytes)
}

/** A DataError for what UTF-8 cannot hold. */
export function utf8(text: string): Buffer {
  if (/\p{Surrogate}/u.test(text)) {
    throw new DataError(
      'Invalid string for a variant: it holds a surrogate without its other half, which UTF-8 cannot hold.',
    )
  }
  return Buffer.from(text)
}
