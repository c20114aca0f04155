import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { Fetcher } from '../../../src/kafka/consumer/fetcher.ts'
import { PartitionState } from '../../../src/kafka/consumer/partition-state.ts'
import { DisconnectError } from '../../../src/kafka/net/errors.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { at } from '../../../src/kafka/records/batch-format.ts'
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

/** Begins to fetch `orders-0` from this offset. */
function start(offset: number, config: ClientConfig = {}): PartitionState {
  const options = consumerOptions({ 'auto.offset.reset': 'earliest', ...config })
  const notify = (): void => undefined
  fetcher = new Fetcher({ client: cluster.client, options, purpose: 'fetch-1', notify })
  const state = new PartitionState({ topic: 'orders', partition: 0 })
  state.seek(offset)
  fetcher.assign([state])
  fetcher.pump()
  return state
}

/** Where a poll has got to. */
function poll(): readonly number[] {
  fetcher.recycle()
  const taken = fetcher.take().map(({ nextOffset }) => nextOffset)
  fetcher.pump()
  return taken
}

const batchFrom = (offset: number, count = 2): Buffer =>
  logOf([{ kept: Array<boolean>(count).fill(true) }], offset).bytes
const turn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

/** A batch that a leader of this epoch wrote. */
function writtenIn(epoch: number, offset: number, count = 2): Buffer {
  const batch = Buffer.from(batchFrom(offset, count))
  batch.writeInt32BE(epoch, at.leaderEpoch)
  return batch
}

describe('a new leader (KIP-320)', () => {
  test('is fetched from once it is known to have what was read; what was fetched ahead is dropped', async () => {
    const state = start(0)
    await turn()
    cluster.answer(1, { 0: writtenIn(4, 0) })
    await turn()
    expect(poll()).toEqual([2])
    cluster.answer(1, { 0: writtenIn(4, 2) })
    await turn()
    cluster.asked()
    cluster.leaders.set(0, 2)
    cluster.leaderEpoch = 5
    cluster.answer(1, { 0: ErrorCode.NOT_LEADER_OR_FOLLOWER })
    await vi.advanceTimersByTimeAsync(200)
    expect(poll()).toEqual([])
    expect([state.needsValidation, state.position, state.epoch]).toEqual([true, 2, 4])
    expect(cluster.asked()).toEqual([])
    state.validated()
    expect(poll()).toEqual([])
    await vi.advanceTimersByTimeAsync(200)
    expect(cluster.asked()).toEqual([[2, { 0: 2 }]])
  })

  test('an answer that comes while the position is in doubt is dropped', async () => {
    const state = start(0)
    state.seek(0, 3)
    await turn()
    expect(state.needsValidation).toBe(false)
    cluster.leaderEpoch = 5
    poll()
    expect(state.needsValidation).toBe(true)
    cluster.answer(1, { 0: batchFrom(0) })
    await turn()
    state.validated()
    expect(poll()).toEqual([])
  })

  test('a position of which nobody knows the epoch goes on at once', async () => {
    const state = start(3)
    await turn()
    cluster.answer(1, { 0: ErrorCode.FENCED_LEADER_EPOCH })
    cluster.leaderEpoch = 5
    await vi.advanceTimersByTimeAsync(130)
    expect([state.needsValidation, state.leaderEpoch]).toEqual([false, 5])
    expect(cluster.asked().at(-1)).toEqual([1, { 0: 3 }])
  })

  test.each([
    { name: 'in the middle of a fetch', most: '3', epoch: 5 },
    { name: 'at its end', most: '10', epoch: 6 },
  ])('the epoch of a position is that of the batch before it, $name', async ({ most, epoch }) => {
    const state = start(0, { 'max.poll.records': most })
    await turn()
    cluster.answer(1, { 0: Buffer.concat([writtenIn(4, 0), writtenIn(5, 2), writtenIn(6, 4)]) })
    await turn()
    poll()
    expect(state.epoch).toBe(epoch)
  })
})

describe('a replica near by (KIP-392)', () => {
  const near = { 'client.rack': 'r1' }

  test('is asked for by rack, and read from once the leader has told it', async () => {
    start(3, near)
    await turn()
    cluster.answer(1, { 0: { replica: 7 } })
    await turn()
    expect(cluster.asked()).toEqual([
      [1, { 0: 3 }],
      [7, { 0: 3 }],
    ])
    expect(cluster.requests.map(({ rackId }) => rackId)).toEqual(['r1', 'r1'])
    cluster.answer(7, { 0: batchFrom(3) })
    await turn()
    expect(poll()).toEqual([5])
    expect(cluster.asked()).toEqual([[7, { 0: 5 }]])
  })

  test('is left after metadata.max.age.ms, as another one may be nearer by then', async () => {
    start(3, near)
    await turn()
    cluster.answer(1, { 0: { replica: 7 } })
    await turn()
    await vi.advanceTimersByTimeAsync(300_001)
    cluster.asked()
    cluster.answer(7, { 0: batchFrom(3) })
    await turn()
    expect(cluster.asked()).toEqual([[1, { 0: 5 }]])
  })

  test.each([
    ['that is behind', ErrorCode.OFFSET_OUT_OF_RANGE, 0, []],
    ['that does not have the partition', ErrorCode.NOT_LEADER_OR_FOLLOWER, 130, ['orders']],
  ])('%s is left for the leader', async (_name, code, afterMs, invalidated) => {
    const state = start(3, near)
    await turn()
    cluster.answer(1, { 0: { replica: 7 } })
    await turn()
    cluster.asked()
    cluster.answer(7, { 0: code })
    await vi.advanceTimersByTimeAsync(afterMs)
    expect(cluster.asked()).toEqual([[1, { 0: 3 }]])
    expect([state.position, cluster.invalidated]).toEqual([3, invalidated])
    cluster.answer(1, { 0: ErrorCode.OFFSET_OUT_OF_RANGE })
    await turn()
    expect(state.resetTo?.text).toBe('earliest')
  })

  test.each(['is gone', 'breaks'])('that %s is left for the leader', async (how) => {
    start(3, near)
    await turn()
    cluster.answer(1, { 0: { replica: 7 } })
    await turn()
    cluster.asked()
    if (how === 'is gone') {
      cluster.gone.add(7)
      cluster.answer(7, {})
    } else cluster.fail(7, new DisconnectError('gone'))
    await vi.advanceTimersByTimeAsync(130)
    expect(cluster.asked()).toEqual([[1, { 0: 3 }]])
  })

  test('is left when another broker leads', async () => {
    start(3, near)
    await turn()
    cluster.answer(1, { 0: { replica: 7 } })
    await turn()
    cluster.asked()
    cluster.leaders.set(0, 2)
    cluster.answer(7, { 0: batchFrom(3) })
    await turn()
    expect(cluster.asked()).toEqual([[2, { 0: 5 }]])
  })
})
