import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HeaderConverter } from '../../src/api/converter.ts'
import { Headers } from '../../src/data/headers.ts'
import { SourceRecord } from '../../src/data/records.ts'
import type { SinkRecord } from '../../src/data/records.ts'
import { PartitionRouter } from '../../src/runtime/partition-router.ts'
import { SinkRecordReader } from '../../src/runtime/sink-record-reader.ts'
import { SourceAcknowledgements } from '../../src/runtime/source-acknowledgements.ts'
import { SourceRecordSender } from '../../src/runtime/source-record-sender.ts'
import { SubmittedRecords } from '../../src/runtime/submitted-records.ts'
import type { TaskPlugins } from '../../src/runtime/task-plugins.ts'
import { cursorOf, FakeProducer, fakePlugins, fakeServices, textConverter } from './fakes.ts'

const never = new AbortController().signal

/** As the text converter's values: `later:…` is answered by a promise, `bad…` is refused. */
const headerConverter: HeaderConverter = {
  fromConnectHeader: (topic, _key, schema, value) =>
    textConverter.fromConnectData(topic, null, schema, value),
  toConnectHeader: (topic, _key, bytes) => textConverter.toConnectData(topic, null, bytes),
}

function setUp(): {
  readonly plugins: TaskPlugins
  readonly services: ReturnType<typeof fakeServices>
  readonly calls: () => number
} {
  let calls = 0
  const services = fakeServices()
  const counted = {
    ...services,
    call: <T>(_stage: string, call: () => T): T => {
      calls++
      return call()
    },
  }
  const plain = fakePlugins({ 'errors.tolerance': 'all' })
  const plugins = { ...plain, converters: { ...plain.converters, header: headerConverter } }
  return { plugins, services: counted, calls: () => calls }
}

interface Given {
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (string | null)[]
}

/** What is there at once, comes later, or is refused. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', null) },
  { weight: 2, arbitrary: fc.constantFrom('later:a', 'later:b') },
  { weight: 1, arbitrary: fc.constant('bad') },
)
const records = fc.array(
  fc.record({ key: text, value: text, headers: fc.array(text, { maxLength: 3 }) }),
  { maxLength: 8 },
)
const isGood = ({ key, value, headers }: Given): boolean =>
  ![key, value, ...headers].includes('bad')

const named = (headers: readonly (string | null)[]) =>
  headers.map((header, at) => ({
    key: `h${at}`,
    value: header === null ? null : Buffer.from(header),
  }))

async function read(given: readonly Given[]): Promise<{ found: SinkRecord[]; calls: number }> {
  const { plugins, services, calls } = setUp()
  const cursor = cursorOf(
    given.map(({ headers, ...each }, offset) => ({ ...each, offset, headers: named(headers) })),
  )
  const found: SinkRecord[] = []
  const reader = new SinkRecordReader(plugins, services)
  const slice = { topic: 't', partition: 0, cursor, nextOffset: given.length }
  expect(await reader.read(slice, found)).toBe(given.length)
  return { found, calls: calls() }
}

async function send(given: readonly Given[], addsHeaders = false) {
  const { plugins: plain, services, calls } = setUp()
  const plugins = { ...plain, converters: { ...plain.converters, addsHeaders } }
  const submitted = new SubmittedRecords(false)
  const task = { commitRecord: undefined } as never
  const acknowledgements = new SourceAcknowledgements(task, submitted, plugins, services)
  const producer = new FakeProducer(acknowledgements)
  const router = new PartitionRouter(producer, services, { createsTopics: false })
  await router.prepare('t', never)
  const parts = { plugins, producer, router, fates: acknowledgements, submitted, services }
  const sender = new SourceRecordSender(parts, never)
  await sender.send(
    given.map(({ key, value, headers }, at) => {
      const own = new Headers(
        headers.map((header, index) => ({ key: `h${index}`, value: header, schema: null })),
      )
      return new SourceRecord({}, { at }, 't', 0, null, key, null, value, null, own)
    }),
    never,
  )
  return { producer, calls: calls() }
}

const shown = (headers: Iterable<{ key: string; value: unknown }> | null): unknown =>
  Array.from(headers ?? [], ({ key, value }) => [
    key,
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  ])
const expected = (given: readonly Given[]): unknown =>
  given
    .filter(isGood)
    .map(({ key, value, headers }) => [key, value, headers.map((each, at) => [`h${at}`, each])])

describe('records with headers', () => {
  test('are read in their order, whichever of their parts is waited for or refused', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (given) => {
        const { found } = await read(given)
        expect(found.map((each) => [each.key, each.value, shown(each.headers)])).toEqual(
          expected(given),
        )
      }),
    )
  })

  test('are sent in their order, whichever of their parts is waited for or refused', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (given) => {
        const { producer } = await send(given)
        expect(producer.sent.map((each) => [each.key, each.value, shown(each.headers)])).toEqual(
          expected(given),
        )
        expect(producer.sent.map(({ index }) => index)).toEqual(producer.sent.map((_, at) => at))
      }),
    )
  })

  test('are read and sent within one call where nothing is waited for', async () => {
    const given = Array.from({ length: 50 }, () => ({ key: 'k', value: 'v', headers: ['h', null] }))
    expect((await read(given)).calls).toBe(1)
    expect((await send(given)).calls).toBe(1)
    expect((await send(given, true)).calls).toBe(1)
  })
})
