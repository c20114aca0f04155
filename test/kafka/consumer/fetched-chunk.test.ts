import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FetchBuffer } from '../../../src/kafka/consumer/fetch-buffer.ts'
import { FetchedChunk } from '../../../src/kafka/consumer/fetched-chunk.ts'
import { PartitionState } from '../../../src/kafka/consumer/partition-state.ts'
import { readRecordSet } from '../../../src/kafka/consumer/record-set.ts'
import { FramePool } from '../../../src/kafka/net/frame-pool.ts'
import { at, headerBytes } from '../../../src/kafka/records/batch-format.ts'
import { crc32c } from '../../../src/kafka/records/crc32c.ts'
import { CorruptRecordError } from '../../../src/kafka/records/errors.ts'
import type { FetchedRecords } from '../../../src/kafka/types.ts'
import { batchOf } from '../records/support.ts'
import { leaseOf, logOf } from './support.ts'
import type { LogBatch } from './support.ts'

function stateAt(offset: number, partition = 0): PartitionState {
  const state = new PartitionState({ topic: 'orders', partition })
  state.seek(offset)
  return state
}

function chunkOf(state: PartitionState, bytes: Buffer, lease = leaseOf(bytes)): FetchedChunk {
  const set = readRecordSet(bytes, state.fetchOffset, null)
  return new FetchedChunk(state, bytes, set, lease, true)
}

function offsetsOf(slice: FetchedRecords, most = Infinity): number[] {
  const offsets: number[] = []
  while (offsets.length < most && slice.cursor.next()) {
    const { buffer, valueStart, valueEnd, offset } = slice.cursor
    expect(buffer.toString('utf8', valueStart, valueEnd)).toBe(String(offset))
    offsets.push(offset)
  }
  return offsets
}

const batch: fc.Arbitrary<LogBatch> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kept: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kept: fc.array(fc.constant(true), { minLength: 1, maxLength: 12 }) }),
  },
  { weight: 1, arbitrary: fc.constant('marker' as const) },
)

describe('a fetched chunk', () => {
  test('gives every record from the offset on once, in slices whose end is known before they are walked', () => {
    fc.assert(
      fc.property(
        fc.array(batch, { minLength: 1, maxLength: 8 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 15 }),
        fc.array(fc.boolean()),
        (batches, skip, most, walked) => {
          const log = logOf(batches, 100)
          const from = 100 + (skip % (log.endOffset - 100))
          const chunk = chunkOf(stateAt(from), log.bytes)
          expect(chunk.nextOffset).toBe(log.endOffset)
          const expected = log.offsets.filter((offset) => offset >= from)
          let turn = 0
          while (!chunk.done) {
            const slice = chunk.slice(most)
            const due = expected.splice(0, slice.count)
            expect(slice.nextOffset).toBeGreaterThan(due.at(-1) ?? from - 1)
            expect(slice.nextOffset).toBeLessThanOrEqual(expected[0] ?? log.endOffset)
            const ended = expected.length === 0 && slice.nextOffset > (log.offsets.at(-1) ?? 0)
            if (ended) expect(slice.nextOffset).toBe(log.endOffset)
            // Some slices are walked in part only: the next one begins where it should all the same.
            if (walked[turn++ % (walked.length || 1)] ?? true) expect(offsetsOf(slice)).toEqual(due)
            else expect(offsetsOf(slice, 1)).toEqual(due.slice(0, 1))
          }
          expect(expected).toEqual([])
        },
      ),
    )
  })

  test('a batch cut off at the end is left for the next fetch', () => {
    const log = logOf([{ kept: [true, true] }, { kept: [true, true] }])
    const chunk = chunkOf(stateAt(0), log.bytes.subarray(0, log.bytes.length - 1))
    expect(offsetsOf(chunk.slice(10))).toEqual([0, 1])
    expect([chunk.done, chunk.nextOffset]).toEqual([true, 2])
  })

  test('what precedes a damaged batch is given, then the damage is thrown for with its place', () => {
    const damaged = batchOf(['2', '3'], 2)
    damaged.writeUInt8(damaged.readUInt8(70) ^ 1, 70)
    const chunk = chunkOf(stateAt(0), Buffer.concat([batchOf(['0', '1']), damaged]))
    expect(offsetsOf(chunk.slice(10))).toEqual([0, 1])
    expect(() => chunk.slice(10)).toThrow(CorruptRecordError)
    expect(() => chunk.slice(10)).toThrow(/orders-0 at offset 2/)
  })
})

test.each([true, false])(
  'so is what precedes a compacted batch whose records cannot be read, where CRCs are checked: %s',
  (checkCrcs) => {
    const sound = logOf([{ kept: [true, true] }]).bytes
    const compacted = logOf([{ kept: [true, false, true] }], 2).bytes
    compacted.writeUInt8(0xfe, headerBytes)
    compacted.writeUInt32BE(crc32c(compacted.subarray(at.attributes)), at.crc)
    const bytes = Buffer.concat([sound, compacted])
    const state = stateAt(0)
    const set = readRecordSet(bytes, 0, null)
    const chunk = new FetchedChunk(state, bytes, set, leaseOf(bytes), checkCrcs)
    expect(offsetsOf(chunk.slice(10))).toEqual([0, 1])
    expect(() => chunk.slice(10)).toThrow(CorruptRecordError)
    expect(() => chunk.slice(10)).toThrow(/orders-0 at offset 2: .*a record longer than its batch/)
  },
)

describe('the buffer of fetches', () => {
  const two = logOf([{ kept: [true, true] }]).bytes

  test('one slice a partition, as many records as asked for in all, paused partitions left out', () => {
    const buffer = new FetchBuffer()
    const [a, b, c] = [stateAt(0, 0), stateAt(0, 1), stateAt(0, 2)]
    const later = stateAt(2, 0)
    buffer.add([a, b, c].map((state) => chunkOf(state, two)))
    buffer.add([chunkOf(later, logOf([{ kept: [true] }], 2).bytes)])
    b.paused = true
    const taken = buffer.take(3)
    expect(taken.map((slice) => [slice.partition, offsetsOf(slice)])).toEqual([
      [0, [0, 1]],
      [2, [0]],
    ])
    expect([a.position, b.position, c.position]).toEqual([2, 0, 1])
    expect(buffer.take(3).map((slice) => [slice.partition, slice.nextOffset])).toEqual([
      [2, 2],
      [0, 3],
    ])
    b.paused = false
    expect(buffer.take(1).map((slice) => slice.partition)).toEqual([1])
  })

  test('a frame is used again only when the last of its partitions is done and the views are over', () => {
    const pool = new FramePool()
    const frame = pool.take(two.length)
    two.copy(frame)
    const lease = leaseOf(frame, pool)
    const buffer = new FetchBuffer()
    const [a, b] = [stateAt(0, 0), stateAt(0, 1)]
    buffer.add([chunkOf(a, frame, lease), chunkOf(b, frame, lease)])
    const isFree = (): boolean => {
      const other = pool.take(two.length)
      const same = other.buffer === frame.buffer
      if (same) pool.give(other)
      return same
    }
    buffer.take(2)
    buffer.recycle()
    expect(isFree()).toBe(false)
    buffer.drop(b)
    expect(isFree()).toBe(false)
    buffer.recycle()
    expect(isFree()).toBe(true)
  })

  test('a chunk without a record moves the position', () => {
    const buffer = new FetchBuffer()
    const state = stateAt(5)
    buffer.add([chunkOf(state, logOf([{ kept: [false, false, false] }, 'marker'], 5).bytes)])
    expect(buffer.take(10)).toEqual([])
    expect([state.position, state.chunks.length]).toEqual([9, 0])
  })

  test('a damaged batch does not take the records of other partitions along', () => {
    const buffer = new FetchBuffer()
    const damaged = Buffer.from(two)
    damaged.writeUInt8(damaged.readUInt8(70) ^ 1, 70)
    buffer.add([chunkOf(stateAt(0, 0), two), chunkOf(stateAt(0, 1), damaged)])
    expect(buffer.take(10).map(({ partition }) => partition)).toEqual([0])
    expect(() => buffer.take(10)).toThrow(/orders-1 at offset 0/)
  })
})
