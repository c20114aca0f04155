import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { ClusterConfigState, ConnectorState } from '../../stores/config/cluster-config.ts'
import { OwnedConnector } from './owned-connector.ts'
import type { OwnedServices } from './owned-services.ts'
import { OwnedTask } from './owned-task.ts'
import type { TaskWish } from './owned-task.ts'
import { noWork, workSet } from './work.ts'
import type { Work, WorkSet } from './work.ts'
import type { GroupAssignment } from './worker-group.ts'

export interface OwnedWorkParts {
  readonly services: OwnedServices
  readonly snapshot: () => ClusterConfigState
  /** The worker's place in the group, while it has one that it may act on. */
  readonly settled: () => GroupAssignment | null
  /** Whether tasks of another set than the newest must not go on even where nothing of them has changed (KIP-618). */
  readonly transactions: {
    isGenerationBound(config: ConnectorState['config']): boolean
  }
  /** Called when `isStopping` has come to its end. */
  readonly onStopped: () => void
}

/**
 * What the group has given to this worker, and what becomes of it: at any time what runs is brought in line with what is assigned
 * and what is configured. A task is stopped where it is no longer either, or its configuration has changed, and for nothing else.
 */
export class OwnedWork {
  readonly #parts: OwnedWorkParts
  readonly #connectors = new Map<string, OwnedConnector>()
  readonly #tasks = new Map<string, OwnedTask>()
  #assigned: WorkSet = workSet(noWork)
  /** Tasks that stop because their configuration has changed, or is gone. */
  #stopping = 0
  /**
   * By connector, what an assignment must have been made from before its changed tasks start. All workers that had read of the change when they
   * joined have stopped the old ones by then. An assignment is made from the newest that one of them had read, so one that was joining before it
   * read may still be stopping its own, as among Java's workers.
   */
  readonly #barriers = new Map<string, number>()
  /** What the restarts know of each connector that has something here. */
  readonly #known = new Map<string, Pick<ConnectorState, 'config' | 'targetState'>>()

  constructor(parts: OwnedWorkParts) {
    this.#parts = parts
  }

  connector(name: string): OwnedConnector | undefined {
    return this.#connectors.get(name)
  }

  task(id: ConnectorTaskId): OwnedTask | undefined {
    return this.#tasks.get(taskIdText(id))
  }

  hasConnector(name: string): boolean {
    return this.#assigned.connectors.has(name)
  }

  hasTask(id: ConnectorTaskId): boolean {
    return this.#assigned.tasks.has(taskIdText(id))
  }

  /** Whether the connector or one of its tasks is this worker's. */
  has(name: string): boolean {
    if (this.hasConnector(name)) return true
    for (const { id } of this.#tasks.values()) {
      if (id.connector === name && this.hasTask(id)) return true
    }
    return false
  }

  /** What runs here, is started or being stopped. */
  running(): Work {
    const connectors = [...this.#connectors.values()].filter(({ isHere }) => isHere)
    const tasks = [...this.#tasks.values()].filter(({ isHere }) => isHere)
    return { connectors: connectors.map(({ name }) => name), tasks: tasks.map(({ id }) => id) }
  }

  assigned({ work }: GroupAssignment): void {
    this.#assigned = workSet(work)
    for (const name of work.connectors) this.#ensureConnector(name)
    for (const id of work.tasks) this.#ensureTask(id)
    this.align()
  }

  /** Resolves once nothing of it runs any more. */
  async revoked({ connectors, tasks }: Work): Promise<void> {
    for (const name of connectors) this.#assigned.connectors.delete(name)
    for (const id of tasks) this.#assigned.tasks.delete(taskIdText(id))
    await Promise.all([
      ...connectors.map((name) => this.#connectors.get(name)?.want(null)),
      ...tasks.map((id) => this.task(id)?.want(null)),
    ])
    this.#tidy()
  }

  /** The connector's configuration has been written, be it the same. */
  connectorWritten(name: string): void {
    this.#connectors.get(name)?.rewritten()
    this.align(name)
  }

  /** The connector has another set of tasks: those that differ start once the group has been rebalanced for it. */
  tasksChanged(connector: string): void {
    this.#barriers.set(connector, this.#parts.snapshot().offset)
  }

  /** Whether tasks of an old configuration still stop: others may be about to start what does their work in the new one. */
  get isStopping(): boolean {
    return this.#stopping > 0
  }

  /** Brings what runs in line; of one connector where it is named. Waits for nothing. */
  align(only?: string): void {
    const { connectors: configured } = this.#parts.snapshot()
    const names = new Set(
      only === undefined ? [...this.#connectors.keys(), ...this.#taskOwners()] : [only],
    )
    for (const name of names) {
      if (!configured.has(name)) this.#barriers.delete(name)
      this.#alignRestarts(name, configured.get(name))
    }
    for (const [name, unit] of only === undefined ? this.#connectors : this.#named(only)) {
      this.#alignConnector(unit, configured.get(name))
    }
    for (const unit of this.#tasks.values()) {
      if (names.has(unit.id.connector)) this.#alignTask(unit, configured.get(unit.id.connector))
    }
    this.#tidy()
  }

  /** Ends every wait for a plugin. */
  abandon(reason: Error): void {
    for (const unit of [...this.#connectors.values(), ...this.#tasks.values()]) unit.abandon(reason)
  }

  #alignConnector(unit: OwnedConnector, state: ConnectorState | undefined): void {
    if (state === undefined || !this.hasConnector(unit.name)) {
      background(unit.want(null))
      return
    }
    // Invariant 4: who has no place in the group starts nothing.
    if (this.#parts.settled() === null) return
    const { config, targetState } = state
    background(unit.want({ config, targetState }))
  }

  #alignTask(unit: OwnedTask, state: ConnectorState | undefined): void {
    const wish = this.hasTask(unit.id) ? this.#taskWish(unit.id, state) : null
    if (wish === null) {
      this.#stopTask(unit)
      return
    }
    if (unit.runsWith(wish)) {
      background(unit.want(wish))
      return
    }
    const settled = this.#parts.settled()
    const barrier = this.#barriers.get(unit.id.connector) ?? -1
    const mayStart = settled !== null && settled.configOffset >= barrier
    if (mayStart) background(unit.want(wish))
    else if (unit.isHere) this.#stopTask(unit)
  }

  #stopTask(unit: OwnedTask): void {
    this.#stopping++
    background(
      unit.want(null).finally(() => {
        this.#stopping--
        if (this.#stopping === 0) this.#parts.onStopped()
      }),
    )
  }

  #taskWish({ task }: ConnectorTaskId, state: ConnectorState | undefined): TaskWish | null {
    const config = state?.tasks[task]
    if (state === undefined || config === undefined || state.targetState === 'STOPPED') return null
    const { targetState, generation, config: connectorConfig, appliedConfig } = state
    const madeFrom = appliedConfig ?? connectorConfig
    const isBound = this.#parts.transactions.isGenerationBound(madeFrom)
    const stored = { connectorConfig, madeFrom, config, taskCount: state.tasks.length }
    return { ...stored, targetState, generation: isBound ? generation : 0 }
  }

  /** A new configuration begins with a whole budget of restarts. */
  #alignRestarts(name: string, state: ConnectorState | undefined): void {
    const { restarts, expiries } = this.#parts.services
    const known = this.#known.get(name)
    if (state === undefined || !this.has(name)) {
      if (known === undefined) return
      this.#known.delete(name)
      restarts.forget(name)
      expiries.forget(name)
      return
    }
    if (known?.config === state.config && known.targetState === state.targetState) return
    this.#known.set(name, state)
    const isWanted = state.targetState === 'STARTED'
    if (known?.config === state.config) restarts.setWanted(name, isWanted)
    else {
      restarts.renewed(name, isWanted)
      expiries.forget(name)
    }
  }

  #named(name: string): (readonly [string, OwnedConnector])[] {
    const unit = this.#connectors.get(name)
    return unit ? [[name, unit]] : []
  }

  #taskOwners(): string[] {
    return Array.from(this.#tasks.values(), ({ id }) => id.connector)
  }

  #ensureConnector(name: string): void {
    if (this.#connectors.has(name)) return
    this.#connectors.set(name, new OwnedConnector(name, this.#parts.services))
  }

  #ensureTask(id: ConnectorTaskId): void {
    const name = taskIdText(id)
    if (!this.#tasks.has(name)) this.#tasks.set(name, new OwnedTask(id, this.#parts.services))
  }

  /** What is neither assigned nor on its way out is forgotten. */
  #tidy(): void {
    for (const [name, unit] of this.#connectors) {
      if (!unit.isHere && !this.hasConnector(name)) this.#connectors.delete(name)
    }
    for (const [name, unit] of this.#tasks) {
      if (!unit.isHere && !this.hasTask(unit.id)) this.#tasks.delete(name)
    }
  }
}

/** What goes wrong with a unit is in its status. */
function background(work: Promise<void>): void {
  void work
}
