import { afterEach, expect, test, vi } from 'vitest'
import {
  encodeAssignment,
  encodeMetadata,
} from '../../../src/herder/distributed/connect-protocol.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import type { Work } from '../../../src/herder/distributed/work.ts'
import { WorkerGroup } from '../../../src/herder/distributed/worker-group.ts'
import type { GroupAssignment } from '../../../src/herder/distributed/worker-group.ts'
import type { KafkaClient } from '../../../src/kafka/net/client.ts'
import { ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { WorkerLease } from '../../../src/messages/worker-lease.ts'
import { ClusterConfig } from '../../../src/stores/config/cluster-config.ts'
import { ScriptedCoordinator } from '../../kafka/group/scripted-coordinator.ts'
import { deferred } from '../set-up.ts'

const url = 'http://one:8083/'
const groups: WorkerGroup[] = []
afterEach(async () => {
  await Promise.all(groups.splice(0).map((group) => group.leave()))
})

const eventually = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 30_000, interval: 5 })

/** Connectors a and b, without tasks. */
function configured() {
  const cluster = new ClusterConfig()
  for (const [offset, connector] of ['a', 'b'].entries()) {
    cluster.apply({ kind: 'connector', connector, config: { name: connector } }, offset)
  }
  return cluster.snapshot()
}

/** A worker `m-1` of a group whose coordinator is the test, served as by its owner. */
function start(revoked: (work: Work) => Promise<void> = () => Promise.resolve()) {
  const coordinator = new ScriptedCoordinator()
  const lease = new WorkerLease()
  const assigned: GroupAssignment[] = []
  const open = { isStopping: false, served: 0 }
  const client = {
    options: { retryBackoff: { firstMs: 1, maxMs: 10 } },
    coordinators: { find: () => Promise.resolve(1), forget: () => undefined },
    send: (_node: number, _purpose: string, ...sent: Parameters<ScriptedCoordinator['send']>) =>
      coordinator.send(...sent),
    opened: () => undefined,
  } as unknown as KafkaClient
  let serving = Promise.resolve()
  const serve = (): void => {
    serving = serving.then(async () => {
      await group.serve()
      open.served = assigned.length
    })
  }
  const configs = configured()
  const options = { groupId: 'g', groupInstanceId: null, sessionTimeoutMs: 60_000 }
  const group = new WorkerGroup({
    ...{ client, url, lease, mode: 'sessioned', maxDelayMs: 0, notify: serve },
    options: { ...options, heartbeatIntervalMs: 10, maxPollIntervalMs: 60_000 },
    configs: { joined: () => configs, fresh: () => configs },
    isDrained: () => false,
    isStopping: () => open.isStopping,
    listener: {
      revoked,
      lost: () => Promise.resolve(),
      assigned: (assignment) => {
        assigned.push(assignment)
        return Promise.resolve()
      },
    },
  })
  groups.push(group)
  return { group, coordinator, lease, assigned, open, serve }
}

const joined = { protocolType: 'connect', protocolName: 'sessioned' }
const assignment = (assigned: readonly string[], revoked: readonly string[]) => ({
  ...joined,
  assignment: encodeAssignment({
    ...{ version: 2, error: 0, leader: 'm-2', leaderUrl: 'http://two:8083/', configOffset: 2 },
    ...{ assigned: { ...noWork, connectors: assigned }, delayMs: 0 },
    revoked: { ...noWork, connectors: revoked },
  }),
})

test('a leader that cannot join while something still stops knows who runs what until then', async () => {
  const { group, coordinator, open, serve } = start()
  const other = encodeMetadata({ url: 'http://two:8083/', configOffset: 0, assignment: null }, 2)
  coordinator.next('JoinGroup', () => ({ errorCode: ErrorCode.MEMBER_ID_REQUIRED }))
  coordinator.always('JoinGroup', ({ protocols }) => ({
    ...joined,
    leader: 'm-1',
    members: [
      { memberId: 'm-1', groupInstanceId: null, metadata: protocols[0]?.metadata ?? other },
      { memberId: 'm-2', groupInstanceId: null, metadata: other },
    ],
  }))
  coordinator.always('SyncGroup', ({ assignments }) => {
    const own = assignments.find(({ memberId }) => memberId === 'm-1')
    return { ...joined, assignment: own?.assignment ?? Buffer.alloc(0) }
  })
  serve()
  await eventually(() => expect(open.served).toBe(1))
  const owners = (): readonly (string | null)[] => ['a', 'b'].map((name) => group.ownerUrl(name))
  expect([...owners()].sort()).toEqual([url, 'http://two:8083/'])
  const before = owners()
  open.isStopping = true
  group.requestRejoin('the test wants it')
  expect(owners()).toEqual(before)
  open.isStopping = false
  expect(owners()).toEqual([null, null])
})

test('a worker that comes back is served at once, and may act when what it has to give up has stopped', async () => {
  const stopping = deferred()
  const { group, coordinator, lease, assigned, open, serve } = start(() => stopping.promise)
  coordinator
    .next('JoinGroup', () => joined)
    .next('SyncGroup', () => assignment(['a', 'b'], []))
    .next('JoinGroup', () => ({ ...joined, generationId: 2 }))
    .next('SyncGroup', () => assignment([], ['a']))
  serve()
  await eventually(() => expect(lease.held).toBe(true))
  coordinator.next('Heartbeat', () => ({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID }))
  await eventually(() => expect(open.served).toBe(2))
  expect(assigned[1]).toMatchObject({ generation: 2, work: { ...noWork, connectors: ['b'] } })
  expect([group.generation, lease.held]).toEqual([2, false])
  // More heartbeats are confirmed, which change nothing.
  const beats = coordinator.sent('Heartbeat').length
  await eventually(() => expect(coordinator.sent('Heartbeat').length).toBeGreaterThan(beats + 1))
  expect(lease.held).toBe(false)
  stopping.resolve()
  await eventually(() => expect(lease.held).toBe(true))
})
