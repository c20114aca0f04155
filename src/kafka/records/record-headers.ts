import type { RecordHeader } from '../types.ts'
import { lengthSize, writeLength } from './varint.ts'

/**
 * The headers at the end of a record: their number, then for each the key's length and UTF-8 bytes and the
 * value's length (-1 for null) and bytes; all numbers zigzag varints.
 */

const keyBytes = new Map<string, Buffer>()
const MOST_KEYS = 1024

/** Header keys are few and come again and again: their UTF-8 bytes are kept. */
function utf8Key(key: string): Buffer {
  const known = keyBytes.get(key)
  if (known !== undefined) return known
  if (keyBytes.size >= MOST_KEYS) keyBytes.clear()
  const bytes = Buffer.from(key)
  keyBytes.set(key, bytes)
  return bytes
}

export function headersSize(headers: readonly RecordHeader[] | null): number {
  if (headers === null) return 1
  let size = lengthSize(headers.length)
  for (const { key, value } of headers) {
    const length = utf8Key(key).length
    size += lengthSize(length) + length
    size += value === null ? 1 : lengthSize(value.length) + value.length
  }
  return size
}

/** Writes the headers where {@link headersSize} bytes are free; returns the end. */
export function writeHeaders(
  target: Buffer,
  start: number,
  headers: readonly RecordHeader[] | null,
): number {
  let end = writeLength(target, start, headers === null ? 0 : headers.length)
  if (headers === null) return end
  for (const { key, value } of headers) {
    const bytes = utf8Key(key)
    end = writeLength(target, end, bytes.length)
    target.set(bytes, end)
    end += bytes.length
    if (value === null) {
      target[end++] = 1
    } else {
      end = writeLength(target, end, value.length)
      target.set(value, end)
      end += value.length
    }
  }
  return end
}
