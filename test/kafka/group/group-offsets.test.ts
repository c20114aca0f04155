import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { CommitFailedError, RebalanceInProgressError } from '../../../src/kafka/group/errors.ts'
import { commitOffsets, fetchOffsets } from '../../../src/kafka/group/group-offsets.ts'
import type { GroupOffsetsParts } from '../../../src/kafka/group/group-offsets.ts'
import { Membership } from '../../../src/kafka/group/membership.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { ScriptedCoordinator, never } from './scripted-coordinator.ts'
import type { Script } from './scripted-coordinator.ts'

const options = {
  groupId: 'g',
  groupInstanceId: null,
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3000,
  maxPollIntervalMs: 300_000,
  apiTimeoutMs: 60_000,
}
const orders = { topic: 'orders', partition: 3 }
const { signal } = new AbortController()
let coordinator: ScriptedCoordinator
let membership: Membership
let parts: GroupOffsetsParts

beforeEach(async () => {
  vi.useFakeTimers()
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  coordinator = new ScriptedCoordinator()
  const retryBackoff = { firstMs: 100, maxMs: 1000 }
  const protocol = {
    type: 'consumer',
    protocols: () => [],
    assign: () => Promise.resolve(new Map<string, Buffer>()),
  }
  const notify = (): void => undefined
  membership = new Membership({ coordinator, protocol, options, retryBackoff, notify })
  parts = { coordinator, options, retryBackoff }
  membership.startJoin()
  await vi.advanceTimersByTimeAsync(0)
})

afterEach(async () => {
  await membership.leave()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const refusing =
  (errorCode: number): Script<'OffsetCommit'> =>
  () => ({ topics: [{ name: 'orders', partitions: [{ partitionIndex: 3, errorCode }] }] })

/** The error of a commit, or null, whatever time it takes. */
async function errorOfCommit(ms = 0): Promise<Error | null> {
  let error: Error | null | undefined
  const done = commitOffsets(parts, membership, [{ ...orders, offset: 42 }], signal).then(
    () => (error = null),
    (cause: unknown) => (error = cause as Error),
  )
  await vi.advanceTimersByTimeAsync(ms)
  if (error === undefined) throw new Error('still under way')
  await done
  return error
}

describe('a commit', () => {
  test('is sent in the generation in force', async () => {
    expect(await errorOfCommit()).toBeNull()
    expect(coordinator.sent('OffsetCommit')).toMatchObject([
      {
        groupId: 'g',
        generationId: 1,
        memberId: 'm-1',
        topics: [{ name: 'orders', partitions: [{ partitionIndex: 3, committedOffset: 42 }] }],
      },
    ])
  })

  test.each([ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_NOT_AVAILABLE])(
    'is sent again where the coordinator moved: %i',
    async (code) => {
      coordinator.next('OffsetCommit', refusing(code))
      expect(await errorOfCommit(500)).toBeNull()
      expect([coordinator.forgotten, coordinator.sent('OffsetCommit').length]).toEqual([1, 2])
    },
  )

  test.each([ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION])(
    'of a generation that is over fails for good, and the partitions are lost: %i',
    async (code) => {
      coordinator.next('OffsetCommit', refusing(code))
      const error = await errorOfCommit()
      expect(error).toBeInstanceOf(CommitFailedError)
      expect([isRetriable(error), membership.takeLoss()]).toEqual([false, true])
      expect(await errorOfCommit()).toBeInstanceOf(CommitFailedError)
      expect(coordinator.sent('OffsetCommit')).toHaveLength(1)
    },
  )

  test('amid a rebalance is to be tried after the next poll', async () => {
    coordinator.next('OffsetCommit', refusing(ErrorCode.REBALANCE_IN_PROGRESS))
    const error = await errorOfCommit()
    expect(error).toBeInstanceOf(RebalanceInProgressError)
    expect([isRetriable(error), membership.mustJoin]).toEqual([true, true])
  })

  test('that is refused for a partition names it', async () => {
    coordinator.next('OffsetCommit', refusing(ErrorCode.OFFSET_METADATA_TOO_LARGE))
    expect((await errorOfCommit())?.message).toMatch(/orders-3.*OFFSET_METADATA_TOO_LARGE/)
  })

  test('that is not answered is given up in time, and may be tried again', async () => {
    coordinator.always('OffsetCommit', never)
    const error = await errorOfCommit(60_000)
    expect([isRetriable(error), error?.message]).toEqual([
      true,
      expect.stringContaining('within 60000 ms'),
    ])
  })

  test('of nothing asks nobody', async () => {
    await commitOffsets(parts, membership, [], signal)
    expect(coordinator.sent('OffsetCommit')).toEqual([])
  })
})

describe('committed offsets', () => {
  const found = {
    topics: [
      {
        name: 'orders',
        partitions: [
          {
            partitionIndex: 3,
            committedOffset: 42,
            committedLeaderEpoch: 6,
            metadata: '',
            errorCode: 0,
          },
        ],
      },
    ],
  }

  test.each([
    { code: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, forgotten: 0 },
    { code: ErrorCode.NOT_COORDINATOR, forgotten: 1 },
  ])('are asked for again after $code', async ({ code, forgotten }) => {
    coordinator.next(
      'OffsetFetch',
      () => ({ errorCode: code }),
      () => found,
    )
    const asked = fetchOffsets(parts, [orders], signal)
    await vi.advanceTimersByTimeAsync(500)
    expect([...(await asked)]).toEqual([['orders-3', { offset: 42, leaderEpoch: 6 }]])
    expect(coordinator.forgotten).toBe(forgotten)
    expect(coordinator.sent('OffsetFetch')).toMatchObject([
      {},
      { groupId: 'g', requireStable: true, topics: [{ name: 'orders', partitionIndexes: [3] }] },
    ])
  })

  test('that may not be read are an error', async () => {
    const errorCode = ErrorCode.GROUP_AUTHORIZATION_FAILED
    coordinator.next('OffsetFetch', () => ({ errorCode }))
    await expect(fetchOffsets(parts, [orders], signal)).rejects.toThrow(/offsets of group g/)
  })
})
