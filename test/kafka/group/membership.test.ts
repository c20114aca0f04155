import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CommitFailedError, RebalanceInProgressError } from '../../../src/kafka/group/errors.ts'
import type { Membership } from '../../../src/kafka/group/membership.ts'
import { DisconnectError } from '../../../src/kafka/net/errors.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { INTERVAL, MAX_POLL, SESSION, make as makeOf } from './make-membership.ts'
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

function make(groupInstanceId: string | null = null): Made {
  const made = makeOf(coordinator, groupInstanceId)
  open.push(made.membership)
  return made
}

async function joined(groupInstanceId: string | null = null): Promise<Made> {
  const made = make(groupInstanceId)
  made.membership.startJoin()
  await vi.advanceTimersByTimeAsync(0)
  expect(made.membership.takeJoined()).not.toBeNull()
  return made
}

describe('joining', () => {
  test('a new member comes back with the id it is given, which is told at once', async () => {
    const { MEMBER_ID_REQUIRED } = ErrorCode
    coordinator.next('JoinGroup', () => ({ errorCode: MEMBER_ID_REQUIRED, memberId: 'm-1' }), never)
    const { membership, memberIds } = make()
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect(memberIds).toEqual(['m-1'])
    expect(coordinator.sent('JoinGroup')).toMatchObject([
      { groupId: 'g', memberId: '', sessionTimeoutMs: SESSION, rebalanceTimeoutMs: MAX_POLL },
      { groupId: 'g', memberId: 'm-1', protocols: [{ name: 'range' }] },
    ])
  })

  test('an answer makes a generation, and something to serve', async () => {
    const { membership, notified } = make()
    expect(membership.mustJoin).toBe(true)
    coordinator.next('JoinGroup', () => ({ generationId: 7 }))
    membership.startJoin()
    expect([membership.mustJoin, membership.generation]).toEqual([false, null])
    await vi.advanceTimersByTimeAsync(0)
    const generation = { id: 7, memberId: 'm-1', protocolName: 'range', isLeader: false }
    expect(membership.takeJoined()).toEqual({ generation, assignment: Buffer.from('assigned') })
    expect(membership.takeJoined()).toBeNull()
    expect(membership.generation).toEqual(generation)
    expect(notified).toBe(0)
  })

  test('the leader decides for all, a follower for no one', async () => {
    const members = [{ memberId: 'm-1', groupInstanceId: null, metadata: Buffer.from('a') }]
    coordinator.next('JoinGroup', () => ({ leader: 'm-1', members }))
    const { membership, decided } = await joined()
    expect(decided).toEqual([
      { protocolName: 'range', generationId: 1, members, keepsAssignment: false },
    ])
    membership.requestRejoin('the test wants it')
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect(decided).toHaveLength(1)
    expect(coordinator.sent('SyncGroup').map(({ assignments }) => assignments)).toEqual([
      [{ memberId: 'm-1', assignment: Buffer.from('mine') }],
      [],
    ])
  })

  test('a leader that is told to leave the assignment as it is tells nobody anything, and knows the group', async () => {
    const members = [{ memberId: 'm-1', groupInstanceId: 'static', metadata: Buffer.from('a') }]
    coordinator.next('JoinGroup', () => ({ leader: 'm-1', skipAssignment: true, members }))
    const { decided } = await joined('static')
    expect(decided).toEqual([
      { protocolName: 'range', generationId: 1, members, keepsAssignment: true },
    ])
    expect(coordinator.sent('SyncGroup').map(({ assignments }) => assignments)).toEqual([[]])
  })

  test('where the group moved on before the assignment came, it joins again without waiting for a poll, and keeps its id', async () => {
    coordinator.next('SyncGroup', () => ({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS }))
    const { membership } = make()
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect([membership.mustJoin, membership.hasLoss]).toEqual([false, false])
    expect(coordinator.sent('JoinGroup').map(({ memberId }) => memberId)).toEqual(['', 'm-1'])
    await vi.advanceTimersByTimeAsync(INTERVAL)
    expect(coordinator.sent('Heartbeat')).toHaveLength(1)
    expect(membership.generation?.id).toBe(1)
  })

  test.each([
    { code: ErrorCode.NOT_COORDINATOR, forgotten: 1 },
    { code: ErrorCode.COORDINATOR_NOT_AVAILABLE, forgotten: 1 },
    { code: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, forgotten: 0 },
  ])('error $code is tried again after a pause', async ({ code, forgotten }) => {
    coordinator.next('JoinGroup', () => ({ errorCode: code, memberId: '' }))
    const { membership } = make()
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect([membership.mustJoin, coordinator.forgotten]).toEqual([true, forgotten])
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(50)
    expect(coordinator.sent('JoinGroup')).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(100)
    expect(membership.generation?.id).toBe(1)
  })

  test('a connection that breaks is tried again; what no waiting helps against is thrown', async () => {
    const broken = (): Promise<never> => Promise.reject(new DisconnectError('gone'))
    const forbidden = ErrorCode.GROUP_AUTHORIZATION_FAILED
    coordinator.next('JoinGroup', broken, () => ({ errorCode: forbidden }))
    const { membership } = make()
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect(() => membership.throwError()).not.toThrow()
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(200)
    expect(() => membership.throwError()).toThrow(/Cannot join group g.*GROUP_AUTHORIZATION_FAILED/)
  })

  test('meanwhile no heartbeat is sent, and no offset may be committed', async () => {
    const { membership } = await joined()
    membership.requestRejoin('the test wants it')
    coordinator.next('JoinGroup', never)
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(SESSION * 2)
    expect(coordinator.sent('Heartbeat')).toEqual([])
    expect(() => membership.committing()).toThrow(RebalanceInProgressError)
    expect(membership.hasLoss).toBe(false)
  })
})

describe('a member', () => {
  test('sends a heartbeat every interval, whether it polls or not', async () => {
    const { membership } = await joined()
    await vi.advanceTimersByTimeAsync(INTERVAL * 4 + 1)
    const beat = { groupId: 'g', generationId: 1, memberId: 'm-1', groupInstanceId: null }
    expect(coordinator.sent('Heartbeat')).toEqual([beat, beat, beat, beat])
    expect(membership.hasLoss).toBe(false)
  })

  test('told of a rebalance is to join, and may commit until it does', async () => {
    const made = await joined()
    const { membership } = made
    made.notified = 0
    coordinator.next('Heartbeat', () => ({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS }))
    await vi.advanceTimersByTimeAsync(INTERVAL)
    expect([membership.mustJoin, made.notified > 0]).toEqual([true, true])
    expect(membership.committing().id).toBe(1)
    await vi.advanceTimersByTimeAsync(SESSION * 2)
    expect(membership.hasLoss).toBe(false)
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect(coordinator.sent('JoinGroup').at(-1)?.protocols[0]?.metadata.toString()).toBe('held 1')
  })

  test.each([
    { code: ErrorCode.UNKNOWN_MEMBER_ID, comesBackAs: '' },
    { code: ErrorCode.ILLEGAL_GENERATION, comesBackAs: 'm-1' },
  ])('answered $code has lost everything', async ({ code, comesBackAs }) => {
    const { membership } = await joined()
    coordinator.next('Heartbeat', () => ({ errorCode: code }))
    await vi.advanceTimersByTimeAsync(INTERVAL)
    expect(() => membership.committing()).toThrow(CommitFailedError)
    expect([membership.takeLoss(), membership.takeLoss()]).toEqual([true, false])
    await vi.advanceTimersByTimeAsync(INTERVAL * 3)
    expect(coordinator.sent('Heartbeat')).toHaveLength(1)
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect(coordinator.sent('JoinGroup').at(-1)?.memberId).toBe(comesBackAs)
    expect(membership.generation).not.toBeNull()
  })

  test('refused when it joins again has lost what it held', async () => {
    const { membership } = await joined()
    membership.requestRejoin('the test wants it')
    coordinator.next('JoinGroup', () => ({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID }))
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    expect([membership.takeLoss(), membership.mustJoin]).toEqual([true, true])
  })

  test('knows by its own clock when its session is over, counted from the last heartbeat confirmed', async () => {
    const made = await joined()
    const { membership } = made
    await vi.advanceTimersByTimeAsync(INTERVAL)
    made.notified = 0
    coordinator.always('Heartbeat', never)
    await vi.advanceTimersByTimeAsync(SESSION - 1)
    expect(membership.generation).not.toBeNull()
    await vi.advanceTimersByTimeAsync(2)
    expect([membership.generation, made.notified]).toEqual([null, 1])
    expect(() => membership.committing()).toThrow(CommitFailedError)
    expect(membership.takeLoss()).toBe(true)
  })

  test('goes on where the coordinator answers again in time, or is another one', async () => {
    const { membership } = await joined()
    const broken = (): Promise<never> => Promise.reject(new DisconnectError('gone'))
    const moved = (): { errorCode: number } => ({ errorCode: ErrorCode.NOT_COORDINATOR })
    coordinator.next('Heartbeat', broken, moved)
    await vi.advanceTimersByTimeAsync(INTERVAL + 250)
    expect(coordinator.forgotten).toBe(1)
    expect(coordinator.sent('Heartbeat')).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(SESSION * 2)
    expect(membership.hasLoss).toBe(false)
  })

  test('whose instance id another one took is told so', async () => {
    const { membership } = await joined('static')
    coordinator.next('Heartbeat', () => ({ errorCode: ErrorCode.FENCED_INSTANCE_ID }))
    await vi.advanceTimersByTimeAsync(INTERVAL)
    expect(membership.takeLoss()).toBe(true)
    expect(() => membership.throwError()).toThrow(/FENCED_INSTANCE_ID/)
  })
})

describe('leaving', () => {
  test('tells the coordinator, and is the end of heartbeats', async () => {
    const { membership } = await joined()
    await membership.leave()
    await vi.advanceTimersByTimeAsync(SESSION)
    expect(coordinator.log.map(({ name }) => name)).toEqual([
      'JoinGroup',
      'SyncGroup',
      'LeaveGroup',
    ])
  })

  test('a static member just goes: it is expected back', async () => {
    const { membership } = await joined('static')
    await membership.leave()
    expect(coordinator.sent('LeaveGroup')).toEqual([])
  })

  test('does not wait for a join, on whose connection it would stand behind', async () => {
    const { MEMBER_ID_REQUIRED } = ErrorCode
    coordinator.next('JoinGroup', () => ({ errorCode: MEMBER_ID_REQUIRED, memberId: 'm-9' }), never)
    const { membership } = make()
    membership.startJoin()
    await vi.advanceTimersByTimeAsync(0)
    await membership.leave()
    expect(coordinator.disconnects).toBe(1)
    expect(coordinator.sent('LeaveGroup')).toMatchObject([{ members: [{ memberId: 'm-9' }] }])
  })

  test('ends in time where the coordinator does not answer', async () => {
    const { membership } = await joined()
    coordinator.next('LeaveGroup', never)
    const left = membership.leave()
    await vi.advanceTimersByTimeAsync(5000)
    await expect(left).resolves.toBeUndefined()
  })
})
