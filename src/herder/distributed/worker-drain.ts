import type { Drain, DrainView } from '../herder.ts'
import type { ClusterMembership } from './cluster-membership.ts'
import { isNothing } from './work.ts'
import type { Work } from './work.ts'

export interface WorkerDrainParts {
  readonly membership: Pick<ClusterMembership, 'isDrained' | 'isRelieved' | 'setDrained'>
  /** What runs here, is started or being stopped. */
  readonly running: () => Work
}

/**
 * Gives what a worker runs to the others of its cluster. It is not remembered: a worker that is restarted takes work again.
 *
 * active ─► draining ─► drained     nothing is assigned to it, and nothing runs here any more
 * any ─► active                     by `end`
 */
export class WorkerDrain implements Drain {
  readonly #parts: WorkerDrainParts

  constructor(parts: WorkerDrainParts) {
    this.#parts = parts
  }

  begin(): DrainView {
    this.#parts.membership.setDrained(true)
    return this.view()
  }

  end(): DrainView {
    this.#parts.membership.setDrained(false)
    return this.view()
  }

  view(): DrainView {
    const { membership } = this.#parts
    const running = this.#parts.running()
    const state = !membership.isDrained
      ? 'active'
      : membership.isRelieved && isNothing(running)
        ? 'drained'
        : 'draining'
    return { state, message: messages[state], ...running }
  }
}

const messages: Readonly<Record<DrainView['state'], string>> = {
  active: 'Worker takes connectors and tasks.',
  draining:
    'Worker is being drained: its connectors and tasks are given to the others of its cluster.',
  drained:
    'Worker is drained: it takes no connectors or tasks until DELETE /admin/drain, or a restart.',
}
