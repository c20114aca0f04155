import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { Fetcher } from '../../../src/kafka/consumer/fetcher.ts'
import { PartitionState } from '../../../src/kafka/consumer/partition-state.ts'
import { DisconnectError } from '../../../src/kafka/net/errors.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { at } from '../../../src/kafka/records/batch-format.ts'
import { UnsupportedRecordFormatError } from '../../../src/kafka/records/errors.ts'
import type { ClientConfig } from '../../../src/kafka/types.ts'
import { FakeCluster } from './fake-cluster.ts'
import { logOf } from './support.ts'

let cluster: FakeCluster
let fetcher: Fetcher

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  cluster = new FakeCluster()
})

afterEach(async () => {
  const closed = fetcher.close()
  await vi.advanceTimersByTimeAsync(0)
  await closed
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function start(offsets: readonly number[], config: ClientConfig = {}): PartitionState[] {
  const notify = (): void => undefined
  const options = consumerOptions({ 'auto.offset.reset': 'earliest', ...config })
  fetcher = new Fetcher({ client: cluster.client, options, purpose: 'fetch-1', notify })
  const states = offsets.map((offset, partition) => {
    const state = new PartitionState({ topic: 'orders', partition })
    state.seek(offset)
    return state
  })
  fetcher.assign(states)
  fetcher.pump()
  return states
}

/** What a poll loop does: take, and ask for more. */
function poll(): (readonly [number, number])[] {
  fetcher.recycle()
  const taken = fetcher.take().map(({ partition, nextOffset }) => [partition, nextOffset] as const)
  fetcher.pump()
  return taken
}

const batchFrom = (offset: number, count = 2): Buffer =>
  logOf([{ kept: Array<boolean>(count).fill(true) }], offset).bytes
const turn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

describe('Fetcher', () => {
  test('asks each broker once at a time, for all of its partitions', async () => {
    cluster.leaders.set(2, 9)
    start([5, 6, 7])
    await turn()
    expect(cluster.asked()).toEqual([
      [1, { 0: 5, 1: 6 }],
      [9, { 2: 7 }],
    ])
    cluster.answer(9, { 2: batchFrom(7) })
    await turn()
    expect(cluster.asked()).toEqual([[9, { 2: 9 }]])
  })

  test('asks for as much, and waits as long, as it is configured to', async () => {
    start([5], {
      'fetch.min.bytes': '1000',
      'fetch.max.wait.ms': '250',
      'fetch.max.bytes': '5000',
      'max.partition.fetch.bytes': '300',
      'isolation.level': 'read_committed',
    })
    await turn()
    const partitions = [
      {
        partition: 0,
        currentLeaderEpoch: 4,
        fetchOffset: 5,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: 300,
      },
    ]
    expect(cluster.requests).toMatchObject([
      {
        minBytes: 1000,
        maxWaitMs: 250,
        maxBytes: 5000,
        isolationLevel: 1,
        sessionId: 0,
        sessionEpoch: -1,
        topics: [{ topic: 'orders', partitions }],
      },
    ])
  })

  test('reads one frame while the next one fills, and asks for no third', async () => {
    start([0])
    await turn()
    cluster.answer(1, { 0: batchFrom(0) })
    await turn()
    cluster.answer(1, { 0: batchFrom(2) })
    await turn()
    expect(cluster.asked()).toEqual([
      [1, { 0: 0 }],
      [1, { 0: 2 }],
    ])
    expect(poll()).toEqual([[0, 2]])
    await turn()
    expect(cluster.asked()).toEqual([[1, { 0: 4 }]])
  })

  test('a broker is not asked for its idle partitions alone while a busy one has no room', async () => {
    start([0, 0])
    await turn()
    for (const offset of [0, 2]) {
      cluster.answer(1, { 0: batchFrom(offset) })
      await turn()
    }
    expect(cluster.asked()).toHaveLength(2)
    poll()
    await turn()
    expect(cluster.asked()).toEqual([[1, { 0: 4, 1: 0 }]])
  })

  test('a paused partition is left out, and holds up no other', async () => {
    const [a] = start([0, 0])
    await turn()
    cluster.asked()
    if (a) a.paused = true
    cluster.answer(1, { 0: batchFrom(0), 1: batchFrom(0) })
    await turn()
    expect(cluster.asked()).toEqual([[1, { 1: 2 }]])
    expect(poll()).toEqual([[1, 2]])
  })

  test.each([
    { name: 'is open', isOpening: false },
    { name: 'is still being opened, once it is open', isOpening: true },
  ])('a long wait is given up for what is resumed, where its connection $name', async (c) => {
    const [, b] = start([0, 0])
    if (b) b.paused = true
    await turn()
    for (let i = 0; i < 10; i++) {
      cluster.answer(1, {})
      await turn()
    }
    if (c.isOpening) cluster.opening.add(1)
    cluster.asked()
    if (b) b.paused = false
    fetcher.pump()
    await vi.advanceTimersByTimeAsync(10)
    if (c.isOpening) {
      expect(cluster.asked()).toEqual([])
      cluster.opening.delete(1)
    }
    await vi.advanceTimersByTimeAsync(130)
    expect(cluster.asked()).toEqual([[1, { 0: 0, 1: 0 }]])
  })

  test('stops asking while as many bytes are buffered as half of fetch.max.bytes', async () => {
    start([0], { 'fetch.max.bytes': '100' })
    await turn()
    cluster.answer(1, { 0: batchFrom(0) })
    await turn()
    expect(cluster.asked()).toHaveLength(1)
    poll()
    await turn()
    expect(cluster.asked()).toEqual([[1, { 0: 2 }]])
  })

  test('an answer to what a seek has overtaken is dropped', async () => {
    const [state] = start([0])
    await turn()
    state?.seek(100)
    cluster.answer(1, { 0: batchFrom(0) })
    await turn()
    expect(poll()).toEqual([])
    expect(cluster.asked().at(-1)).toEqual([1, { 0: 100 }])
  })

  test.each([
    ErrorCode.NOT_LEADER_OR_FOLLOWER,
    ErrorCode.FENCED_LEADER_EPOCH,
    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ])('a leader that moved is found again: %i', async (code) => {
    start([3])
    await turn()
    cluster.leaders.set(0, 2)
    cluster.answer(1, { 0: code })
    await turn()
    expect(cluster.invalidated).toEqual(['orders'])
    cluster.asked()
    await vi.advanceTimersByTimeAsync(130)
    expect(cluster.asked()).toEqual([[2, { 0: 3 }]])
    cluster.answer(2, { 0: batchFrom(3) })
    await turn()
    expect(poll()).toEqual([[0, 5]])
  })

  test('a partition without a leader waits for one', async () => {
    cluster.leaders.set(0, null)
    start([3])
    await vi.advanceTimersByTimeAsync(1000)
    expect(cluster.asked()).toEqual([])
    cluster.leaders.set(0, 1)
    await vi.advanceTimersByTimeAsync(130)
    expect(cluster.asked()).toEqual([[1, { 0: 3 }]])
  })

  test('a connection that breaks is tried again after a pause that grows', async () => {
    start([0])
    for (const pause of [130, 250, 490]) {
      await vi.advanceTimersByTimeAsync(pause)
      expect(cluster.asked()).toEqual([[1, { 0: 0 }]])
      cluster.fail(1, new DisconnectError('gone'))
      await vi.advanceTimersByTimeAsync(pause / 3)
      expect(cluster.asked()).toEqual([])
    }
  })

  test('what no waiting helps against is thrown, once a poll, and not asked for without a pause', async () => {
    start([0])
    await turn()
    cluster.answer(1, { 0: ErrorCode.TOPIC_AUTHORIZATION_FAILED })
    await turn()
    expect(poll).toThrow(/orders-0 from offset 0.*TOPIC_AUTHORIZATION_FAILED/)
    expect(poll()).toEqual([])
    expect(cluster.asked()).toHaveLength(1)
  })

  test('an offset out of range is reset only once what was fetched before it is handed out', async () => {
    const [state] = start([0])
    await turn()
    cluster.answer(1, { 0: batchFrom(0) })
    await turn()
    cluster.answer(1, { 0: ErrorCode.OFFSET_OUT_OF_RANGE })
    await turn()
    expect(state?.resetTo).toBeNull()
    expect(poll()).toEqual([[0, 2]])
    await vi.advanceTimersByTimeAsync(200)
    cluster.answer(1, { 0: ErrorCode.OFFSET_OUT_OF_RANGE })
    await turn()
    expect([state?.position, state?.resetTo?.text]).toEqual([null, 'earliest'])
  })

  test('garbage for an answer is thrown with its place, and asked for again after a pause only', async () => {
    start([0])
    await turn()
    cluster.answer(1, { 0: Buffer.alloc(200, 7) })
    await turn()
    expect(poll).toThrow(/^Cannot read orders-0: .*batch of format 7/)
    cluster.asked()
    await turn()
    expect(cluster.asked()).toEqual([])
  })

  test('records from before Kafka 0.11 are refused by their own error', async () => {
    start([0])
    await turn()
    const old = batchFrom(0)
    old[at.magic] = 1
    cluster.answer(1, { 0: old })
    await turn()
    expect(poll).toThrow(UnsupportedRecordFormatError)
  })

  test('the broker that cannot read its disk is an error that says where', async () => {
    start([3])
    await turn()
    cluster.answer(1, { 0: ErrorCode.CORRUPT_MESSAGE })
    await turn()
    expect(poll).toThrow(
      'Encountered corrupt message when fetching offset 3 for topic-partition orders-0',
    )
  })

  test('an offset that is not available yet is asked for again, of whoever leads then', async () => {
    start([3])
    await turn()
    cluster.answer(1, { 0: ErrorCode.OFFSET_NOT_AVAILABLE })
    await turn()
    expect(cluster.invalidated).toEqual(['orders'])
    cluster.asked()
    await vi.advanceTimersByTimeAsync(130)
    expect(cluster.asked()).toEqual([[1, { 0: 3 }]])
  })
})
