import { vi } from 'vitest'
import type { LeaderTask } from '../../../src/kafka/group/join-exchange.ts'
import { Membership } from '../../../src/kafka/group/membership.ts'
import type { ScriptedCoordinator } from './scripted-coordinator.ts'

export const INTERVAL = 3000
export const SESSION = 45_000
export const MAX_POLL = 300_000

export interface Made {
  readonly membership: Membership
  readonly memberIds: string[]
  readonly decided: LeaderTask[]
  readonly idle: number[]
  notified: number
}

/** A membership that has joined nothing yet. Its owner makes it leave. */
export function make(
  coordinator: ScriptedCoordinator,
  groupInstanceId: string | null = null,
): Made {
  const memberIds: string[] = []
  const decided: LeaderTask[] = []
  const idle: number[] = []
  const membership = new Membership({
    coordinator,
    protocol: {
      type: 'consumer',
      protocols: (generation) => [{ name: 'range', metadata: Buffer.from(`held ${generation}`) }],
      assign: (task) => {
        decided.push(task)
        const all = task.keepsAssignment ? [] : [['m-1', Buffer.from('mine')] as const]
        return Promise.resolve(new Map(all))
      },
    },
    options: {
      groupId: 'g',
      groupInstanceId,
      sessionTimeoutMs: SESSION,
      heartbeatIntervalMs: INTERVAL,
      maxPollIntervalMs: MAX_POLL,
    },
    retryBackoff: { firstMs: 100, maxMs: 1000 },
    notify: () => made.notified++,
    onMemberId: (id) => memberIds.push(id),
    onIdle: (ms) => idle.push(ms),
  })
  const made: Made = { membership, memberIds, decided, idle, notified: 0 }
  return made
}

/** The clocks move on, monotonic and wall, and no timer has fired: as when the process was stopped. */
export function sleep([monotonicMs = 0, wallMs = 0]: readonly number[]): void {
  const [now, today] = [performance.now.bind(performance), Date.now.bind(Date)]
  vi.spyOn(performance, 'now').mockImplementation(() => now() + monotonicMs)
  vi.spyOn(Date, 'now').mockImplementation(() => today() + wallMs)
}
