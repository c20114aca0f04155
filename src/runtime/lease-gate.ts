import type { WorkerLease } from '../messages/worker-lease.ts'
import { delay } from '../util/abort.ts'
import type { Logger } from '../util/logger.ts'

/** How often it is looked whether a lease that was over is extended. */
const recheckMs = 50

/** What stands between a task and the world while the worker's lease is over (invariant 4). Asked once a batch. */
export class LeaseGate {
  readonly #lease: WorkerLease
  readonly #logger: Logger

  constructor(lease: WorkerLease, logger: Logger) {
    this.#lease = lease
    this.#logger = logger
  }

  /** Whether the task may act now. */
  get held(): boolean {
    return this.#lease.held
  }

  /** Waits until the task may act; false where it `stops` first. */
  async regained(stops: () => boolean): Promise<boolean> {
    if (this.held) return true
    this.#logger.warn(
      'The worker has heard nothing from its group for a session: the task waits, and sends, puts and commits nothing until it has.',
    )
    while (!this.#lease.held) {
      if (stops()) return false
      await delay(recheckMs)
    }
    this.#logger.info('The worker belongs to its group: the task goes on.')
    return true
  }
}
