import fc from 'fast-check'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { at } from '../../../src/kafka/records/batch-format.ts'
import { BatchWriter, stampBatch } from '../../../src/kafka/records/batch-writer.ts'
import { codecByName } from '../../../src/kafka/records/compression.ts'
import { batchOf, javaBatch, readText, unstamped, utf8, writeText } from './support.ts'

const text = fc.option(fc.string({ unit: 'binary', maxLength: 300 }), { nil: null })
const record = fc.record({
  timestamp: fc.oneof(
    fc.integer({ min: -1 }),
    fc.maxSafeNat().map((n) => Math.floor(n / 2)),
  ),
  key: text,
  value: text,
  headers: fc.array(fc.tuple(fc.string({ unit: 'binary' }), text), { maxLength: 3 }),
})

describe('BatchWriter', () => {
  test.each(['plain', 'idempotent', 'transactional', 'one of 70 records'])(
    'writes the bytes that Java writes: %s',
    (name) => {
      const java = javaBatch(name)
      const writer = new BatchWriter(64)
      for (const each of java.records) writeText(writer, each)
      expect(writer.close(java, { transactional: java.transactional }).toString('hex')).toBe(
        java.hex,
      )
    },
  )

  test('what it writes is read back, by append and in place, compressed or not', () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (records, zip) => {
          const plain = new BatchWriter(64)
          const inPlace = new BatchWriter(64)
          records.forEach((each, i) => {
            writeText(plain, each)
            if (each.value === null) {
              writeText(inPlace, each)
              return
            }
            const key = each.key === null ? null : Buffer.from(each.key)
            const headers = each.headers.map(([name, value]) => ({
              key: name,
              value: value === null ? null : Buffer.from(value),
            }))
            inPlace.appendEncoded(each.timestamp, key, headers, utf8, i % 7, each.value)
          })
          const options = { codec: zip ? codecByName('gzip') : null }
          const batch = plain.close(unstamped, options)
          expect(inPlace.close(unstamped, options)).toEqual(batch)
          const expected = records.map((each, offset) => ({
            ...each,
            offset,
            key: asUtf8(each.key),
            value: asUtf8(each.value),
            headers: each.headers.map(([name, value]) => [asUtf8(name), asUtf8(value)]),
          }))
          expect(readText(batch)).toEqual(expected)
        },
      ),
    )
  })

  test('kafkajs reads what it writes', async () => {
    const writer = new BatchWriter()
    writer.append(5, Buffer.from('k'), Buffer.from('v'), [{ key: 'h', value: Buffer.from('x') }])
    const read = await kafkajsDecode(writer.close(unstamped))
    expect(read.map(({ key, value }) => [String(key), String(value)])).toEqual([['k', 'v']])
  })

  test('a record whose converter throws leaves no byte', () => {
    const writer = new BatchWriter(64)
    const failing = {
      maxEncodedBytes: () => 1000,
      encodeAt: (target: Buffer, start: number) => {
        target.fill(0xff, start, start + 1000)
        throw new Error('no such field')
      },
    }
    writer.append(1, null, Buffer.from('a'), null)
    const before = writer.sizeBytes
    expect(() => writer.appendEncoded(9, null, null, failing, null, 'b')).toThrow('no such field')
    expect([writer.sizeBytes, writer.recordCount]).toEqual([before, 1])
    writer.append(1, null, Buffer.from('c'), null)
    expect(readText(writer.close(unstamped)).map(({ value }) => value)).toEqual(['a', 'c'])
  })

  test('refuses a converter that writes more than it announced, and keeps the batch', () => {
    const writer = new BatchWriter()
    const liar = { maxEncodedBytes: () => 1, encodeAt: (_: Buffer, start: number) => start + 2 }
    expect(() => writer.appendEncoded(0, null, null, liar, null, 'b')).toThrow(
      'announced at most 1',
    )
    expect(writer.recordCount).toBe(0)
  })

  test('reset takes back everything since mark, the first record included', () => {
    const writer = new BatchWriter()
    writer.mark()
    writer.append(99, null, Buffer.from('gone'), null)
    writer.reset()
    writer.append(1000, null, Buffer.from('a'), null)
    writer.mark()
    writer.append(2000, null, Buffer.from('gone'), null)
    writer.reset()
    expect(writer.close(unstamped)).toEqual(batchOf(['a']))
  })

  test('clear begins the next batch in the same arena', () => {
    const writer = new BatchWriter(64)
    writer.append(7, null, Buffer.alloc(5000), null)
    writer.close(unstamped)
    const capacity = writer.capacityBytes
    writer.clear()
    writer.append(1000, null, Buffer.from('a'), null)
    expect(writer.close(unstamped)).toEqual(batchOf(['a']))
    expect(writer.capacityBytes).toBe(capacity)
  })

  test('a stamp written later gives the bytes of a batch stamped at once', () => {
    const { hex, records } = javaBatch('idempotent')
    const writer = new BatchWriter()
    for (const each of records) writeText(writer, each)
    const batch = writer.close({ producerId: 1, producerEpoch: 1, baseSequence: 1 })
    stampBatch(batch, { producerId: 4242n, producerEpoch: 7, baseSequence: 2147483600 })
    expect(batch.toString('hex')).toBe(hex)
    expect(batch.readInt32BE(at.baseSequence)).toBe(2147483600)
  })
})

/** Lone surrogates become U+FFFD on the way through UTF-8. */
function asUtf8<T extends string | null>(value: T): T {
  return (value === null ? null : Buffer.from(value).toString()) as T
}

interface KafkajsRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

async function kafkajsDecode(batch: Buffer): Promise<readonly KafkajsRecord[]> {
  const require = createRequire(import.meta.url)
  const Decoder = require('kafkajs/src/protocol/decoder.js') as new (b: Buffer) => object
  const decode = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (
    decoder: object,
  ) => Promise<{ records: readonly KafkajsRecord[] }>
  return (await decode(new Decoder(batch))).records
}
