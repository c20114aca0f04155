import { NotFoundError } from '../errors/connect-error.ts'
import { taskIdText } from '../messages/ids.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import { maskSecrets } from '../util/secrets.ts'
import type { ConnectorState, State, TaskState } from './herder.ts'
import type { StatusChange } from './restart-supervisor.ts'

interface Status {
  readonly state: State
  readonly version: string | null
  readonly trace: string | undefined
}

interface ConnectorStatuses {
  connector: Status | undefined
  readonly tasks: Map<number, Status>
}

/** How something failed: as its status shows it, and whether the error may go away. */
export interface StatusFailure {
  readonly trace?: string
  readonly retriable?: boolean
}

/** What the connectors and tasks of one worker are doing, in memory (what the status topic is to a cluster). */
export class Statuses {
  readonly #workerId: string
  readonly #byConnector = new Map<string, ConnectorStatuses>()

  readonly #observer: (change: StatusChange) => void

  /** `workerId` is `host:port` of the advertised listener; `observer` hears of each change when it is there. */
  constructor(workerId: string, observer: (change: StatusChange) => void = () => undefined) {
    this.#workerId = workerId
    this.#observer = observer
  }

  setConnector(
    name: string,
    state: State,
    version: string | null,
    failure: StatusFailure = {},
  ): void {
    this.#entry(name).connector = { state, version, trace: masked(failure.trace) }
    this.#observer(changeOf(name, 'connector', state, failure))
  }

  /** A `version` left out stays as it was: null for a task that never started. */
  setTask(
    id: ConnectorTaskId,
    state: State,
    change: StatusFailure & { readonly version?: string | null },
  ): void {
    const { tasks } = this.#entry(id.connector)
    const version = change.version ?? tasks.get(id.task)?.version ?? null
    tasks.set(id.task, { state, version, trace: masked(change.trace) })
    this.#observer(changeOf(id.connector, id.task, state, change))
  }

  /** Forgets the connector, but not its tasks. */
  removeConnector(name: string): void {
    const entry = this.#byConnector.get(name)
    if (entry) entry.connector = undefined
    this.#observer(changeOf(name, 'connector', null, {}))
    this.#tidy(name)
  }

  removeTask(id: ConnectorTaskId): void {
    this.#byConnector.get(id.connector)?.tasks.delete(id.task)
    this.#observer(changeOf(id.connector, id.task, null, {}))
    this.#tidy(id.connector)
  }

  /** Forgets the connector and its tasks. */
  remove(name: string): void {
    this.#byConnector.delete(name)
  }

  /** Those whose connector has a status. */
  connectors(): readonly string[] {
    return [...this.#byConnector].filter(([, { connector }]) => connector).map(([name]) => name)
  }

  /** Those of which anything is known. */
  names(): readonly string[] {
    return [...this.#byConnector.keys()]
  }

  connectorState(name: string): State | undefined {
    return this.#byConnector.get(name)?.connector?.state
  }

  taskState(id: ConnectorTaskId): State | undefined {
    return this.#byConnector.get(id.connector)?.tasks.get(id.task)?.state
  }

  /** Throws a NotFoundError where nothing is known of it. */
  connector(name: string): ConnectorState {
    const status = this.#byConnector.get(name)?.connector
    if (!status) throw new NotFoundError(`No status found for connector ${name}`)
    return this.#entity(status)
  }

  /** UNASSIGNED where nothing is known of it yet. */
  connectorOrUnassigned(name: string): ConnectorState {
    return this.#entity(this.#byConnector.get(name)?.connector ?? unassigned)
  }

  /** Throws a NotFoundError where nothing is known of it. */
  task(id: ConnectorTaskId): TaskState {
    const status = this.#byConnector.get(id.connector)?.tasks.get(id.task)
    if (!status) throw new NotFoundError(`No status found for task ${taskIdText(id)}`)
    return { id: id.task, ...this.#entity(status) }
  }

  /** UNASSIGNED where nothing is known of it yet: a task has no status until it runs. */
  taskOrUnassigned({ connector, task }: ConnectorTaskId): TaskState {
    const status = this.#byConnector.get(connector)?.tasks.get(task) ?? unassigned
    return { id: task, ...this.#entity(status) }
  }

  /** The tasks of a connector by number. */
  tasks(name: string): TaskState[] {
    const tasks = this.#byConnector.get(name)?.tasks ?? new Map<number, Status>()
    return [...tasks]
      .sort(([a], [b]) => a - b)
      .map(([id, status]) => ({ id, ...this.#entity(status) }))
  }

  #tidy(name: string): void {
    const entry = this.#byConnector.get(name)
    if (entry?.connector === undefined && entry?.tasks.size === 0) this.#byConnector.delete(name)
  }

  #entry(name: string): ConnectorStatuses {
    const entry = this.#byConnector.get(name) ?? { connector: undefined, tasks: new Map() }
    this.#byConnector.set(name, entry)
    return entry
  }

  /** Members in wire order; an empty trace is left out. */
  #entity({ state, version, trace }: Status): ConnectorState {
    const entity = { state, worker_id: this.#workerId, version }
    return trace === undefined || trace === '' ? entity : { ...entity, trace }
  }
}

const unassigned: Status = { state: 'UNASSIGNED', version: null, trace: undefined }

/** Invariant 8: a plugin may throw what it was configured with. */
function masked(trace: string | undefined): string | undefined {
  return trace === undefined ? undefined : maskSecrets(trace)
}

function changeOf(
  connector: string,
  part: StatusChange['part'],
  state: State | null,
  { trace = '', retriable = false }: StatusFailure,
): StatusChange {
  const [reason = ''] = maskSecrets(trace).split('\n')
  return { connector, part, state, reason, retriable }
}
