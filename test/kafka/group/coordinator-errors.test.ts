import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import type { Membership } from '../../../src/kafka/group/membership.ts'
import { commitOffsets, fetchOffsets } from '../../../src/kafka/group/group-offsets.ts'
import { ErrorCode, errorInfo } from '../../../src/kafka/protocol/errors.ts'
import { INTERVAL, MAX_POLL, SESSION, make } from './make-membership.ts'
import type { Made } from './make-membership.ts'
import { ScriptedCoordinator } from './scripted-coordinator.ts'

/** What each answer of a coordinator comes to, as Java's ConsumerCoordinator has it. */

let coordinator: ScriptedCoordinator
let made: Made
let membership: Membership
const { signal } = new AbortController()

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  coordinator = new ScriptedCoordinator()
})

afterEach(async () => {
  await membership.leave()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function open(groupInstanceId: string | null = null): void {
  made = make(coordinator, groupInstanceId)
  membership = made.membership
}

async function join(groupInstanceId: string | null = null): Promise<void> {
  open(groupInstanceId)
  membership.startJoin()
  await vi.advanceTimersByTimeAsync(0)
}

/** The error that the next poll throws. */
function thrown(): Error | null {
  try {
    membership.throwError()
    return null
  } catch (error) {
    return error as Error
  }
}

const nameOf = (code: number): string => errorInfo(code).name
const E = ErrorCode

describe('a join that is refused for good', () => {
  test.each([
    { code: E.INVALID_SESSION_TIMEOUT, says: /session.timeout.ms is 45000/ },
    { code: E.INCONSISTENT_GROUP_PROTOCOL, says: /partition.assignment.strategy/ },
    { code: E.GROUP_MAX_SIZE_REACHED, says: /tasks.max.*group.max.size/ },
    { code: E.FENCED_INSTANCE_ID, says: /group.instance.id i-1/ },
    { code: E.GROUP_AUTHORIZATION_FAILED, says: /READ/ },
  ])('fails the next poll, and says what to do: $code', async ({ code, says }) => {
    coordinator.next('JoinGroup', () => ({ errorCode: code }))
    await join('i-1')
    const error = thrown()
    expect(error?.message).toMatch(says)
    expect(error?.message).toContain(nameOf(code))
    expect(error?.message).toContain('Cannot join group g')
    expect([isRetriable(error), membership.generation]).toEqual([false, null])
  })

  test('fails likewise where the assignment is refused', async () => {
    coordinator.next('SyncGroup', () => ({ errorCode: E.FENCED_INSTANCE_ID }))
    await join('i-1')
    expect(thrown()?.message).toMatch(/group.instance.id i-1/)
  })
})

describe('an assignment that is refused', () => {
  test.each([
    { code: E.ILLEGAL_GENERATION, comesBackAs: 'm-1', forgotten: 0, afterMs: 0 },
    { code: E.UNKNOWN_MEMBER_ID, comesBackAs: '', forgotten: 0, afterMs: 0 },
    { code: E.NOT_COORDINATOR, comesBackAs: 'm-1', forgotten: 1, afterMs: 130 },
    { code: E.COORDINATOR_NOT_AVAILABLE, comesBackAs: 'm-1', forgotten: 1, afterMs: 130 },
  ])(
    'has the member join again, once its owner has polled: $code',
    async ({ code, comesBackAs, forgotten, afterMs }) => {
      coordinator.next('SyncGroup', () => ({ errorCode: code }))
      await join()
      expect([membership.mustJoin, membership.generation, thrown()]).toEqual([true, null, null])
      membership.startJoin()
      await vi.advanceTimersByTimeAsync(afterMs)
      expect(coordinator.sent('JoinGroup').map(({ memberId }) => memberId)).toEqual([
        '',
        comesBackAs,
      ])
      expect([membership.generation?.id, coordinator.forgotten]).toEqual([1, forgotten])
    },
  )
})

describe('a heartbeat', () => {
  test.each([
    { code: E.REBALANCE_IN_PROGRESS, lost: false, joins: true, fails: false, forgotten: 0 },
    { code: E.ILLEGAL_GENERATION, lost: true, joins: true, fails: false, forgotten: 0 },
    { code: E.UNKNOWN_MEMBER_ID, lost: true, joins: true, fails: false, forgotten: 0 },
    { code: E.FENCED_INSTANCE_ID, lost: true, joins: true, fails: true, forgotten: 0 },
    { code: E.GROUP_AUTHORIZATION_FAILED, lost: false, joins: false, fails: true, forgotten: 0 },
    { code: E.NOT_COORDINATOR, lost: false, joins: false, fails: false, forgotten: 1 },
    { code: E.COORDINATOR_NOT_AVAILABLE, lost: false, joins: false, fails: false, forgotten: 1 },
    { code: E.COORDINATOR_LOAD_IN_PROGRESS, lost: false, joins: false, fails: false, forgotten: 0 },
  ])('answered $code', async ({ code, lost, joins, fails, forgotten }) => {
    await join('i-1')
    coordinator.next('Heartbeat', () => ({ errorCode: code }))
    await vi.advanceTimersByTimeAsync(INTERVAL)
    const error = thrown()
    expect([membership.takeLoss(), membership.mustJoin, error !== null]).toEqual([
      lost,
      joins,
      fails,
    ])
    expect(error?.message ?? nameOf(code)).toContain(nameOf(code))
    expect(coordinator.forgotten).toBe(forgotten)
  })
})

describe('a commit', () => {
  const orders = { topic: 'orders', partition: 3 }
  const retryBackoff = { firstMs: 100, maxMs: 1000 }
  const options = {
    groupId: 'g',
    groupInstanceId: 'i-1',
    sessionTimeoutMs: SESSION,
    heartbeatIntervalMs: INTERVAL,
    maxPollIntervalMs: MAX_POLL,
    apiTimeoutMs: 60_000,
  }

  async function commit(ms = 2000): Promise<Error | null> {
    const done = commitOffsets(
      { coordinator, options, retryBackoff },
      membership,
      [{ ...orders, offset: 42, metadata: 'mine' }],
      signal,
    ).then(
      () => null,
      (error: unknown) => error as Error,
    )
    await vi.advanceTimersByTimeAsync(ms)
    return await done
  }

  const refuse = (errorCode: number): void => {
    const partitions = [{ partitionIndex: 3, errorCode }]
    coordinator.next('OffsetCommit', () => ({ topics: [{ name: 'orders', partitions }] }))
  }

  test('names its member by instance id, and takes metadata along; the epoch is that of nobody, as a Java worker has it', async () => {
    await join('i-1')
    expect(await commit()).toBeNull()
    const partitions = [
      {
        partitionIndex: 3,
        committedOffset: 42,
        committedLeaderEpoch: -1,
        committedMetadata: 'mine',
      },
    ]
    expect(coordinator.sent('OffsetCommit')).toMatchObject([
      { memberId: 'm-1', groupInstanceId: 'i-1', topics: [{ name: 'orders', partitions }] },
    ])
  })

  test.each([
    { code: E.COORDINATOR_LOAD_IN_PROGRESS, forgotten: 0 },
    { code: E.UNKNOWN_TOPIC_OR_PARTITION, forgotten: 0 },
    { code: E.NOT_COORDINATOR, forgotten: 1 },
    { code: E.COORDINATOR_NOT_AVAILABLE, forgotten: 1 },
    { code: E.REQUEST_TIMED_OUT, forgotten: 1 },
  ])('is sent again after $code', async ({ code, forgotten }) => {
    await join()
    refuse(code)
    expect(await commit()).toBeNull()
    expect([coordinator.sent('OffsetCommit').length, coordinator.forgotten]).toEqual([2, forgotten])
  })

  test.each([
    {
      code: E.REBALANCE_IN_PROGRESS,
      name: 'RebalanceInProgressError',
      retriable: true,
      lost: false,
    },
    { code: E.ILLEGAL_GENERATION, name: 'CommitFailedError', retriable: false, lost: true },
    { code: E.UNKNOWN_MEMBER_ID, name: 'CommitFailedError', retriable: false, lost: true },
    { code: E.FENCED_INSTANCE_ID, name: 'FENCED_INSTANCE_ID', retriable: false, lost: true },
    {
      code: E.GROUP_AUTHORIZATION_FAILED,
      name: 'GROUP_AUTHORIZATION_FAILED',
      retriable: false,
      lost: false,
    },
    {
      code: E.TOPIC_AUTHORIZATION_FAILED,
      name: 'TOPIC_AUTHORIZATION_FAILED',
      retriable: false,
      lost: false,
    },
    {
      code: E.OFFSET_METADATA_TOO_LARGE,
      name: 'OFFSET_METADATA_TOO_LARGE',
      retriable: false,
      lost: false,
    },
  ])('fails once with $name', async ({ code, name, retriable, lost }) => {
    await join('i-1')
    refuse(code)
    const error = await commit()
    expect([error?.name, isRetriable(error), membership.takeLoss()]).toEqual([
      name,
      retriable,
      lost,
    ])
    expect(coordinator.sent('OffsetCommit')).toHaveLength(1)
  })

  test('that is read waits for transactions that hold offsets of the group (KIP-447)', async () => {
    await join()
    const partition = { partitionIndex: 3, committedLeaderEpoch: 2, metadata: '' }
    const answer = (committedOffset: number, errorCode: number): void => {
      const partitions = [{ ...partition, committedOffset, errorCode }]
      coordinator.next('OffsetFetch', () => ({ topics: [{ name: 'orders', partitions }] }))
    }
    answer(-1, E.UNSTABLE_OFFSET_COMMIT)
    answer(-1, E.UNSTABLE_OFFSET_COMMIT)
    answer(7, E.NONE)
    const found = fetchOffsets({ coordinator, options, retryBackoff }, [orders], signal)
    await vi.advanceTimersByTimeAsync(1000)
    expect([...(await found)]).toEqual([['orders-3', { offset: 7, leaderEpoch: 2 }]])
    expect(coordinator.sent('OffsetFetch').map(({ requireStable }) => requireStable)).toEqual([
      ...[true, true, true],
    ])
  })
})

describe('a static member (KIP-345)', () => {
  test('says its instance id with everything it asks, and does not leave where it does not poll', async () => {
    await join('i-1')
    await vi.advanceTimersByTimeAsync(MAX_POLL + 1)
    expect([made.idle.length, membership.takeLoss()]).toEqual([1, true])
    const ids = (['JoinGroup', 'SyncGroup', 'Heartbeat'] as const).flatMap((name) =>
      coordinator.sent(name).map(({ groupInstanceId }) => groupInstanceId),
    )
    expect(new Set(ids)).toEqual(new Set(['i-1']))
    expect(coordinator.sent('LeaveGroup')).toEqual([])
  })
})
