import type { Connector, SourceConnectorContext } from '../api/connector.ts'
import type { ConnectorConfig, TargetState } from '../config/types.ts'
import { asError, ConnectError } from '../errors/connect-error.ts'
import type { Logger } from '../util/logger.ts'
import type { PluginCall } from './task.ts'
import { completeTaskConfigs } from './connector-task-configs.ts'

/** What a connector tells whoever runs it. */
export interface ConnectorListener {
  status(state: 'RUNNING' | 'PAUSED' | 'STOPPED'): void
  failed(error: Error): void
}

export interface ConnectorOptions {
  readonly name: string
  readonly connector: Connector
  readonly context: SourceConnectorContext
  readonly config: ConnectorConfig
  readonly listener: ConnectorListener
  readonly logger: Logger
  readonly call: PluginCall
}

interface Transition {
  readonly target: TargetState
  resolve(): void
  reject(error: Error): void
}

/**
 * The life of one connector instance (Java's `WorkerConnector`).
 *
 * INIT ─► STARTED ◄─► PAUSED, STOPPED; PAUSED ◄─► STOPPED     by `transitionTo`; the instance stays the same
 * any  ─► FAILED      start fails, stop for a pause fails, or the connector raises an error
 * FAILED ─► STOPPED   the only way on; all else is refused until the connector is restarted
 *
 * One transition runs at a time and one waits; a newer one takes the waiting one's place.
 */
export class WorkerConnector {
  readonly #options: ConnectorOptions
  #state: 'INIT' | TargetState | 'FAILED' = 'INIT'
  /** `start` was called and `stop` was not. */
  #open = false
  #waiting: Transition | null = null
  #turning: Promise<void> | null = null
  #shutdown: Promise<void> | null = null
  readonly #ended = new AbortController()

  constructor(options: ConnectorOptions) {
    this.#options = options
  }

  /** Gives the connector its context. A failure fails the connector and is thrown. */
  initialize(): void {
    const { connector, context, call } = this.#options
    try {
      void call('initialize', () => connector.initialize(context))
    } catch (error) {
      this.fail(asError(error))
      throw error
    }
  }

  /** Resolves once the connector is in `target`; rejects where it failed, or a newer call took this one's place. */
  transitionTo(target: TargetState): Promise<void> {
    if (this.#shutdown) return Promise.reject(shutDown(target))
    this.#preempt(target)
    return new Promise((resolve, reject) => {
      this.#waiting = { target, resolve, reject }
      this.#turning ??= this.#turn()
    })
  }

  /** The connector's task configurations, with `task.class` and topics filled in. */
  async taskConfigs(maxTasks: number): Promise<ConnectorConfig[]> {
    const { connector, config, call } = this.#options
    const { signal } = this.#ended
    const produced = await call('taskConfigs', () => connector.taskConfigs(maxTasks, signal))
    return call('taskConfigs', () => completeTaskConfigs(connector, config, produced))
  }

  /** The connector is FAILED with `error`, unless it failed before. */
  fail(error: Error): void {
    if (this.#state === 'FAILED' || this.#shutdown) {
      this.#options.logger.error(`${this.#label} failed again, or after it was stopped.`, error)
      return
    }
    this.#state = 'FAILED'
    this.#options.listener.failed(error)
  }

  /** Stops the connector for good; resolves once its `stop` has returned. Never rejects. */
  shutdown(): Promise<void> {
    return (this.#shutdown ??= this.#shutDown())
  }

  async #shutDown(): Promise<void> {
    if (this.#waiting) this.#waiting.reject(shutDown(this.#waiting.target))
    this.#waiting = null
    this.#ended.abort(new ConnectError(`Connector ${this.#options.name} is being stopped.`))
    await this.#turning
    try {
      await this.#stop()
    } catch (error) {
      this.#options.logger.error(`${this.#label} Error while shutting down connector`, error)
    }
  }

  async #turn(): Promise<void> {
    for (let next = this.#waiting; next !== null; next = this.#waiting) {
      this.#waiting = null
      try {
        await this.#apply(next.target)
        next.resolve()
      } catch (error) {
        next.reject(asError(error))
      }
    }
    this.#turning = null
  }

  async #apply(target: TargetState): Promise<void> {
    if (this.#state === 'FAILED' && target !== 'STOPPED') {
      throw new ConnectError(
        `${this.#label} Cannot transition connector to ${target} since it has failed`,
      )
    }
    if (this.#state === target) return
    await (target === 'STARTED' ? this.#start() : this.#suspend(target))
  }

  async #start(): Promise<void> {
    const { connector, config, call, listener, logger } = this.#options
    try {
      this.#open = true
      await call('start', () => connector.start(config, this.#ended.signal))
    } catch (error) {
      logger.error(`${this.#label} Error while starting connector`, error)
      this.fail(asError(error))
      throw error
    }
    // While it started, the connector may have raised an error.
    if (this.#hasFailed()) throw new ConnectError(`${this.#label} failed while it was started.`)
    this.#state = 'STARTED'
    listener.status('RUNNING')
  }

  async #suspend(target: 'PAUSED' | 'STOPPED'): Promise<void> {
    const { listener, logger } = this.#options
    try {
      await this.#stop()
    } catch (error) {
      const doing = target === 'PAUSED' ? 'suspending' : 'stopping'
      logger.error(`${this.#label} Error while ${doing} connector`, error)
      if (target === 'PAUSED') {
        this.fail(asError(error))
        throw error
      }
    }
    if (target === 'PAUSED' && this.#hasFailed()) {
      throw new ConnectError(`${this.#label} failed while it was paused.`)
    }
    this.#state = target
    listener.status(target)
  }

  /** Calls the connector's `stop` if there is something to stop, also after a failure. */
  async #stop(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    const { connector, call } = this.#options
    await call('stop', () => connector.stop(neverAborted))
  }

  #preempt(target: TargetState): void {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.reject(
      new ConnectError(
        `Could not begin changing connector state to ${waiting.target} before another request to change state was made; the new request (which is to change the state to ${target}) has pre-empted this one`,
      ),
    )
  }

  #hasFailed(): boolean {
    return this.#state === 'FAILED'
  }

  get #label(): string {
    return `WorkerConnector{id=${this.#options.name}}`
  }
}

const neverAborted = new AbortController().signal

function shutDown(target: TargetState): ConnectError {
  return new ConnectError(
    `Could not begin changing connector state to ${target} as the connector has been scheduled for shutdown`,
  )
}
