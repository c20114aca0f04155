import { asError } from '../../errors/connect-error.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { StoredStatus } from '../../stores/status/status-records.ts'
import type { StatusTable } from '../../stores/status/status-table.ts'
import { timeLimit } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { State } from '../herder.ts'
import { Statuses } from '../statuses.ts'
import type { StatusFailure } from '../statuses.ts'
import type { StatusChange } from '../restart-supervisor.ts'
import type { StatusStore } from './options.ts'
import type { Work } from './work.ts'

const log = createLogger('org.apache.kafka.connect.storage.KafkaStatusBackingStore')

export interface ClusterStatusesParts {
  readonly store: StatusStore
  readonly workerId: string
  /** Of the group, as this worker knows it last. */
  readonly generation: () => number
  /** Whether there is such a connector, or task of it: what is deleted has no status. */
  readonly exists: (connector: string, task?: number) => boolean
  readonly observer: (change: StatusChange) => void
}

/** How long it may take to say something again. */
const repeatMs = 60_000

/** What may come later than another worker's word on the same thing. */
const lateStates: ReadonlySet<State> = new Set(['UNASSIGNED', 'FAILED'])

/** What this worker says its connectors and tasks are doing, in the cluster's topic of statuses. */
export class ClusterStatuses {
  /** What runs here. */
  readonly own: Statuses
  readonly #parts: ClusterStatusesParts

  constructor(parts: ClusterStatusesParts) {
    this.#parts = parts
    this.own = new Statuses(parts.workerId, parts.observer)
  }

  /** What all workers say. */
  get table(): StatusTable {
    return this.#parts.store.table
  }

  setConnector(
    connector: string,
    state: State,
    version: string | null,
    failure: StatusFailure = {},
  ): void {
    const { own } = this
    own.setConnector(connector, state, version, failure)
    const { trace = null } = own.connector(connector)
    if (state === 'UNASSIGNED') own.removeConnector(connector)
    if (!this.#parts.exists(connector)) return
    const status = this.#status(state, version, trace)
    this.#put({ kind: 'connector', connector, status }, state)
  }

  /** A `version` left out stays as it was. */
  setTask(
    id: ConnectorTaskId,
    state: State,
    change: StatusFailure & { readonly version?: string | null } = {},
  ): void {
    const { own } = this
    own.setTask(id, state, change)
    const { trace = null, version } = own.task(id)
    if (state === 'UNASSIGNED') own.removeTask(id)
    const { connector, task } = id
    if (!this.#parts.exists(connector, task)) return
    const status = this.#status(state, version, trace)
    this.#put({ kind: 'task', connector, task, status }, state)
  }

  /**
   * Says again what is this worker's and another one's by what the topic says: that one has had it in between, and given it up. What
   * is this worker's `membership` says once there is a place in the group. Never rejects.
   */
  async repeat(
    membership: { untilSettled(signal: AbortSignal): Promise<{ readonly work: Work }> },
    signal: AbortSignal,
  ): Promise<void> {
    using limit = timeLimit(repeatMs, signal)
    try {
      await this.#parts.store.refresh(limit.signal)
      // Invariant 4: while that was read the place may have been lost once more, and another worker may have more to say.
      const { work } = await membership.untilSettled(limit.signal)
      for (const name of work.connectors) this.#repeatConnector(name)
      for (const id of work.tasks) this.#repeatTask(id)
    } catch (error) {
      if (!signal.aborted) log.warn(`What runs here is not told anew: ${asError(error).message}`)
    }
  }

  /** Of a connector that is there no more. */
  destroyConnector(connector: string): void {
    for (const task of this.table.tasks(connector).keys()) this.destroyTask({ connector, task })
    this.#parts.store.put({ kind: 'connector', connector, status: null })
  }

  destroyTask({ connector, task }: ConnectorTaskId): void {
    this.#parts.store.put({ kind: 'task', connector, task, status: null })
  }

  #repeatConnector(connector: string): void {
    const { own } = this
    if (own.connectorState(connector) === undefined || !this.#parts.exists(connector)) return
    if (this.#isOwn(this.table.connector(connector))) return
    const { state, version, trace = null } = own.connector(connector)
    this.#put({ kind: 'connector', connector, status: this.#status(state, version, trace) }, state)
  }

  #repeatTask(id: ConnectorTaskId): void {
    const { own } = this
    const { connector, task } = id
    if (own.taskState(id) === undefined || !this.#parts.exists(connector, task)) return
    if (this.#isOwn(this.table.task(connector, task))) return
    const { state, version, trace = null } = own.task(id)
    const status = this.#status(state, version, trace)
    this.#put({ kind: 'task', connector, task, status }, state)
  }

  #isOwn(said: StoredStatus | null): boolean {
    return said?.workerId === this.#parts.workerId
  }

  #status(state: State, version: string | null, trace: string | null): StoredStatus {
    const { workerId, generation } = this.#parts
    return { state, trace, workerId, generation: generation(), version }
  }

  #put(record: Parameters<StatusStore['put']>[0], state: State): void {
    const { store } = this.#parts
    if (lateStates.has(state)) store.putSafe(record)
    else store.put(record)
  }
}
