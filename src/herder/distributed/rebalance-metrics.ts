import type { Reading } from '../../metrics/groups.ts'
import type { ConnectProtocolVersion } from './connect-protocol.ts'
import type { GroupAssignment } from './worker-group.ts'

/** Times count as the latest for this long, as by the defaults of `metrics.sample.window.ms` and `metrics.num.samples`. */
const windowMs = 60_000

const protocolNames: Readonly<Record<ConnectProtocolVersion, string>> = {
  0: 'EAGER',
  1: 'COMPATIBLE',
  2: 'SESSIONED',
}

interface Rebalance {
  readonly at: number
  readonly ms: number
}

/** How the worker fares in its group. A rebalance is counted from when the worker hears what it has until it acts on it, as by Java. */
export class RebalanceMetrics {
  readonly #clientId: string
  #startedAt: number | null = null
  #completedAt: number | null = null
  #completed = 0
  #times: readonly Rebalance[] = []

  constructor(clientId: string) {
    this.#clientId = clientId
  }

  started(): void {
    this.#startedAt = performance.now()
  }

  completed(): void {
    const now = performance.now()
    const ms = this.#startedAt === null ? 0 : now - this.#startedAt
    this.#startedAt = null
    this.#completedAt = now
    this.#completed++
    this.#times = [...this.#latest(now), { at: now, ms }]
  }

  readings(assignment: GroupAssignment | null): readonly Reading[] {
    const now = performance.now()
    const times = this.#latest(now).map(({ ms }) => ms)
    const sum = times.reduce((total, ms) => total + ms, 0)
    const { work } = assignment ?? {}
    return [
      {
        group: 'workerRebalance',
        tags: {},
        values: {
          'connect-protocol': protocolNames[assignment?.version ?? 0],
          ...(assignment && { 'leader-name': assignment.leaderUrl }),
          epoch: assignment?.generation ?? 0,
          'completed-rebalances-total': this.#completed,
          rebalancing: this.#startedAt === null ? 0 : 1,
          ...(times.length > 0 && {
            'rebalance-max-time-ms': Math.max(...times),
            'rebalance-avg-time-ms': sum / times.length,
          }),
          ...(this.#completedAt !== null && {
            'time-since-last-rebalance-ms': now - this.#completedAt,
          }),
        },
      },
      {
        group: 'coordinator',
        tags: { 'client-id': this.#clientId },
        values: {
          'assigned-connectors': work?.connectors.length ?? 0,
          'assigned-tasks': work?.tasks.length ?? 0,
        },
      },
    ]
  }

  #latest(now: number): readonly Rebalance[] {
    return this.#times.filter(({ at }) => now - at < windowMs)
  }
}
