import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/kafka/net/pending-request.ts'
import { encodeHeader } from '../../src/kafka/net/request-header.ts'
import { decodeBody, encodeBody } from '../../src/kafka/protocol/api.ts'
import { ByteReader } from '../../src/kafka/protocol/byte-reader.ts'
import codes from '../../src/kafka/protocol/error-codes.json' with { type: 'json' }
import { produceApi, produceRequest } from '../../src/kafka/protocol/produce.ts'
import { apis, tables, versionsOf } from '../kafka/protocol/apis.ts'
import type { Table } from '../kafka/protocol/apis.ts'
import { JavaOracle } from './java-oracle.ts'
import { differences } from './message-definition.ts'
import type { Definition } from './message-definition.ts'
import { samplesOf } from './message-samples.ts'
import { toJava, valuesOf } from './message-values.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('WireOracle')
})

afterAll(() => oracle[Symbol.dispose]())

async function definitionOf(name: string): Promise<Definition> {
  return (await oracle.ask({ op: 'definition', name })) as Definition
}

/** Our shorter names of what Kafka calls so. */
const names: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AddPartitionsToTxnRequest: {
    V3AndBelowTransactionalId: 'transactionalId',
    V3AndBelowProducerId: 'producerId',
    V3AndBelowProducerEpoch: 'producerEpoch',
    V3AndBelowTopics: 'topics',
  },
  AddPartitionsToTxnResponse: {
    ResultsByTopicV3AndBelow: 'results',
    'ResultsByTopicV3AndBelow.ResultsByPartition': 'partitions',
    'ResultsByTopicV3AndBelow.ResultsByPartition.PartitionErrorCode': 'errorCode',
  },
  FetchResponse: {
    Responses: 'topics',
    'Responses.Partitions.PartitionIndex': 'partition',
  },
  OffsetCommitRequest: { GenerationIdOrMemberEpoch: 'generationId' },
  ProduceResponse: {
    Responses: 'topics',
    'Responses.Name': 'topic',
    'Responses.PartitionResponses': 'partitions',
    'Responses.PartitionResponses.Index': 'partition',
    'Responses.PartitionResponses.RecordErrors.BatchIndexErrorMessage': 'message',
  },
}

/** Where a table is more tolerant than its definition, or leaves out a tagged field that nothing here asks for. */
const tolerated: Readonly<Record<string, readonly string[]>> = {
  ApiVersionsResponse: ['ZkMigrationReady is left out'],
  FetchResponse: ['Responses.Partitions.SnapshotId is left out'],
  JoinGroupResponse: ['ProtocolName may not be null'],
  MetadataRequest: ['Topics.Name may not be null'],
  MetadataResponse: ['Topics.Name may not be null'],
}

describe('the tables', () => {
  test('are all held against their definitions here', async () => {
    const folder = new URL('../../src/kafka/protocol/', import.meta.url)
    const modules = await Promise.all(
      readdirSync(folder)
        .filter((file) => file.endsWith('.ts'))
        .map((file) => import(new URL(file, folder).pathname) as Promise<object>),
    )
    const exported = modules
      .flatMap((each) => Object.entries(each))
      .filter(([name]) => name.endsWith('Api'))
    expect(apis.map(({ name }) => name).sort()).toEqual(
      exported.map(([, api]) => (api as Table['api']).name).sort(),
    )
  })

  test.each(tables)(
    '$name has the fields that Kafka defines, in every version',
    async ({ name, api, codec }) => {
      const definition = await definitionOf(name)
      const found = versionsOf(api).flatMap((version) =>
        differences(codec.shape, definition, version, new Map(Object.entries(names[name] ?? {}))),
      )
      expect([...new Set(found)]).toEqual(tolerated[name] ?? [])
    },
  )

  test.each(tables)(
    '$name has its key, versions and flexible versions of Kafka',
    async ({ name, api }) => {
      const { apiKey, validVersions, flexibleVersions } = await definitionOf(name)
      const [least = '', most = ''] = validVersions.split('-')
      expect(apiKey).toBe(api.key)
      expect(api.minVersion).toBeGreaterThanOrEqual(Number(least))
      expect(api.maxVersion).toBeLessThanOrEqual(Number(most || least))
      const first =
        flexibleVersions === 'none' ? Number.MAX_SAFE_INTEGER : parseInt(flexibleVersions)
      expect(api.flexibleFrom).toBe(first)
    },
  )
})

interface JavaMessage {
  readonly bytes: string
  readonly same: boolean
  readonly left: number
  readonly tagged?: string
}

describe('any message', () => {
  test.each(tables)(
    '$name is the same bytes in Java and here, both ways',
    async ({ name, api, codec }) => {
      const definition = await definitionOf(name)
      for (const version of versionsOf(api)) {
        const place = { definition, version }
        const flexible = version >= api.flexibleFrom
        await fc.assert(
          fc.asyncProperty(valuesOf(codec.shape, place), async (value) => {
            const ours = encodeBody(api, codec, value, version)
            const json = toJava(value, codec.shape, place)
            const question = {
              op: 'message',
              name,
              version,
              json,
              bytes: ours.toString('base64'),
              flexible,
            }
            const java = (await oracle.ask(question)) as JavaMessage
            expect(java).toMatchObject({ bytes: ours.toString('base64'), same: true, left: 0 })
            for (const bytes of flexible ? [java.bytes, java.tagged ?? ''] : [java.bytes]) {
              const reader = new ByteReader(Buffer.from(bytes, 'base64'))
              expect(decodeBody(api, codec, reader, version)).toStrictEqual(value)
              expect(reader.remaining).toBe(0)
            }
          }),
          { numRuns: 40 },
        )
      }
    },
  )

  test('a request of Produce is the bytes that Java writes', async () => {
    const partition = fc.record({
      partition: fc.nat(),
      records: fc.uint8Array({ minLength: 1, maxLength: 60 }),
    })
    const topic = fc.record({
      topic: fc.string({ maxLength: 9 }),
      partitions: fc.array(partition, { maxLength: 3 }),
    })
    const options = fc.record({
      transactionalId: fc.option(fc.string({ maxLength: 9 })),
      acks: fc.constantFrom(-1 as const, 0 as const, 1 as const),
      brokerTimeoutMs: fc.nat(),
      topics: fc.uniqueArray(topic, { maxLength: 3, selector: (each) => each.topic }),
    })
    for (const version of versionsOf(produceApi)) {
      await fc.assert(
        fc.asyncProperty(options, async ({ transactionalId, acks, brokerTimeoutMs, topics }) => {
          const cut = topics.map((each) => ({
            topic: each.topic,
            partitions: each.partitions.map(({ partition: index, records }) => ({
              partition: index,
              records: [records.subarray(0, 1), records.subarray(1)],
            })),
          }))
          const request = produceRequest({ transactionalId, acks, brokerTimeoutMs, topics: cut })
          const ours = Buffer.concat(request.encode(version)).toString('base64')
          const json = {
            transactionalId,
            acks,
            timeoutMs: brokerTimeoutMs,
            topicData: topics.map((each) => ({
              name: each.topic,
              partitionData: each.partitions.map(({ partition: index, records }) => ({
                index,
                records: Buffer.from(records).toString('base64'),
              })),
            })),
          }
          const question = { op: 'message', name: 'ProduceRequest', version, json, bytes: ours }
          expect(await oracle.ask(question)).toEqual({ bytes: ours, same: true, left: 0 })
        }),
        { numRuns: 40 },
      )
    }
  })
})

describe('headers', () => {
  const headers = fc.record({
    api: fc.constantFrom(...apis),
    version: fc.nat(),
    id: fc.integer({ min: 0, max: 0x7fffffff }),
    clientId: fc.string({ unit: 'grapheme', maxLength: 20 }),
  })

  test('of requests are those of Java', async () => {
    await fc.assert(
      fc.asyncProperty(headers, async ({ api, version: any, id, clientId }) => {
        const versions = versionsOf(api)
        const version = versions[any % versions.length] ?? 0
        const java = await oracle.ask({ op: 'requestHeader', key: api.key, version, id, clientId })
        const ours = encodeHeader({ api, version, id, clientId }, 7)
        expect(ours.readInt32BE(0)).toBe(ours.length - 4 + 7)
        expect(java).toEqual({ bytes: ours.subarray(4).toString('base64') })
      }),
      { numRuns: 300 },
    )
  })

  test('of responses are read, with whatever tagged fields they have', async () => {
    for (const api of apis) {
      for (const version of versionsOf(api)) {
        const java = await oracle.ask({ op: 'responseHeader', key: api.key, version, id: 4242 })
        const { bytes } = java as { readonly bytes: string }
        const reader = new ByteReader(
          Buffer.concat([Buffer.from(bytes, 'base64'), Buffer.from('rest')]),
        )
        expect(reader.int32()).toBe(4242)
        const request = {
          api,
          encode: () => [],
          decode: (from: ByteReader) => from.utf8(from.remaining),
        }
        const pending = {
          id: 4242,
          version,
          request,
          sentAt: 0,
          timeoutMs: 1,
          resolve: fc.noBias,
          reject: fc.noBias,
        }
        expect(decode(pending as never, reader)).toBe('rest')
      }
    }
  })
})

test('every error code is called and retried as in Java', async () => {
  expect(codes).toEqual(await oracle.ask({ op: 'errors' }))
})

/** Written again by `vitest -u`. */
test('the recorded messages are those that Java writes', async () => {
  const lines: string[] = []
  for (const name of [...tables.map((table) => table.name), 'ProduceRequest'].sort()) {
    const definition = await definitionOf(name)
    const api = apis.find((each) => name.startsWith(each.name)) ?? produceApi
    for (const version of versionsOf(api)) {
      for (const body of samplesOf(definition, version)) {
        const java = (await oracle.ask({ op: 'message', name, version, json: body })) as JavaMessage
        const hex = Buffer.from(java.bytes, 'base64').toString('hex')
        lines.push(`${JSON.stringify({ message: name, version, body, hex })}\n`)
      }
    }
  }
  await expect(lines.join('')).toMatchFileSnapshot('../fixtures/kafka/messages.jsonl')
})
