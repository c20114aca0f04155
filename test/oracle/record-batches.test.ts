import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BatchCursor } from '../../src/kafka/records/batch-cursor.ts'
import { BatchWriter } from '../../src/kafka/records/batch-writer.ts'
import { codecByName, codecNames, loadCodec } from '../../src/kafka/records/compression.ts'
import type { CompressionCodec } from '../../src/kafka/records/compression.ts'
import { UnsupportedRecordFormatError } from '../../src/kafka/records/errors.ts'
import { sequenceAfter, splitBatch } from '../../src/kafka/records/split-batch.ts'
import { wasmZstd } from '../../src/kafka/records/zstd.ts'
import { JavaOracle } from './java-oracle.ts'

/** A record in the form of the oracle: bytes in Base64. */
interface OracleRecord {
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

interface OracleBatch {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
  readonly records: readonly OracleRecord[]
}

let oracle: JavaOracle
let wasm: CompressionCodec

beforeAll(async () => {
  oracle = await JavaOracle.start('BatchOracle')
  for (const name of codecNames) await loadCodec(name)
  const zstd = await wasmZstd()
  wasm = { ...codecByName('zstd'), compress: (bytes) => zstd.compress(bytes, 3) }
})

afterAll(() => oracle[Symbol.dispose]())

async function ask(question: Readonly<Record<string, unknown>>): Promise<Buffer> {
  const answer = (await oracle.ask(question)) as {
    readonly bytes?: string
    readonly error?: string
  }
  if (answer.bytes === undefined) throw new Error(answer.error)
  return Buffer.from(answer.bytes, 'base64')
}

const base64 = (bytes: Uint8Array | null): string | null =>
  bytes && Buffer.from(bytes).toString('base64')
const some = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 80 }) },
  // Long enough for two bytes of length, and for what codecs do with repetitions.
  { weight: 1, arbitrary: fc.nat({ max: 9000 }).map((length) => Buffer.alloc(length, 'abcabd')) },
)
const bytes = fc.option(some, { freq: 5 }).map(base64)
const timestamp = fc.oneof(
  fc.integer({ min: 1_763_719_200_000, max: 1_763_719_300_000 }),
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
)
const record: fc.Arbitrary<OracleRecord> = fc.record({
  timestamp,
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 6 }), bytes), {
    maxLength: 3,
  }),
})
const stamped = fc.record({
  producerId: fc.maxSafeNat(),
  producerEpoch: fc.nat(0x7fff),
  baseSequence: fc.oneof(fc.nat(), fc.integer({ min: 0x7fffffff - 5, max: 0x7fffffff })),
  transactional: fc.boolean(),
})
const unstamped = fc.constant({
  ...{ producerId: -1, producerEpoch: -1, baseSequence: -1 },
  transactional: false,
})
const batch: fc.Arbitrary<OracleBatch> = fc
  .tuple(fc.oneof(stamped, unstamped), fc.array(record, { minLength: 1, maxLength: 12 }))
  .map(([kind, records]) => ({ ...kind, records }))
/** As the log has it: an offset, and the broker's time where the topic says so. */
const logged = fc.record({
  baseOffset: fc.integer({ min: 0, max: 2 ** 40 }),
  appendTime: fc.oneof(fc.constant(-1), fc.constant(1_763_719_212_345)),
})

interface ReadRecord extends OracleRecord {
  readonly offset: number
}

function readAll(source: Buffer): (Record<string, unknown> & { records: ReadRecord[] })[] {
  const cursor = new BatchCursor()
  const batches: (Record<string, unknown> & { records: ReadRecord[] })[] = []
  for (let at = 0; cursor.open(source, at, source.length, true); at = cursor.batchEnd) {
    const { baseOffset, producerId, timestampType, recordCount: count } = cursor
    const {
      nextBatchOffset: nextOffset,
      isTransactional: transactional,
      isControl: control,
    } = cursor
    const records: ReadRecord[] = []
    while (cursor.advance()) {
      records.push({
        offset: cursor.offset,
        timestamp: cursor.timestamp,
        key: base64(cursor.key()),
        value: base64(cursor.value()),
        headers: cursor.headers().map(({ key, value }) => [key, base64(value)] as const),
      })
    }
    batches.push({
      baseOffset,
      nextOffset,
      producerId,
      transactional,
      control,
      timestampType,
      count,
      records,
    })
  }
  return batches
}

/** What Java reads of the same bytes, as far as the cursor tells it. */
async function javaReads(source: Buffer): Promise<unknown[]> {
  const answer = await oracle.ask({ op: 'read', bytes: source.toString('base64') })
  if (!Array.isArray(answer)) throw new Error(JSON.stringify(answer))
  return answer as unknown[]
}

describe.each(['none', ...codecNames])('with codec %s', (codec) => {
  test('what Java writes is read here as Java reads it', async () => {
    await fc.assert(
      fc.asyncProperty(batch, logged, async (written, place) => {
        const source = await ask({ op: 'write', magic: 2, codec, ...written, ...place })
        const read = readAll(source)
        expect(await javaReads(source)).toMatchObject(read)
        expect(read[0]?.records).toMatchObject(
          written.records.map(({ timestamp: time, ...rest }) => ({
            ...rest,
            timestamp: place.appendTime < 0 ? time : place.appendTime,
          })),
        )
      }),
      { numRuns: 100 },
    )
  })

  test('what compaction leaves of it is read here as Java reads it, gaps and empty batches too', async () => {
    let gaps = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.boolean()),
        async (all, keeps) => {
          const sources: Buffer[] = []
          let offset = 1000
          for (const each of all) {
            sources.push(
              await ask({
                op: 'write',
                magic: 2,
                codec,
                ...each,
                baseOffset: offset,
                appendTime: -1,
              }),
            )
            offset += each.records.length
          }
          const offsets = Array.from({ length: offset - 1000 }, (_, i) => 1000 + i)
          const keep = offsets.filter(() => keeps.next().value)
          const question = { op: 'compact', bytes: Buffer.concat(sources).toString('base64'), keep }
          const source = await ask(question)
          const read = readAll(source)
          expect(await javaReads(source)).toMatchObject(read)
          expect(read.flatMap(({ records }) => records.map((each) => each.offset))).toEqual(keep)
          expect(read.at(-1)?.nextOffset).toBe(offset)
          if (read.some(({ records }) => records.length === 0)) gaps++
        },
      ),
      { numRuns: 60 },
    )
    expect(gaps).toBeGreaterThan(0)
  })

  test('what is written here is valid to Java, and reads the same', async () => {
    await fc.assert(
      fc.asyncProperty(batch, fc.boolean(), async (written, inWasm) => {
        const chosen =
          codec === 'zstd' && inWasm ? wasm : codec === 'none' ? null : codecByName(codec as 'gzip')
        const source = write(written, chosen)
        expect(await javaReads(source)).toEqual([javaView(source, written, codec)])
      }),
      { numRuns: 100 },
    )
  })

  test('the parts of a batch that was too large are valid to Java, and go on from each other', async () => {
    await fc.assert(
      fc.asyncProperty(batch, fc.integer({ min: 100, max: 4000 }), async (written, maxBytes) => {
        const parts = splitBatch(
          write(written, codec === 'none' ? null : codecByName(codec as 'gzip')),
          maxBytes,
        )
        let next = 0
        for (const part of parts) {
          const read = (await javaReads(part)) as { readonly count: number }[]
          const records = written.records.slice(next, next + (read[0]?.count ?? 0))
          const baseSequence =
            written.baseSequence < 0 ? -1 : sequenceAfter(written.baseSequence, next)
          expect(read).toEqual([javaView(part, { ...written, baseSequence, records }, codec)])
          next += records.length
        }
        expect(next).toBe(written.records.length)
      }),
      { numRuns: 60 },
    )
  })
})

function write(written: OracleBatch, codec: CompressionCodec | null): Buffer {
  const { records, transactional, ...stamp } = written
  const writer = new BatchWriter(128)
  const plain = (text: string | null): Buffer | null =>
    text === null ? null : Buffer.from(text, 'base64')
  for (const { timestamp: time, key, value, headers } of records) {
    writer.append(
      time,
      plain(key),
      plain(value),
      headers.map(([name, of]) => ({ key: name, value: plain(of) })),
    )
  }
  return Buffer.from(writer.close(stamp, { transactional, codec }))
}

/** How Java sees a batch that was written here and not yet given its offset. */
function javaView(source: Buffer, written: OracleBatch, codec: string): unknown {
  const { records, ...stamp } = written
  const last = records.length - 1
  return {
    ...stamp,
    codec,
    baseOffset: 0,
    nextOffset: records.length,
    lastSequence: stamp.baseSequence < 0 ? -1 : sequenceAfter(stamp.baseSequence, last),
    control: false,
    timestampType: 'CreateTime',
    maxTimestamp: Math.max(...records.map((each) => each.timestamp)),
    count: records.length,
    sizeInBytes: source.length,
    records: records.map((each, offset) => ({ ...each, offset })),
  }
}

test.each([true, false])(
  'the marker of a transaction that was committed (%s) is a control batch',
  async (commit) => {
    const source = await ask({
      op: 'marker',
      commit,
      baseOffset: 5,
      producerId: 4242,
      producerEpoch: 3,
    })
    const read = readAll(source)
    expect(await javaReads(source)).toMatchObject(read)
    expect(read).toMatchObject([
      { control: true, transactional: true, producerId: 4242, nextOffset: 6 },
    ])
  },
)

test.each([
  [0, 'none'],
  [0, 'gzip'],
  [1, 'none'],
  [1, 'lz4'],
])('records of format %i (%s) are refused with what to do', async (magic, codec) => {
  const records = [
    { timestamp: magic === 0 ? -1 : 1_763_719_200_000, key: null, value: 'YWJj', headers: [] },
  ]
  const none = { producerId: -1, producerEpoch: -1, baseSequence: -1, transactional: false }
  const place = { baseOffset: 7, appendTime: -1 }
  const source = await ask({ op: 'write', magic, codec, ...none, ...place, records })
  const open = (): boolean => new BatchCursor().open(source, 0, source.length, true)
  expect(open).toThrow(UnsupportedRecordFormatError)
  expect(open).toThrow(`Found records of format ${magic} at offset 7, expected format 2.`)
})
