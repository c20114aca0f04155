import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBody, encodeBody } from '../../../src/kafka/protocol/api.ts'
import { apiVersionsRequest } from '../../../src/kafka/protocol/api-versions.ts'
import { ByteReader } from '../../../src/kafka/protocol/byte-reader.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import { produceRequest } from '../../../src/kafka/protocol/produce.ts'
import { WireError } from '../../../src/kafka/protocol/wire-error.ts'
import { tables, versionsOf } from './apis.ts'
import type { Table } from './apis.ts'

/** A message as kafka-clients 4.3.1 writes it: its JSON form, and its body in hexadecimal. */
interface Golden {
  readonly message: string
  readonly version: number
  readonly body: unknown
  readonly hex: string
}

const golden = readFileSync(new URL('../../fixtures/kafka/messages.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Golden)

/** Tagged fields that Java knows and we leave out. */
const leftOut = ['zkMigrationReady', 'snapshotId']

interface Case extends Golden {
  readonly api: Table['api']
  readonly codec: Table['codec']
}

const cases = tables.flatMap(({ name, api, codec }) =>
  golden.flatMap((entry): Case[] => (entry.message === name ? [{ ...entry, api, codec }] : [])),
)

function decode({ api, codec, version, hex }: Case): unknown {
  return decodeBody(api, codec, new ByteReader(Buffer.from(hex, 'hex')), version)
}

function leavesOf(value: unknown): (string | number | boolean | null)[] {
  if (Buffer.isBuffer(value)) return [value.toString('base64')]
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, of]) => (leftOut.includes(key) ? [] : leavesOf(of)))
  }
  return [value as string | number | boolean | null]
}

describe('message tables', () => {
  test('there is a Java fixture of every version of every message', () => {
    for (const { name, api } of tables) {
      const recorded = cases.filter(({ message }) => message === name).map(({ version }) => version)
      expect(recorded, name).toEqual(versionsOf(api).flatMap((version) => [version, version]))
    }
  })

  test.each(cases)('$message version $version reads what Java wrote', (entry) => {
    expect(leavesOf(decode(entry))).toEqual(expect.arrayContaining(leavesOf(entry.body)))
  })

  test.each(cases.filter(({ body }) => !leftOut.some((key) => JSON.stringify(body).includes(key))))(
    '$message version $version writes the bytes that Java wrote',
    (entry) => {
      const { api, codec, version, hex } = entry
      expect(encodeBody(api, codec, decode(entry), version).toString('hex')).toBe(hex)
    },
  )

  test('a field that a version does not have reads as its fallback', () => {
    const entry = cases.find((c) => c.message === 'EndTxnResponse' && c.version === 4)
    expect(entry && decode(entry)).toMatchObject({ producerId: -1, producerEpoch: -1 })
  })
})

describe('Produce', () => {
  const entries = golden.filter(({ message }) => message === 'ProduceRequest')

  interface JavaProduce {
    readonly transactionalId: string | null
    readonly acks: number
    readonly timeoutMs: number
    readonly topicData: readonly {
      readonly name: string
      readonly partitionData: readonly { readonly index: number; readonly records: string | null }[]
    }[]
  }

  test.each(entries.filter(({ body }) => !JSON.stringify(body).includes('"records":null')))(
    'version $version writes the bytes that Java wrote',
    ({ version, body, hex }) => {
      const java = body as JavaProduce
      const request = produceRequest({
        transactionalId: java.transactionalId,
        acks: java.acks as -1,
        brokerTimeoutMs: java.timeoutMs,
        maxVersion: 12,
        topics: java.topicData.map(({ name, partitionData }) => ({
          topic: name,
          partitions: partitionData.map(({ index, records }) => {
            const bytes = Buffer.from(records ?? '', 'base64')
            return { partition: index, records: [bytes.subarray(0, 4), bytes.subarray(4)] }
          }),
        })),
      })
      expect(Buffer.concat(request.encode(version)).toString('hex')).toBe(hex)
    },
  )

  test('the record sets are sent from where they lie', () => {
    const records = Buffer.from('0123456789')
    const topics = [{ topic: 't', partitions: [{ partition: 0, records: [records] }] }]
    const request = produceRequest({ transactionalId: null, acks: -1, brokerTimeoutMs: 1, topics })
    expect(request.encode(9)).toContain(records)
  })
})

describe('ApiVersions', () => {
  test('a refusal of our version is read in the form of version 0', () => {
    const answer = Buffer.from('002300000001001200000002', 'hex')
    const { errorCode, apiKeys } = apiVersionsRequest({ name: 's', version: '1' }).decode(
      new ByteReader(answer),
      3,
    )
    expect(errorCode).toBe(35)
    expect(apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 2 }])
  })
})

describe('garbage', () => {
  const responses = cases.filter(({ message }) => message.endsWith('Response'))

  /** Either a message or a WireError, and never a read beyond the end. */
  function expectTyped(entry: Case, bytes: Buffer): void {
    const guarded = Buffer.concat([bytes, Buffer.alloc(64, 0x7f)])
    const reader = new ByteReader(guarded, 0, bytes.length)
    try {
      decodeBody(entry.api, entry.codec, reader, entry.version)
    } catch (error) {
      expect(error).toBeInstanceOf(WireError)
    }
    expect(reader.position).toBeLessThanOrEqual(bytes.length)
  }

  test('random bytes are a WireError or a message', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...responses),
        fc.uint8Array({ maxLength: 200 }),
        (entry, raw) => {
          expectTyped(entry, Buffer.from(raw))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('a message with bytes changed or cut off is a WireError or a message', () => {
    const edit = fc.record({ at: fc.nat(), to: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.constantFrom(...responses),
        fc.array(edit, { maxLength: 3 }),
        fc.option(fc.nat()),
        (entry, edits, cut) => {
          const bytes = Buffer.from(entry.hex, 'hex')
          for (const { at, to } of edits) bytes[at % bytes.length] = to
          expectTyped(entry, cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1)))
        },
      ),
      { numRuns: 4000 },
    )
  })

  test('a count above what can follow is refused before anything is allocated', () => {
    const hostile = Buffer.from('000000007fffffff', 'hex')
    expect(() => decodeBody(metadataApi, metadataApi.response, new ByteReader(hostile), 7)).toThrow(
      'Expected a length of at most 0 at byte 4, found 2147483647.',
    )
  })
})
