import { describe, expect, test } from 'vitest'
import { TypedNumber } from '../../src/data/typed-number.ts'
import { ConnectError, UnsupportedOperationError } from '../../src/errors/connect-error.ts'
import { RestError, httpStatusOf } from '../../src/errors/rest-error.ts'
import type { GivenFields, OffsetChange } from '../../src/messages/connector-offsets.ts'
import { MemoryOffsetStore } from '../../src/stores/memory-offset-store.ts'
import { ConnectorOffsets } from '../../src/worker/connector-offsets.ts'
import type { AlterOffsets } from '../../src/worker/offset-plugin.ts'
import { OffsetService } from '../../src/worker/offset-service.ts'
import { OffsetStores } from '../../src/worker/offset-stores.ts'
import { FakeGroups } from '../support/fake-groups.ts'

const signal = AbortSignal.timeout(60_000)
const source = { name: 'a', type: 'source', connectorClass: 'S', config: {} } as const
const sink = { name: 'a', type: 'sink', connectorClass: 'K', config: {} } as const

function open(alterOffsets: AlterOffsets = () => Promise.resolve(true), limitMs = 10_000) {
  const store = new MemoryOffsetStore()
  const groups = new FakeGroups()
  groups.topics.add('t').add('u')
  const asked: Parameters<AlterOffsets>[0]['offsets'][] = []
  const offsets = new ConnectorOffsets({
    service: new OffsetService(new OffsetStores(store), () => null),
    groups: ({ name }) => groups.of(`connect-${name}`),
    alterOffsets: (change, until) => {
      asked.push(change.offsets)
      return alterOffsets(change, until)
    },
    limitMs,
  })
  return { offsets, store, groups, asked }
}

type Given = Readonly<Record<string, unknown>> | null
const given = (fields: Given): GivenFields | null => fields && new Map(Object.entries(fields))
const change = (partition: Given, offset: Given): OffsetChange => ({
  partition: given(partition),
  offset: given(offset),
})
const ofSink = (topic: unknown, partition: unknown, offset: unknown): OffsetChange =>
  change({ kafka_topic: topic, kafka_partition: partition }, { kafka_offset: offset })

async function refusal(promise: Promise<unknown>): Promise<readonly [number, string]> {
  const error: unknown = await promise.catch((reason: unknown) => reason)
  return [httpStatusOf(error), (error as Error).message]
}

describe('the offsets of a source', () => {
  test('are those of its own partitions, in the order of Java’s hash maps', async () => {
    const { offsets, store } = open()
    await store.set('a', [
      { partition: { id: 0 }, offset: { seqno: 29 } },
      { partition: { id: 1 }, offset: { seqno: 27 } },
      { partition: { topic: 't', cluster: 'c', partition: 3 }, offset: { offset: 2n ** 60n } },
      { partition: null, offset: { seqno: 1 } },
    ])
    await store.set('b', [{ partition: { id: 7 }, offset: { seqno: 1 } }])
    const found = await offsets.read(source, signal)
    const ids = found.flatMap(({ partition }) => partition.id ?? [])
    expect(ids).toEqual([1, 0])
    const other = found.find(({ partition }) => 'topic' in partition)
    expect(Object.keys(other?.partition ?? {})).toEqual(['cluster', 'partition', 'topic'])
    expect(other?.offset).toEqual({ offset: 2n ** 60n })
    expect(found).toHaveLength(3)
  })

  test('are altered: null resets, the last of a partition counts, the others stay', async () => {
    const { offsets, store, asked } = open()
    await store.set('a', [
      { partition: { id: 0 }, offset: { seqno: 1 } },
      { partition: { id: 1 }, offset: { seqno: 1 } },
      { partition: { id: 2 }, offset: { seqno: 1 } },
    ])
    const changes = [
      change({ id: 0 }, { seqno: 5 }),
      change({ id: 1 }, null),
      change({ id: 0 }, { seqno: 6, ratio: new TypedNumber('FLOAT64', 100) }),
    ]
    expect(await offsets.modify(source, changes, signal)).toBe(true)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toEqual([
      {
        partition: { id: 0 },
        offset: { seqno: 6, ratio: new TypedNumber('FLOAT64', 100) },
      },
      { partition: { id: 1 }, offset: null },
    ])
    const found = await store.entries('a')
    expect(found).toEqual([
      { partition: { id: 0 }, offset: { seqno: 6, ratio: new TypedNumber('FLOAT64', 100) } },
      { partition: { id: 2 }, offset: { seqno: 1 } },
    ])
  })

  test('are reset all, and resetting nothing asks the connector too', async () => {
    const { offsets, store, asked } = open(() => Promise.resolve(false))
    await store.set('a', [{ partition: { id: 0 }, offset: { seqno: 1 } }])
    expect(await offsets.modify(source, null, signal)).toBe(false)
    expect(await store.entries('a')).toEqual([])
    expect(await offsets.modify(source, null, signal)).toBe(false)
    expect(asked).toEqual([[{ partition: { id: 0 }, offset: null }], []])
  })

  test.each([
    [{ a: new Map([['b', 1]]) }, 'a contains MAP'],
    [{ a: [1] }, 'a contains ARRAY'],
    [{ n: 1, a: 2n ** 63n }, 'a contains class java.math.BigInteger'],
  ])('that are not flat are refused before the connector is asked: %#', async (fields, what) => {
    const { offsets, asked } = open()
    const expected = `Offsets may only contain primitive types as values, but field ${what}`
    for (const bad of [change(fields, null), change({ id: 1 }, fields)]) {
      expect(await refusal(offsets.modify(source, [bad], signal))).toEqual([500, expected])
    }
    expect(asked).toEqual([])
  })

  test.each([
    [new ConnectError('Not so.'), 'Not so.'],
    [new TypeError('x is undefined'), 'Failed to modify offsets for source connector a'],
    [
      new UnsupportedOperationError('no'),
      "Failed to modify offsets for connector a because it doesn't support external modification of offsets",
    ],
  ])('stay as they are where the connector throws: %s', async (error, message) => {
    const { offsets, store } = open(() => Promise.reject(error))
    const refused = offsets.modify(source, [change({ id: 0 }, { seqno: 1 })], signal)
    expect(await refusal(refused)).toEqual([500, message])
    expect(await store.entries('a')).toEqual([])
  })
})

describe('a connector that does not answer', () => {
  const never: AlterOffsets = () => new Promise(() => undefined)

  test('is given up after a time, by name, and nothing is altered', async () => {
    const { offsets, store, groups } = open(never, 30)
    groups.topics.add('t')
    expect(await refusal(offsets.modify(source, [change({ id: 0 }, {})], signal))).toEqual([
      500,
      "Timed out while calling the 'alterOffsets' method for source connector a",
    ])
    expect(await refusal(offsets.modify(sink, [ofSink('t', 0, 1)], signal))).toEqual([
      500,
      "Timed out while calling the 'alterOffsets' method for sink connector a",
    ])
    expect(await store.entries('a')).toEqual([])
    expect(await offsets.read(sink, signal)).toEqual([])
  })

  test('is given up as soon as something newer comes', async () => {
    const { offsets } = open(never)
    const caller = new AbortController()
    const refused = offsets.modify(source, [change({ id: 0 }, {})], caller.signal)
    caller.abort(new RestError(409, 'overtaken'))
    expect(await refusal(refused)).toEqual([409, 'overtaken'])
  })
})

describe('the offsets of a sink', () => {
  test('are those of its group, altered, forgotten one by one and all at once', async () => {
    const { offsets, asked } = open()
    const changes = [ofSink('t', '0', '4'), ofSink('u', 0, 5), ofSink('t', 0, 6)]
    expect(await offsets.modify(sink, changes, signal)).toBe(true)
    const t = { partition: { kafka_partition: 0, kafka_topic: 't' }, offset: { kafka_offset: 6 } }
    const u = { partition: { kafka_partition: 0, kafka_topic: 'u' }, offset: { kafka_offset: 5 } }
    expect(asked).toEqual([[t, u]])
    expect(await offsets.read(sink, signal)).toEqual([t, u])

    const forget = [change({ kafka_topic: 't', kafka_partition: 0 }, null)]
    expect(await offsets.modify(sink, forget, signal)).toBe(true)
    expect(await offsets.read(sink, signal)).toEqual([u])

    expect(await offsets.modify(sink, null, signal)).toBe(true)
    expect(await offsets.read(sink, signal)).toEqual([])
    expect(asked.at(-1)).toEqual([{ ...u, offset: null }])
  })

  test.each([
    [
      change(null, { kafka_offset: 1 }),
      400,
      'The partition for a sink connector offset cannot be null or missing',
    ],
    [ofSink('t', null, 1), 400, 'Kafka partitions must be valid numbers and may not be null'],
    [ofSink('t', 2 ** 31, 1), 400, /'2147483648'\. Partition values/],
    [ofSink('t', [0], 1), 400, /'\[0\]'\. Partition values/],
    [ofSink('t', 0, 2n ** 63n), 400, /'9223372036854775808'\. Offset values/],
    [ofSink('t', 0, null), 400, /'null'\. Offset values/],
    [ofSink('t', 0, 2n ** 60n), 400, /^The offset 1152921504606846976 for t-0 is far beyond/],
    [ofSink('t', 0, -1), 500, 'Failed to modify offsets for sink connector a'],
  ])(
    'that make no sense are refused before the connector is asked: %#',
    async (bad, status, message) => {
      const { offsets, asked } = open()
      const [found, text] = await refusal(offsets.modify(sink, [ofSink('u', 0, 1), bad], signal))
      expect(found).toBe(status)
      expect(text).toMatch(message)
      expect(asked).toEqual([])
      expect(await offsets.read(sink, signal)).toEqual([])
    },
  )

  test('stay as they are while the group has members', async () => {
    const { offsets, groups } = open()
    groups.held.add('connect-a')
    const text = (doing: string): string =>
      `Failed to ${doing} consumer group offsets for connector a either because its tasks haven't stopped completely yet or the connector was resumed before the request to ${doing} its offsets could be successfully completed.`
    for (const [doing, changes] of [
      ['alter', [ofSink('t', 0, 1)]],
      ['reset', null],
    ] as const) {
      const [status, message] = await refusal(offsets.modify(sink, changes, signal))
      expect(status).toBe(500)
      expect(message).toContain(text(doing))
    }
  })
})
