import { afterEach, describe, expect, test, vi } from 'vitest'
import { ClusterMembership } from '../../../src/herder/distributed/cluster-membership.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import type { GroupAssignment } from '../../../src/herder/distributed/worker-group.ts'
import { ClusterConfig } from '../../../src/stores/config/cluster-config.ts'
import { FakeGroupMember } from '../../support/fake-group-member.ts'

const started: ClusterMembership[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((membership) => membership.stop()))
})

interface Scene {
  readonly membership: ClusterMembership
  /** The members that were made, the newest last. */
  readonly members: readonly FakeGroupMember[]
  /** The one in force. */
  readonly group: () => FakeGroupMember
  /** What was told to be acted on. */
  readonly told: readonly GroupAssignment[]
  readonly revoked: () => number
  readonly reads: () => number
  /** Has the next reads of the topic fail, or find records up to an offset. */
  readonly reading: { fails: boolean; finds: number }
}

/** A worker that has read up to offset 10. */
function start(): Scene {
  const cluster = new ClusterConfig()
  cluster.skip(9)
  const members: FakeGroupMember[] = []
  const told: GroupAssignment[] = []
  const reading = { fails: false, finds: 10 }
  let revoked = 0
  let reads = 0
  const membership = new ClusterMembership({
    group: (needs) => {
      const member = new FakeGroupMember(needs)
      members.push(member)
      return member
    },
    configs: {
      snapshot: () => cluster.snapshot(),
      refresh: () => {
        reads++
        if (reading.fails) return Promise.reject(new Error('There is no broker.'))
        cluster.skip(reading.finds - 1)
        return Promise.resolve(cluster.snapshot())
      },
    },
    workerId: 'here:8083',
    settings: { syncTimeoutMs: 20, unsyncBackoffMs: 20, rebalanceTimeoutMs: 60_000 },
    work: {
      revoked: () => {
        revoked++
        return Promise.resolve()
      },
      assigned: (assignment) => told.push(assignment),
      isStopping: () => false,
      returned: () => undefined,
    },
  })
  started.push(membership)
  membership.start()
  const group = (): FakeGroupMember => {
    const last = members.at(-1)
    if (last === undefined) throw new Error('There is no member.')
    return last
  }
  return { membership, members, group, told, reading, revoked: () => revoked, reads: () => reads }
}

const signal = AbortSignal.timeout(60_000)
const patience = { timeout: 30_000, interval: 5 }
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, patience)

describe('an assignment', () => {
  test('is acted on at once where its configurations have been read', async () => {
    const { membership, group, told, reads } = start()
    group().assign({ configOffset: 10 })
    expect(await membership.untilSettled(signal)).toMatchObject({ generation: 1 })
    expect(told).toHaveLength(1)
    expect(reads()).toBe(0)
    expect(group().rejoins).toEqual([])
  })

  test('is acted on once its configurations are read', async () => {
    const { membership, group, told, reading, reads } = start()
    reading.finds = 12
    group().assign({ configOffset: 12 })
    await membership.untilSettled(signal)
    expect([told.length, reads()]).toEqual([1, 1])
  })

  test('is acted on where more has been read than it was made from: nothing in it is less true', async () => {
    const { membership, group, reads } = start()
    group().assign({ configOffset: 8 })
    await membership.untilSettled(signal)
    expect([reads(), group().rejoins]).toEqual([0, []])
  })

  test.each([
    { what: 'leads', isLeader: true },
    { what: 'follows', isLeader: false },
  ])('that names nothing has a worker that $what read and join again', async ({ isLeader }) => {
    const { membership, group, told, reads } = start()
    group().assign({ failed: true, isLeader, configOffset: 12 })
    await eventually(() => expect(group().rejoins).toHaveLength(1))
    expect([told.length, reads() > 0, membership.settled]).toEqual([0, true, null])
  })

  test('that took something away is followed by another one at once', async () => {
    const { membership, group, told } = start()
    group().assign({ wasRevoked: true })
    await membership.untilSettled(signal)
    await eventually(() => expect(group().rejoins).toHaveLength(1))
    expect(told).toHaveLength(1)
  })

  test('that asks for a rebalance later gets it then', async () => {
    const { membership, group } = start()
    const before = performance.now()
    group().assign({ delayMs: 100 })
    await membership.untilSettled(signal)
    await eventually(() => expect(group().rejoins).toHaveLength(1))
    expect(performance.now() - before).toBeGreaterThanOrEqual(99)
  })
})

describe('a worker that cannot read the configurations of its assignment', () => {
  test('tries again, and stays in the group', async () => {
    const { membership, group, members, reading, reads } = start()
    reading.fails = true
    group().assign({ configOffset: 12 })
    await eventually(() => expect(reads()).toBeGreaterThan(1))
    reading.fails = false
    reading.finds = 12
    await membership.untilSettled(signal)
    expect(members).toHaveLength(1)
  })

  test('leaves what it has to others after five attempts, and comes back', async () => {
    const { membership, members, group, reading, revoked } = start()
    reading.fails = true
    group().assign({ configOffset: 12 })
    await eventually(() => expect(members).toHaveLength(2))
    expect([members[0]?.hasLeft, revoked(), membership.settled]).toEqual([true, 1, null])
    reading.fails = false
    group().assign({ configOffset: 10 })
    await membership.untilSettled(signal)
  })

  test('leaves at once where the group speaks eager: it has given up everything anyway', async () => {
    const { members, group, reading, reads } = start()
    reading.fails = true
    group().assign({ configOffset: 12, version: 0 })
    await eventually(() => expect(members).toHaveLength(2))
    expect(reads()).toBe(1)
  })
})

test('a worker that has lost its place has none until it is told of another one', async () => {
  const { membership, group } = start()
  group().assign()
  await membership.untilSettled(signal)
  group().lose()
  expect(membership.settled).toBeNull()
  const waiting = membership.untilSettled(signal)
  group().assign({ generation: 7, isLeader: false })
  expect(await waiting).toMatchObject({ generation: 7, isLeader: false })
})

test('what is waited for ends with the request', async () => {
  const { membership } = start()
  const abort = new AbortController()
  const waiting = membership.untilSettled(abort.signal)
  abort.abort(new Error('The client is gone.'))
  await expect(waiting).rejects.toThrow('The client is gone.')
})

test('what no joining helps against is said until it is over', async () => {
  const { membership, group } = start()
  group().fail(new Error('Not authorized to access group connect.'))
  await eventually(() => {
    expect(membership.problem).toBe('Not authorized to access group connect.')
  })
  group().assign({ work: noWork })
  await membership.untilSettled(signal)
  await eventually(() => expect(membership.problem).toBeNull())
})
