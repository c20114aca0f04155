import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FramePool } from '../../../src/kafka/net/frame-pool.ts'
import { FrameReader } from '../../../src/kafka/net/frame-reader.ts'
import { WireError } from '../../../src/kafka/protocol/wire-error.ts'

function frameOf(body: Buffer): Buffer {
  const frame = Buffer.alloc(4 + body.length)
  frame.writeInt32BE(body.length)
  body.copy(frame, 4)
  return frame
}

/** Bytes that tell their place, so that a shifted frame is noticed. */
function bodyOf(length: number, seed: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff))
}

/** Gives `bytes` to the reader as a socket would: as much as its target takes, in pieces of the given sizes. */
function feed(reader: FrameReader, bytes: Buffer, sizes: readonly number[]): void {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    const copied = bytes.copy(reader.target(), 0, at, Math.min(bytes.length, at + size))
    reader.received(copied)
    at += copied
  }
}

describe('frames of a socket', () => {
  test('come whole and in order, however they were cut and however large they are', () => {
    const length = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 4, max: 300 }) },
      fc.integer({ min: 120_000, max: 140_000 }),
      fc.integer({ min: 250_000, max: 600_000 }),
    )
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1000, max: 300_000 })),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    fc.assert(
      fc.property(
        fc.array(length, { maxLength: 6 }),
        sizes,
        fc.boolean(),
        (lengths, cuts, keep) => {
          const bodies = lengths.map(bodyOf)
          const seen: Buffer[] = []
          const frames = new FramePool()
          const reader = new FrameReader(frames, 1 << 20, (buffer, start, end, own) => {
            seen.push(Buffer.from(buffer.subarray(start, end)))
            return own && keep
          })
          const big = Math.max(...cuts) >= 1000 ? cuts : [...cuts, 5000]
          feed(reader, Buffer.concat(bodies.map(frameOf)), big)
          expect(seen.length).toBe(bodies.length)
          seen.forEach((frame, i) => expect(frame.equals(bodies[i] ?? Buffer.alloc(0))).toBe(true))
        },
      ),
      { numRuns: 60 },
    )
  })

  test.each([3, 0, -1, 1001, 0x47455420])('a length of %i is refused', (length) => {
    const reader = new FrameReader(new FramePool(), 1000, () => false)
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(length)
    expect(() => feed(reader, bytes, [4])).toThrow(WireError)
  })

  test('a large frame that is not kept lends its buffer to the next one', () => {
    const buffers = new Set<ArrayBufferLike>()
    const reader = new FrameReader(new FramePool(), 1 << 20, (buffer) => {
      buffers.add(buffer.buffer)
      return false
    })
    for (let i = 0; i < 5; i++) feed(reader, frameOf(bodyOf(400_000, i)), [65_536])
    expect(buffers.size).toBe(1)
  })
})

describe('the pool of frames', () => {
  test('gives buffers of just the length asked for, and the same memory again', () => {
    const pool = new FramePool()
    const first = pool.take(200_000)
    expect(first.length).toBe(200_000)
    pool.give(first)
    const second = pool.take(150_000)
    expect(second.length).toBe(150_000)
    expect(second.buffer).toBe(first.buffer)
    expect(pool.take(150_000).buffer).not.toBe(first.buffer)
  })

  test('keeps no more than it may', () => {
    const pool = new FramePool(256 * 1024)
    const frames = [pool.take(200_000), pool.take(200_000)]
    for (const frame of frames) pool.give(frame)
    const again = new Set([pool.take(200_000).buffer, pool.take(200_000).buffer])
    expect(frames.filter(({ buffer }) => again.has(buffer)).length).toBe(1)
  })
})
