import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import type { ConfigRecord, SessionKey } from './config-records.ts'

/** Everything the topic of configurations said up to `offset`. It does not change. */
export interface ClusterConfigState {
  /** That of the record after the last one read; -1 before the first. Members of a group compare it. */
  readonly offset: number
  readonly sessionKey: SessionKey | null
  /** By name, in the order in which they were created. */
  readonly connectors: ReadonlyMap<string, ConnectorState>
}

/** What the topic says of one connector. */
export interface ConnectorState {
  readonly config: RawConfig
  readonly targetState: TargetState
  /** By number. Empty where only a part of the last set has been read: nothing of it is to be started. */
  readonly tasks: readonly ConnectorConfig[]
  /** The numbers of these, and of those of earlier sets: as with Java, who has fewer tasks than before is still asked for the others. */
  readonly taskNumbers: ReadonlySet<number>
  /** Counts the sets of task configurations; -1 before the first. */
  readonly generation: number
  /** The connector's configuration when its tasks were last configured; null before. */
  readonly appliedConfig: RawConfig | null
  /** So many tasks of an earlier set may still have transactional producers (KIP-618); null where it was never said. */
  readonly fencedTasks: number | null
  /** Whether tasks have been configured since that was said. */
  readonly needsFencing: boolean
  /** A part of the tasks' configurations is missing. */
  readonly isInconsistent: boolean
}

/** What became of one record, for those who act on it. */
export type ConfigChange =
  | { readonly kind: 'connector-config'; readonly connector: string }
  | { readonly kind: 'connector-removed'; readonly connector: string }
  | { readonly kind: 'task-configs'; readonly connector: string }
  | { readonly kind: 'target-state'; readonly connector: string }
  | { readonly kind: 'session-key'; readonly sessionKey: SessionKey }
  | Extract<ConfigRecord, { readonly kind: 'restart' | 'logger' }>

interface Known {
  config: RawConfig | null
  /** Null where nothing was said: STARTED. */
  targetState: TargetState | null
  tasks: ReadonlyMap<number, ConnectorConfig>
  taskCount: number
  /** Since the last commit record. */
  readonly deferred: Map<number, ConnectorConfig>
  generation: number
  appliedConfig: RawConfig | null
  fencedTasks: number | null
  needsFencing: boolean
  isInconsistent: boolean
  /** All of this as it is told; null since it changed. */
  told: ConnectorState | null
}

/**
 * What the topic of configurations says, record by record, as Java's KafkaConfigBackingStore reads it: task configurations count from
 * their commit record on, and only where the set is whole (invariant 5).
 */
export class ClusterConfig {
  readonly #known = new Map<string, Known>()
  #sessionKey: SessionKey | null = null
  #offset = -1
  #snapshot: ClusterConfigState | null = null

  /** Takes the record at `offset`; null where it changes nothing that anybody acts on. */
  apply(record: ConfigRecord, offset: number): ConfigChange | null {
    this.skip(offset)
    switch (record.kind) {
      case 'connector':
        return this.#connector(record.connector, record.config)
      case 'target-state':
        return this.#targetState(record.connector, record.state)
      case 'task':
        this.#of(record.connector).deferred.set(record.task, record.config)
        return null
      case 'commit':
        return this.#commit(record.connector, record.tasks)
      case 'fencing':
        this.#fencing(record.connector, record.tasks)
        return null
      case 'session-key':
        this.#sessionKey = record.sessionKey
        return { kind: 'session-key', sessionKey: record.sessionKey }
      case 'restart':
      case 'logger':
        return record
    }
  }

  /** The record at `offset` said nothing that is understood. */
  skip(offset: number): void {
    this.#offset = offset + 1
    this.#snapshot = null
  }

  /** The same one as long as nothing has changed. */
  snapshot(): ClusterConfigState {
    return (this.#snapshot ??= this.#taken())
  }

  #taken(): ClusterConfigState {
    const connectors = new Map<string, ConnectorState>()
    for (const [name, known] of this.#known) {
      if (known.config !== null) connectors.set(name, (known.told ??= stateOf(known, known.config)))
    }
    return { offset: this.#offset, sessionKey: this.#sessionKey, connectors }
  }

  #connector(connector: string, config: RawConfig | null): ConfigChange | null {
    const known = this.#of(connector)
    const before = known.config
    known.config = config
    if (config === null) {
      forgetTasks(known)
      return before === null ? null : { kind: 'connector-removed', connector }
    }
    known.targetState ??= 'STARTED'
    return { kind: 'connector-config', connector }
  }

  /** A tombstone of a connector that is still there makes it start. */
  #targetState(connector: string, state: TargetState | null): ConfigChange | null {
    const known = this.#of(connector)
    const before = known.targetState
    known.targetState = state ?? (known.config === null ? null : 'STARTED')
    if (known.config === null || known.targetState === before) return null
    return { kind: 'target-state', connector }
  }

  #commit(connector: string, count: number): ConfigChange | null {
    const known = this.#of(connector)
    if (known.config === null) {
      forgetTasks(known)
      return null
    }
    const { deferred } = known
    known.isInconsistent = !isComplete(deferred, count)
    if (!known.isInconsistent) {
      if (deferred.size > 0) {
        known.tasks = new Map([...known.tasks, ...deferred])
        known.generation++
      }
      known.appliedConfig = known.config
    }
    deferred.clear()
    known.taskCount = count
    known.needsFencing = true
    return { kind: 'task-configs', connector }
  }

  #fencing(connector: string, tasks: number): void {
    const known = this.#of(connector)
    known.fencedTasks = tasks
    known.needsFencing = false
  }

  #of(connector: string): Known {
    const known = this.#known.get(connector) ?? nothingKnown()
    known.told = null
    this.#known.set(connector, known)
    return known
  }
}

function nothingKnown(): Known {
  return {
    config: null,
    targetState: null,
    tasks: new Map(),
    taskCount: 0,
    deferred: new Map(),
    generation: -1,
    appliedConfig: null,
    fencedTasks: null,
    needsFencing: false,
    isInconsistent: false,
    told: null,
  }
}

/** What outlives a deletion, and is there again for a connector of the same name: generation and fencing. */
function forgetTasks(known: Known): void {
  known.tasks = new Map()
  known.taskCount = 0
  known.deferred.clear()
  known.appliedConfig = null
}

function isComplete(deferred: ReadonlyMap<number, ConnectorConfig>, count: number): boolean {
  for (let task = 0; task < count; task++) if (!deferred.has(task)) return false
  return true
}

function stateOf(known: Known, config: RawConfig): ConnectorState {
  const { tasks, taskCount, isInconsistent } = known
  const numbered = [...tasks].filter(([task]) => task < taskCount).sort(([a], [b]) => a - b)
  return {
    config,
    targetState: known.targetState ?? 'STARTED',
    tasks: isInconsistent ? [] : numbered.map(([, each]) => each),
    taskNumbers: new Set(tasks.keys()),
    generation: known.generation,
    appliedConfig: known.appliedConfig,
    fencedTasks: known.fencedTasks,
    needsFencing: known.needsFencing,
    isInconsistent,
  }
}
