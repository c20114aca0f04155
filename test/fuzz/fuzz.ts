import { isDeepStrictEqual } from 'node:util'
import { getHeapStatistics } from 'node:v8'
import fc from 'fast-check'
import { hostileBytes } from './hostile-bytes.ts'

/** Something that reads bytes which others have made. */
export interface Decoder {
  readonly name: string
  /** What it reads without a word of complaint. */
  readonly samples: readonly Buffer[]
  /** What is hostile in its own format, to be put into them. */
  readonly parts?: readonly Buffer[]
  /** The errors it may throw: whoever catches them knows by these what to do. */
  readonly errors: readonly (abstract new (...args: never[]) => Error)[]
  /** Bytes of memory that it may take for a byte read, beside {@link FREE_BYTES}. */
  readonly mostRatio?: number
  decode(bytes: Buffer): unknown
}

/** Taken for any input, and what the measurement itself cannot tell apart. */
const FREE_BYTES = 8 * 1024 * 1024

type Outcome = { readonly value: unknown } | { readonly error: string }

/**
 * Gives a decoder hostile bytes for as long: it answers with a value or with one of its errors, takes memory by what it is given and
 * not by what that claims, and the bytes around change nothing, as they would where it read beyond its end.
 */
export async function fuzz(decoder: Decoder, limitMs: number): Promise<void> {
  const bytes = hostileBytes(decoder.samples, decoder.parts)
  const property = fc.asyncProperty(bytes, (one) => check(decoder, one))
  const end = performance.now() + limitMs
  do await fc.assert(property, { numRuns: 100 })
  while (performance.now() < end)
}

async function check(decoder: Decoder, bytes: Buffer): Promise<void> {
  const before = memory()
  const first = await outcome(decoder, surrounded(bytes, 0))
  const taken = memory() - before
  const limit = FREE_BYTES + bytes.length * (decoder.mostRatio ?? 400)
  if (taken > limit) throw new Error(`took ${taken} bytes, expected at most ${limit}`)
  const second = await outcome(decoder, surrounded(bytes, 0x7f))
  if (!isDeepStrictEqual(first, second)) throw new Error('the bytes around it were read')
}

function memory(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

/** The same bytes within a larger buffer. */
function surrounded(bytes: Buffer, fill: number): Buffer {
  const around = Buffer.alloc(bytes.length + 128, fill)
  bytes.copy(around, 64)
  return around.subarray(64, 64 + bytes.length)
}

async function outcome(decoder: Decoder, bytes: Buffer): Promise<Outcome> {
  try {
    return { value: await decoder.decode(bytes) }
  } catch (error) {
    if (decoder.errors.some((kind) => error instanceof kind)) return { error: String(error) }
    throw error
  }
}
