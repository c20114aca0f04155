import { isUtf8 } from 'node:buffer'
import { DataError } from '../api/index.ts'

/** Above this length a look at every byte is dearer than what it saves. */
const shortLength = 24

/** Hot. The text of these bytes; a DataError where they are not UTF-8. */
export function readUtf8(bytes: Buffer, start: number, end: number): string {
  if (end - start <= shortLength) {
    let at = start
    while (at < end && (bytes[at] ?? 0x80) < 0x80) at++
    if (at === end) return bytes.latin1Slice(start, end)
  }
  const text = bytes.utf8Slice(start, end)
  // Only a replaced character tells of invalid bytes; it may also have been written.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) {
    throw new DataError('Invalid string: its bytes are not UTF-8.')
  }
  return text
}
