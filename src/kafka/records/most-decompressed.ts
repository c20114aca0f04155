import { BatchTooLargeError } from './errors.ts'

const MIB = 1024 * 1024
const LEAST_LIMIT = 64 * MIB
const HIGHEST_LIMIT = 1024 * MIB - 1

let limitBytes = 256 * MIB

/** Most bytes that a batch may become in this thread. */
export function mostDecompressedBytes(): number {
  return limitBytes
}

/** Sets the limit of this thread: what all buffers of records may take up, within 64 MiB and 1 GiB. */
export function limitDecompressed(bytes: number): void {
  limitBytes = Math.min(HIGHEST_LIMIT, Math.max(LEAST_LIMIT, bytes))
}

/** Whether Node's zlib stopped at its `maxOutputLength`. */
export function isOverLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

export function tooLarge(compressedBytes: number, cause?: unknown): BatchTooLargeError {
  return new BatchTooLargeError(
    `${compressedBytes} compressed bytes become more than ${limitBytes / MIB} MiB. Whoever wrote them packs too much ` +
      'into a batch: have it send less at once (batch.size), or raise SLUICE_MEMORY.',
    { cause },
  )
}
