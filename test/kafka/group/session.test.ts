import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CommitFailedError } from '../../../src/kafka/group/errors.ts'
import type { Membership } from '../../../src/kafka/group/membership.ts'
import { PollInterval } from '../../../src/kafka/group/poll-interval.ts'
import { Session } from '../../../src/kafka/group/session.ts'
import { thisMoment } from '../../../src/util/moment.ts'
import { INTERVAL, MAX_POLL, SESSION, make as makeOf, sleep } from './make-membership.ts'
import type { Made } from './make-membership.ts'
import { ScriptedCoordinator, never } from './scripted-coordinator.ts'

let coordinator: ScriptedCoordinator
const open: Membership[] = []

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  coordinator = new ScriptedCoordinator()
})

afterEach(async () => {
  for (const membership of open.splice(0)) await membership.leave()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function make(): Made {
  const made = makeOf(coordinator)
  open.push(made.membership)
  return made
}

async function joined(): Promise<Made> {
  const made = make()
  made.membership.startJoin()
  await vi.advanceTimersByTimeAsync(0)
  expect(made.membership.takeJoined()).not.toBeNull()
  return made
}

describe('the session of a member', () => {
  test.each([
    { clock: 'the monotonic clock', passed: [SESSION, 0] },
    { clock: 'the wall clock alone, as after a suspend', passed: [0, SESSION] },
  ])(
    'that slept for a session by $clock has lost everything, with no timer fired yet',
    async (c) => {
      const { membership } = await joined()
      sleep(c.passed)
      expect(() => membership.committing()).toThrow(CommitFailedError)
      expect([membership.holds, membership.takeLoss()]).toEqual([false, true])
    },
  )

  test('that slept for less goes on, and so does one whose wall clock was set back', async () => {
    const { membership } = await joined()
    sleep([SESSION - 1, -10 * SESSION])
    expect([membership.holds, membership.hasLoss]).toEqual([true, false])
  })

  test('is not saved by an answer that has waited for it while it slept', async () => {
    const { membership } = await joined()
    const answers: (() => void)[] = []
    const later = (): Promise<object> => new Promise((done) => answers.push(() => done({})))
    coordinator.next('Heartbeat', later)
    await vi.advanceTimersByTimeAsync(INTERVAL)
    sleep([SESSION, SESSION])
    for (const answer of answers) answer()
    await Promise.resolve()
    expect(membership.holds).toBe(false)
  })

  test('that slept while its assignment was on the way does not begin with it', async () => {
    const answers: (() => void)[] = []
    coordinator.next('SyncGroup', () => new Promise((done) => answers.push(() => done({}))))
    const { membership } = make()
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    sleep([SESSION, SESSION])
    for (const answer of answers) answer()
    await vi.advanceTimersByTimeAsync(0)
    expect([membership.generation, membership.takeLoss()]).toEqual([null, true])
    expect([membership.takeJoined(), membership.mustJoin]).toEqual([null, true])
  })

  test('that joins for longer than a session keeps its partitions and reads nothing, until it knows', async () => {
    const { membership } = await joined()
    membership.requestRejoin('the test wants it')
    let answer: (() => void) | undefined
    coordinator.next('JoinGroup', () => new Promise((done) => (answer = () => done({}))))
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(SESSION - 1)
    expect(membership.isUncertain).toBe(false)
    await vi.advanceTimersByTimeAsync(2)
    expect([membership.isUncertain, membership.hasLoss]).toEqual([true, false])
    answer?.()
    await vi.advanceTimersByTimeAsync(0)
    expect([membership.isUncertain, membership.hasLoss]).toEqual([false, false])
    expect(membership.takeJoined()).not.toBeNull()
  })

  test('that must know while it joins has lost everything, and begins with what the join brings', async () => {
    const { membership } = await joined()
    membership.requestRejoin('the test wants it')
    let answer: (() => void) | undefined
    coordinator.next('JoinGroup', () => new Promise((done) => (answer = () => done({}))))
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(SESSION + 1)
    expect([membership.holds, membership.takeLoss()]).toEqual([false, true])
    answer?.()
    await vi.advanceTimersByTimeAsync(0)
    expect([membership.takeJoined() !== null, membership.mustJoin]).toEqual([true, false])
  })
})

test.each([2 ** 31 - 1, 2 ** 31])(
  'limits of %i ms, which no timer takes, cost no more than others, and hold',
  async (longest) => {
    const set = vi.spyOn(globalThis, 'setTimeout')
    let over = 0
    const session = new Session(longest, () => over++)
    session.watch(thisMoment())
    const polls = new PollInterval(longest, () => over++)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([over, set.mock.calls.length]).toEqual([0, 2])
    await vi.advanceTimersByTimeAsync(longest - 60_002)
    expect(over).toBe(0)
    await vi.advanceTimersByTimeAsync(10)
    expect(over).toBe(2)
    polls.close()
  },
)

describe('a member whose owner does not poll', () => {
  test('that has not polled for too long leaves, and has lost everything', async () => {
    const { membership } = await joined()
    await vi.advanceTimersByTimeAsync(MAX_POLL - INTERVAL)
    expect(membership.hasLoss).toBe(false)
    await vi.advanceTimersByTimeAsync(2 * INTERVAL)
    expect(membership.takeLoss()).toBe(true)
    expect(coordinator.sent('LeaveGroup')).toMatchObject([{ members: [{ memberId: 'm-1' }] }])
    expect(() => membership.committing()).toThrow(CommitFailedError)
  })

  test('tells once that nobody polls, in the group or out of it, and again after the next poll', async () => {
    const made = await joined()
    coordinator.always('Heartbeat', never)
    await vi.advanceTimersByTimeAsync(SESSION + 2)
    expect([made.membership.takeLoss(), made.idle]).toEqual([true, []])
    await vi.advanceTimersByTimeAsync(3 * MAX_POLL)
    expect(made.idle).toHaveLength(1)
    made.membership.setPolling(true)
    made.membership.setPolling(false)
    await vi.advanceTimersByTimeAsync(MAX_POLL + 2)
    expect(made.idle).toHaveLength(2)
    expect(coordinator.sent('LeaveGroup')).toEqual([])
  })

  test('does not count against its owner what the process was stopped for', async () => {
    const made = await joined()
    await vi.advanceTimersByTimeAsync(MAX_POLL - INTERVAL)
    sleep([MAX_POLL, MAX_POLL])
    await vi.advanceTimersByTimeAsync(INTERVAL + 1)
    expect(made.idle).toEqual([])
  })

  test('that nobody polled for leaves as soon as it has joined, and joins again with the next poll', async () => {
    const made = await joined()
    const { membership } = made
    membership.requestRejoin('the test wants it')
    let answer: (() => void) | undefined
    coordinator.next('JoinGroup', () => new Promise((done) => (answer = () => done({}))))
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(MAX_POLL + 2)
    expect([made.idle.length, coordinator.sent('LeaveGroup').length]).toEqual([1, 0])
    answer?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(coordinator.sent('LeaveGroup')).toMatchObject([{ members: [{ memberId: 'm-1' }] }])
    expect([membership.takeLoss(), membership.mustJoin]).toEqual([true, true])
    membership.setPolling(true)
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect(membership.takeJoined()).not.toBeNull()
  })

  test('may take as long as it likes within a poll', async () => {
    const { membership } = await joined()
    membership.setPolling(true)
    await vi.advanceTimersByTimeAsync(MAX_POLL * 2)
    membership.setPolling(false)
    await vi.advanceTimersByTimeAsync(MAX_POLL - INTERVAL)
    expect(membership.hasLoss).toBe(false)
  })
})
