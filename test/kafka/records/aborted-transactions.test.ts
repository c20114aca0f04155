import { describe, expect, test } from 'vitest'
import { AbortedTransactions } from '../../../src/kafka/records/aborted-transactions.ts'
import { BatchCursor } from '../../../src/kafka/records/batch-cursor.ts'
import { BatchWriter } from '../../../src/kafka/records/batch-writer.ts'
import { javaBatch } from './support.ts'

const PRODUCER = 4242

describe('AbortedTransactions', () => {
  test('an abort holds from its first offset to its marker, for its producer alone', () => {
    const aborted = new AbortedTransactions([
      { producerId: PRODUCER, firstOffset: 100 },
      { producerId: PRODUCER, firstOffset: 10 },
    ])
    const log = [
      transactional(5, PRODUCER),
      transactional(10, PRODUCER),
      transactional(11, 7),
      transactional(12, PRODUCER),
      plain(13, PRODUCER),
      marker('abort marker'),
      transactional(78, PRODUCER),
      marker('commit marker'),
      transactional(100, PRODUCER),
    ]
    const covered = log.map((batch) => aborted.covers(batch))
    expect(covered).toEqual([false, true, false, true, false, false, false, false, true])
  })

  test('several aborts that begin before one batch all count', () => {
    const aborted = new AbortedTransactions([
      { producerId: 1, firstOffset: 3 },
      { producerId: 2, firstOffset: 4 },
    ])
    expect(aborted.covers(transactional(9, 2))).toBe(true)
    expect(aborted.covers(transactional(10, 1))).toBe(true)
  })
})

function transactional(baseOffset: number, producerId: number, kind = true): BatchCursor {
  const writer = new BatchWriter()
  writer.append(0, null, null, null)
  const stamp = { producerId, producerEpoch: 0, baseSequence: 0 }
  const batch = writer.close(stamp, { transactional: kind })
  batch.writeBigInt64BE(BigInt(baseOffset))
  return opened(batch)
}

function plain(baseOffset: number, producerId: number): BatchCursor {
  return transactional(baseOffset, producerId, false)
}

function marker(name: string): BatchCursor {
  return opened(Buffer.from(javaBatch(name).hex, 'hex'))
}

function opened(batch: Buffer): BatchCursor {
  const cursor = new BatchCursor()
  expect(cursor.open(batch, 0, batch.length, true)).toBe(true)
  return cursor
}
