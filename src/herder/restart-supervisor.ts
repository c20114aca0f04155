import { restartSettings } from '../config/restart-keys.ts'
import type { RestartSettings } from '../config/restart-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { asError } from '../errors/connect-error.ts'
import { isAbortOf } from '../util/abort.ts'
import type { Logger } from '../util/logger.ts'
import type { State } from './herder.ts'
import type { RestartPlan } from './restart-plan.ts'
import { attemptsInWindow, nextAttemptAt, restartsAfter } from './restart-policy.ts'

/** Of a connector, what can fail and be restarted: itself, or a task by its number. */
export type ConnectorPart = 'connector' | number

/** A part has come into a state; `reason` and `retriable` tell of a failure. */
export interface StatusChange {
  readonly connector: string
  readonly part: ConnectorPart
  /** Null where the part is there no more. */
  readonly state: State | null
  readonly reason: string
  readonly retriable: boolean
}

export interface RestartAttempt {
  /** In ms since the epoch. */
  readonly at: number
  readonly parts: readonly ConnectorPart[]
  /** What had failed, and how. */
  readonly reason: string
}

/** What the supervisor has done for a connector and is about to do. */
export interface RestartView {
  readonly settings: RestartSettings
  /** Restarts since the connector was created. */
  readonly total: number
  readonly inWindow: number
  /** The latest of them, oldest first. */
  readonly history: readonly RestartAttempt[]
  readonly next: { readonly at: number; readonly parts: readonly ConnectorPart[] } | null
}

export interface Clock {
  /** In ms since the epoch. */
  now(): number
  /** Rejects with the signal's reason when it aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export interface SupervisorOptions {
  /** The worker's file, for connectors that do not say. */
  readonly workerConfig: ConnectorConfig
  /** Restarts these parts; resolves once that is done or under way. */
  readonly restart: (connector: string, plan: RestartPlan) => Promise<void>
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly log: Logger
}

interface Failure {
  readonly reason: string
  readonly retriable: boolean
}

interface Supervised {
  settings: RestartSettings
  /** Whether it is meant to run. */
  wanted: boolean
  readonly failed: Map<ConnectorPart, Failure>
  attempts: readonly number[]
  total: number
  history: readonly RestartAttempt[]
  next: { readonly at: number; readonly abort: AbortController } | null
}

/** Attempts that are remembered of each connector. */
const historyLength = 20
/** Timers wait no longer at once. */
const longestWaitMs = 2 ** 31 - 1

/**
 * Starts again what has failed, where `errors.restart.policy` says so. One restart of a connector covers all its
 * parts that have failed until then, and is one attempt of the connector's budget. Until then their status stays FAILED.
 *
 * idle ─► waiting   a part has failed, and the connector is meant to run
 * waiting ─► idle   a pause, a stop, a deletion; nothing has failed any more; a request resets it
 * waiting ─► restarting ─► idle or waiting
 */
export class RestartSupervisor {
  readonly #options: SupervisorOptions
  readonly #connectors = new Map<string, Supervised>()
  readonly #background = new Set<Promise<void>>()
  readonly #stopped = new AbortController()

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** The connector is created or has a new configuration: it begins with a whole budget. */
  renewed(name: string, wanted: boolean): void {
    const entry = this.#connectors.get(name)
    if (entry) {
      entry.wanted = wanted
      this.reset(name)
      return
    }
    this.#connectors.set(name, {
      settings: restartSettings(this.#options.workerConfig, {}),
      wanted,
      failed: new Map(),
      attempts: [],
      total: 0,
      history: [],
      next: null,
    })
  }

  /** The configuration it is started with, variables resolved. */
  configured(name: string, config: ConnectorConfig): void {
    const entry = this.#connectors.get(name)
    if (!entry) return
    entry.settings = restartSettings(this.#options.workerConfig, config)
    this.#replan(name, entry)
  }

  /** It is meant to run, or not: paused or stopped nothing of it is restarted. */
  setWanted(name: string, wanted: boolean): void {
    const entry = this.#connectors.get(name)
    if (!entry) return
    entry.wanted = wanted
    this.#replan(name, entry)
  }

  /** Somebody has asked for a restart: what comes after that begins with a whole budget. */
  reset(name: string): void {
    const entry = this.#connectors.get(name)
    if (!entry) return
    entry.attempts = []
    this.#replan(name, entry)
  }

  forget(name: string): void {
    this.#connectors.get(name)?.next?.abort.abort(superseded)
    this.#connectors.delete(name)
  }

  statusChanged({ connector, part, state, reason, retriable }: StatusChange): void {
    const entry = this.#connectors.get(connector)
    if (!entry) return
    if (state === 'FAILED') entry.failed.set(part, { reason, retriable })
    else entry.failed.delete(part)
    this.#plan(connector, entry)
  }

  view(name: string): RestartView | null {
    const entry = this.#connectors.get(name)
    if (!entry) return null
    const { settings, attempts, total, history, next } = entry
    const inWindow = attemptsInWindow(settings, attempts, this.#options.clock.now()).length
    const planned = next && { at: next.at, parts: partsToRestart(entry) }
    return { settings, total, inWindow, history, next: planned }
  }

  /** Restarts nothing any more; resolves once none is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort(superseded)
    await Promise.all(this.#background)
  }

  #replan(name: string, entry: Supervised): void {
    entry.next?.abort.abort(superseded)
    entry.next = null
    this.#plan(name, entry)
  }

  #plan(name: string, entry: Supervised): void {
    if (this.#stopped.signal.aborted || this.#connectors.get(name) !== entry) return
    if (!entry.wanted || partsToRestart(entry).length === 0) {
      entry.next?.abort.abort(superseded)
      entry.next = null
      return
    }
    if (entry.next) return
    const now = this.#options.clock.now()
    entry.attempts = attemptsInWindow(entry.settings, entry.attempts, now)
    const at = nextAttemptAt(entry.settings, entry.attempts, now, this.#options.random())
    const abort = new AbortController()
    entry.next = { at, abort }
    const job = this.#restartAt(at, name, entry, abort.signal)
    this.#background.add(job)
    void job.finally(() => this.#background.delete(job))
  }

  /** Never rejects. */
  async #restartAt(
    at: number,
    name: string,
    entry: Supervised,
    superseding: AbortSignal,
  ): Promise<void> {
    const { clock, log } = this.#options
    const signal = AbortSignal.any([superseding, this.#stopped.signal])
    try {
      for (let left = at - clock.now(); left > 0; left = at - clock.now()) {
        await clock.wait(Math.min(left, longestWaitMs), signal)
      }
      signal.throwIfAborted()
      await this.#restart(name, entry)
    } catch (error) {
      if (isAbortOf(signal, error)) return
      log.warn(
        `Restarting what failed of connector ${name} did not work: ${asError(error).message}`,
      )
    }
    entry.next = entry.next?.abort.signal === superseding ? null : entry.next
    this.#plan(name, entry)
  }

  async #restart(name: string, entry: Supervised): Promise<void> {
    const { clock, log, restart } = this.#options
    const parts = partsToRestart(entry)
    const attempt = { at: clock.now(), parts, reason: reasonOf(entry, parts) }
    entry.attempts = [...entry.attempts, attempt.at]
    entry.total++
    entry.history = [...entry.history, attempt].slice(-historyLength)
    const what = parts.map(partText).join(', ')
    log.info(`Restarting what failed of connector ${name} (${what}): ${attempt.reason}`)
    const tasks = parts.filter((part) => part !== 'connector')
    await restart(name, { connector: parts.includes('connector'), tasks })
  }
}

/** `connector`, `task 0`. */
export function partText(part: ConnectorPart): string {
  return part === 'connector' ? 'connector' : `task ${part}`
}

const superseded = new Error('The restart is not wanted any more.')

function partsToRestart({ settings, failed }: Supervised): readonly ConnectorPart[] {
  const parts = [...failed].filter(([, failure]) => restartsAfter(settings, failure))
  return parts.map(([part]) => part)
}

/** One of several stands for all. */
function reasonOf({ failed }: Supervised, [first]: readonly ConnectorPart[]): string {
  if (first === undefined) return ''
  return `${partText(first)}: ${failed.get(first)?.reason ?? ''}`
}
