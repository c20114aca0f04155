import { describe, expect, test } from 'vitest'
import { at } from '../../../src/kafka/records/batch-format.ts'
import { BatchWriter } from '../../../src/kafka/records/batch-writer.ts'
import { sequenceAfter, splitBatch } from '../../../src/kafka/records/split-batch.ts'
import { javaBatch, readText, writeText } from './support.ts'

const big = { timestamp: 5, key: 'k', headers: [['h', null]] } as const

describe('splitBatch', () => {
  test('parts hold the records in order, none larger than asked for unless it is one record', () => {
    const values = [...Array(50).keys()].map((i) => 'v'.repeat(i % 10 === 9 ? 1000 : i))
    const writer = new BatchWriter()
    for (const value of values) writeText(writer, { ...big, value })
    const stamp = { producerId: 12, producerEpoch: 3, baseSequence: 0x7fffffff - 10 }
    const parts = splitBatch(writer.close(stamp, { transactional: true }), 400)
    const read = parts.map(readText)
    expect(read.flat().map(({ value }) => value)).toEqual(values)
    expect(parts.length).toBeGreaterThan(5)
    parts.forEach((part, i) => {
      if (read[i]?.length !== 1) expect(part.length).toBeLessThanOrEqual(400)
    })
  })

  test('producer, epoch and kind stay, and sequences go on, past the largest', () => {
    const java = javaBatch('transactional')
    const batch = Buffer.from(java.hex, 'hex')
    batch.writeInt32BE(0x7fffffff, at.baseSequence)
    const parts = splitBatch(batch, 1)
    expect(parts.map((part) => part.readInt32BE(at.baseSequence))).toEqual([0x7fffffff, 0, 1, 2, 3])
    for (const part of parts) {
      expect(part.readInt16BE(at.attributes)).toBe(0x10)
      expect(part.subarray(at.producerId, at.baseSequence)).toEqual(
        batch.subarray(at.producerId, at.baseSequence),
      )
    }
  })

  test('a batch without a producer stays without one', () => {
    const parts = splitBatch(Buffer.from(javaBatch('plain').hex, 'hex'), 1)
    expect(parts.map((part) => part.readInt32BE(at.baseSequence))).toEqual([-1, -1, -1, -1, -1])
  })

  test('sequences begin again at 0 behind the largest', () => {
    expect([sequenceAfter(0x7ffffffe, 1), sequenceAfter(0x7fffffff, 2)]).toEqual([0x7fffffff, 1])
  })
})
