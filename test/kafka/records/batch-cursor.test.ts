import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { BatchCursor } from '../../../src/kafka/records/batch-cursor.ts'
import { at } from '../../../src/kafka/records/batch-format.ts'
import { crc32c } from '../../../src/kafka/records/crc32c.ts'
import {
  CorruptRecordError,
  UnsupportedCompressionError,
  UnsupportedRecordFormatError,
} from '../../../src/kafka/records/errors.ts'
import { codecNames, loadCodec } from '../../../src/kafka/records/compression.ts'
import { batchOf, javaBatch, javaBatches, readText, textOf } from './support.ts'

beforeAll(async () => {
  for (const name of codecNames) await loadCodec(name)
})

describe('BatchCursor', () => {
  test.each(javaBatches.filter(({ control }) => !control))(
    'reads what Java wrote: $name',
    (java) => {
      const bytes = Buffer.from(java.hex, 'hex')
      const cursor = new BatchCursor()
      expect(cursor.open(bytes, 0, bytes.length, true)).toBe(true)
      expect(cursor).toMatchObject({
        baseOffset: java.baseOffset,
        nextBatchOffset: java.nextOffset,
        producerId: java.producerId,
        isControl: java.control,
        isTransactional: java.transactional,
        timestampType: java.timestampType,
        batchEnd: bytes.length,
      })
      expect(readText(bytes)).toEqual(java.records)
    },
  )

  test.each(['abort marker', 'commit marker'])('knows a control batch: %s', (name) => {
    const java = javaBatch(name)
    const bytes = Buffer.from(java.hex, 'hex')
    const cursor = new BatchCursor()
    cursor.open(bytes, 0, bytes.length, true)
    expect(cursor).toMatchObject({ isControl: true, nextBatchOffset: java.nextOffset })
  })

  test('a batch cut off anywhere is not opened', () => {
    const batch = batchOf(['a', 'b'])
    for (let length = 0; length < batch.length; length++) {
      expect(new BatchCursor().open(batch, 0, length, true)).toBe(false)
    }
  })

  test('reads a batch that lies between others', () => {
    const first = batchOf(['a'])
    const second = batchOf(['b', 'c'], 17)
    const both = Buffer.concat([first, second, first.subarray(0, 65)])
    const cursor = new BatchCursor()
    expect(cursor.open(both, first.length, both.length, true)).toBe(true)
    expect(cursor.batchEnd).toBe(first.length + second.length)
    cursor.advance()
    cursor.advance()
    expect([cursor.offset, cursor.value()?.toString()]).toEqual([18, 'c'])
    expect(cursor.advance()).toBe(false)
    expect(cursor.open(both, cursor.batchEnd, both.length, true)).toBe(false)
  })

  test('any byte changed behind the CRC is found by the CRC', () => {
    const batch = batchOf(['one', 'two'])
    for (let i: number = at.crc; i < batch.length; i++) {
      const damaged = Buffer.from(batch)
      damaged.writeUInt8((damaged.readUInt8(i) + 1) & 0xff, i)
      expect(() => new BatchCursor().open(damaged, 0, damaged.length, true)).toThrow(
        CorruptRecordError,
      )
    }
  })

  test('garbage ends in a typed error or in records that lie inside the batch', () => {
    const sources = [
      batchOf(['a', 'b'.repeat(100), '']),
      Buffer.from(javaBatch('plain').hex, 'hex'),
      Buffer.from(javaBatch('gzip').hex, 'hex'),
    ]
    const change = fc.tuple(fc.nat(), fc.nat(255))
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(3),
        (source, changes, cut) => {
          const bytes = Buffer.from(source.subarray(0, source.length - cut))
          for (const [where, byte] of changes) bytes[where % bytes.length] = byte
          if (walk(bytes) === 'refused') refused++
        },
      ),
      { numRuns: 5000 },
    )
    expect(refused).toBeGreaterThan(250)
  })

  test('records that are fewer or more than announced are corrupt', () => {
    for (const count of [1, 3, -1, 0x7fffffff]) {
      const batch = withInt32(batchOf(['a', 'b']), at.recordCount, count)
      expect(walk(batch), String(count)).toBe('refused')
    }
  })

  test('a negative last offset delta is corrupt: the position would go back', () => {
    expect(walk(withInt32(batchOf(['a']), at.lastOffsetDelta, -5))).toBe('refused')
  })

  test.each([-1n, -(2n ** 63n), 2n ** 53n, 2n ** 63n - 1n])(
    'a batch at offset %i is corrupt: the position would go anywhere',
    (offset) => {
      const batch = batchOf(['a'])
      batch.writeBigInt64BE(offset, 0)
      expect(walk(batch)).toBe('refused')
    },
  )

  test.each([
    [0, UnsupportedRecordFormatError, 'Found records of format 0 at offset 9, expected format 2.'],
    [1, UnsupportedRecordFormatError, 'copy the topic with MirrorMaker'],
    [3, CorruptRecordError, 'Found a record batch of format 3 at offset 9, expected format 2'],
  ])('records of format %i are refused', (magic, kind, message) => {
    const old = batchOf(['a'], 9)
    old[at.magic] = magic
    const open = (): boolean => new BatchCursor().open(old, 0, old.length, false)
    expect(open).toThrow(kind)
    expect(open).toThrow(message)
  })

  test('an unknown codec is named', () => {
    const strange = batchOf(['a'])
    strange[at.attributes + 1] = 5
    const open = (): boolean => new BatchCursor().open(strange, 0, strange.length, false)
    expect(open).toThrow(UnsupportedCompressionError)
    expect(open).toThrow('Found compression 5')
  })
})

/** `batch` with one field changed and its CRC right. */
function withInt32(batch: Buffer, field: number, value: number): Buffer {
  batch.writeInt32BE(value, field)
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
  return batch
}

const typed = [CorruptRecordError, UnsupportedCompressionError, UnsupportedRecordFormatError]

function walk(bytes: Buffer): 'read' | 'partial' | 'refused' {
  const cursor = new BatchCursor()
  try {
    if (!cursor.open(bytes, 0, bytes.length, false)) return 'partial'
    while (cursor.advance()) {
      textOf(cursor)
      if (Math.max(cursor.keyEnd, cursor.valueEnd) > cursor.batchEnd && cursor.buffer === bytes) {
        throw new Error('read beyond the batch')
      }
    }
    return 'read'
  } catch (error) {
    if (typed.some((kind) => error instanceof kind)) return 'refused'
    throw error
  }
}
