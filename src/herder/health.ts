import type { State } from './herder.ts'

/** The answer of `GET /connectors/{name}/health`, which is ours. Members in wire order. */

/** When something was, and how long ago. */
export interface Moment {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly age_ms: number
}

/**
 * `starting`: not at work yet, and not for long. `unhealthy`: failed, or stalled, that is: it should move and does not.
 * Paused and stopped is healthy, and so is to wait for records.
 */
export type HealthStatus = 'healthy' | 'starting' | 'unhealthy'

/** What does not move, since when: the plugin call or the stage of a record's way, where one can be named. */
export interface Stall extends Moment {
  readonly stage: string | null
}

/** The plugin thread of a connector or task. */
export interface ThreadHealth {
  readonly name: string
  /** How late its event loop is. */
  readonly late_ms: number
}

export interface Lag extends Moment {
  readonly value: number
  /** What is counted; null where the plugin does not say. */
  readonly unit: string | null
}

interface PartHealth {
  readonly state: State
  readonly worker_id: string
  readonly healthy: boolean
  readonly status: HealthStatus
  /** One sentence; null for what is healthy. */
  readonly reason: string | null
  readonly stalled: Stall | null
  /** The plugin call that is open, however long; a source's poll may be so for ever. */
  readonly call: Stall | null
  readonly thread: ThreadHealth | null
}

export type ConnectorPartHealth = PartHealth

/** Null stands for never, or for what is not known. */
export interface TaskHealth extends PartHealth {
  readonly id: number
  readonly last_record: Moment | null
  readonly last_poll: Moment | null
  /** Of a sink. */
  readonly last_put: Moment | null
  readonly last_commit: Moment | null
  readonly last_error: Moment | null
  readonly lag: Lag | null
}

/** A restart that nobody asked for. */
export interface RestartDone extends Moment {
  /** `connector`, `task 0`. */
  readonly what: readonly string[]
  readonly reason: string
}

export interface RestartHealth {
  /** `errors.restart.policy` */
  readonly policy: string
  /** Since the connector was created. */
  readonly count: number
  readonly attempts_in_window: number
  readonly max_attempts: number
  readonly window_ms: number
  readonly last: RestartDone | null
  readonly next: {
    readonly at: string
    readonly in_ms: number
    readonly what: readonly string[]
  } | null
  /** The latest, oldest first. */
  readonly history: readonly RestartDone[]
}

export interface ConnectorHealth {
  readonly name: string
  readonly type: 'source' | 'sink' | 'unknown'
  readonly healthy: boolean
  readonly status: HealthStatus
  /** One sentence about the worst of it; null where all is healthy. */
  readonly reason: string | null
  readonly checked_at: string
  readonly connector: ConnectorPartHealth
  readonly tasks: readonly TaskHealth[]
  readonly restarts: RestartHealth | null
}
