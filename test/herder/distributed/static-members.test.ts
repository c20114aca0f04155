import { expect, test } from 'vitest'
import { ConnectGroupProtocol } from '../../../src/herder/distributed/connect-group-protocol.ts'
import {
  decodeAssignment,
  encodeMetadata,
} from '../../../src/herder/distributed/connect-protocol.ts'
import type { WorkerAssignment } from '../../../src/herder/distributed/connect-protocol.ts'
import { IncrementalAssignor } from '../../../src/herder/distributed/incremental-assignor.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import type { Work } from '../../../src/herder/distributed/work.ts'
import type { ClusterConfigState } from '../../../src/stores/config/cluster-config.ts'

const connectors = new Map(['a', 'b'].map((name) => [name, { tasks: [{}] }]))
const configs = { offset: 1, connectors } as unknown as ClusterConfigState

const holding = (assigned: Work): WorkerAssignment => ({
  ...{ version: 2, error: 0, leader: 'm', leaderUrl: 'http://m/', configOffset: 1 },
  ...{ assigned, revoked: noWork, delayMs: 0 },
})

/** What the only worker is told that has connector a and its task, where b is new. */
async function told(
  groupInstanceId: string | null,
  keepsAssignment = false,
): Promise<WorkerAssignment | null> {
  const held = holding({ connectors: ['a'], tasks: [{ connector: 'a', task: 0 }] })
  const protocol = new ConnectGroupProtocol({
    mode: 'sessioned',
    url: 'http://m/',
    configs: { joined: () => configs, fresh: () => configs },
    assignor: new IncrementalAssignor({ maxDelayMs: 0, now: () => 0 }),
    isDrained: () => false,
    held: () => held,
    lastGeneration: () => -1,
    memberId: () => 'm',
  })
  const metadata = encodeMetadata({ url: 'http://m/', configOffset: 1, assignment: held }, 2)
  const assignments = await protocol.assign({
    ...{ protocolName: 'sessioned', generationId: 1, keepsAssignment },
    members: [{ memberId: 'm', groupInstanceId, metadata }],
  })
  const bytes = assignments.get('m')
  return bytes === undefined ? null : decodeAssignment(bytes)
}

const ofB = { connectors: ['b'], tasks: [{ connector: 'b', task: 0 }] }

test('a static member is told all that it has, so that it can go on with it after a restart', async () => {
  const assignment = await told('worker-1')
  expect(assignment?.isWhole).toBe(true)
  expect([...(assignment?.assigned.connectors ?? [])].sort()).toEqual(['a', 'b'])
  expect(assignment?.assigned.tasks).toHaveLength(2)
})

test('any other is told what is new, in Java’s bytes', async () => {
  const assignment = await told(null)
  expect(assignment?.isWhole).toBeUndefined()
  expect(assignment?.assigned).toEqual(ofB)
})

test('a leader that was restarted decides nothing by what it does not know', async () => {
  expect(await told('worker-1', true)).toBeNull()
})
