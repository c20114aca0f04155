import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteOutput, PieceQueue, SpillFile, giveBack } from '../../../connectors/storage/index.ts'
import { ownBytes } from '../../../connectors/storage/spool/own-bytes.ts'

const large = 100_000

describe('memory of its own', () => {
  test('is used again once it was given back, and by one alone', () => {
    const first = ownBytes(large)
    giveBack([first.subarray(10, 20)])
    giveBack([first])
    const [second, third] = [ownBytes(large), ownBytes(large)]
    expect(second.buffer).toBe(first.buffer)
    expect(third.buffer).not.toBe(first.buffer)
  })

  test('is left alone where it is somebody else’s', () => {
    const other = Buffer.alloc(large)
    giveBack([other])
    expect(ownBytes(large).buffer).not.toBe(other.buffer)
  })
})

/** Bytes are written, taken over by the queue, or taken from it: whoever has what it gave does as he likes with the memory of the rest. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), size: fc.integer({ min: 1, max: 300_000 }) }),
    fc.record({ kind: fc.constant('take' as const), size: fc.integer({ min: 1, max: 900_000 }) }),
    fc.record({ kind: fc.constant('push' as const), size: fc.constant<number>(0) }),
    fc.record({ kind: fc.constant('spill' as const), size: fc.constant<number>(0) }),
  ),
  { maxLength: 40 },
)

test('what a queue has given stays as it is, whatever becomes of the memory that it has given back', async () => {
  const begun = [
    ...[300_000, 300_000].map((size) => ({ kind: 'write' as const, size })),
    ...[
      { kind: 'push' as const, size: 0 },
      { kind: 'take' as const, size: 400_000 },
    ],
  ]
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const [output, spill] = [new ByteOutput(), new SpillFile()]
      const queue = new PieceQueue(spill)
      const taken: Buffer[] = []
      const others: Buffer[] = []
      let written = 0
      // Memory of somebody else: what he has is his until he gives it back.
      const scribble = (): void => {
        giveBack(others.splice(0, Math.max(0, others.length - 8)))
        for (const size of [70_000, 128_000, 256_000, 524_288]) {
          others.push(ownBytes(size).fill(250 + (others.length % 3)))
        }
      }
      for (const { kind, size } of all) {
        if (kind === 'write') output.append(Buffer.alloc(size, ++written % 250))
        else if (kind === 'push') queue.push(output.take())
        else if (kind === 'spill') await queue.spill()
        else taken.push(await queue.take(Math.min(size, queue.bytes)))
        scribble()
      }
      queue.push(output.take())
      taken.push(await queue.take(queue.bytes))
      scribble()
      await spill.close()
      const expected = all.filter(({ kind }) => kind === 'write')
      const wanted = expected.map(({ size }, index) => Buffer.alloc(size, (index + 1) % 250))
      expect(Buffer.concat(taken).equals(Buffer.concat(wanted))).toBe(true)
      for (const each of others) {
        expect(each.equals(Buffer.alloc(each.length, each[0]))).toBe(true)
      }
      const memory = new Set(others.map(({ buffer }) => buffer))
      expect(memory.size).toBe(others.length)
    }),
    { numRuns: 40, examples: [[begun]] },
  )
})
