import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { ConnectError, asError } from '../../errors/connect-error.ts'
import { RestError } from '../../errors/rest-error.ts'
import { abortable } from '../../util/abort.ts'
import { SerialQueue } from '../../util/serial-queue.ts'
import type { Trouble } from '../health-verdict.ts'
import { connectorVersionOf, failureOf, resolveConfig } from '../lifecycle-services.ts'
import { TaskConfiguration } from '../task-configuration.ts'
import { keepVariables, sameConfig } from '../task-configs.ts'
import { OvertakenError, givenUp } from './overtaken-error.ts'
import type { OwnedServices } from './owned-services.ts'

/** For so long after the first attempt, that the leader does not know the key of a request is a matter of reading. */
const keyRotationMs = 60_000

/** What a connector of this worker is to be. */
export interface ConnectorWish {
  /** As stored. */
  readonly config: RawConfig
  readonly targetState: TargetState
}

/** What its tasks are made from. */
interface TaskSource {
  /** As stored. */
  readonly raw: RawConfig
  /** Variables resolved. */
  readonly config: ConnectorConfig
}

/**
 * A connector that the group has given to this worker. What concerns it runs in one chain, each step of which makes it what it
 * is to be by then; a newer wish ends what an older one waits for in a plugin.
 */
export class OwnedConnector {
  readonly name: string
  readonly #services: OwnedServices
  readonly #chain = new SerialQueue()
  readonly #taskConfiguration: TaskConfiguration<TaskSource>
  #wish: ConnectorWish | null = null
  /** What the worker runs; null where it knows nothing of the connector. */
  #placed: ConnectorWish | null = null
  /** Set until it is started with what was written. */
  #isRewritten = false
  /** Set from its own failure until it is started again, or stopped. */
  #failed = false
  #generation = new AbortController()

  constructor(name: string, services: OwnedServices) {
    this.name = name
    this.#services = services
    this.#taskConfiguration = new TaskConfiguration({
      ...{ connector: name, services, chain: this.#chain },
      wanted: () => this.#wish?.targetState === 'STARTED' && this.#placed !== null && !this.#failed,
      source: (signal) => this.#source(signal),
      place: (wanted, { raw }, signal) => {
        const configs = wanted.map((task) => keepVariables(raw, task))
        return services.publish(name, raw, configs, signal)
      },
      isPassing: (error, sinceMs) => isKeyRotation(error) && sinceMs < keyRotationMs,
      fail: (error) => this.#fail(error),
    })
  }

  /** Whether it runs, or is meant to. */
  get isHere(): boolean {
    return this.#wish !== null || this.#placed !== null || this.#chain.size > 0
  }

  get trouble(): Trouble | null {
    return this.#taskConfiguration.trouble
  }

  /** Its configuration has been written anew: as by Java it is started again by the next wish, though nothing in it differs. */
  rewritten(): void {
    this.#isRewritten = this.#wish !== null
  }

  /** Resolves once it is so, or a newer wish has overtaken this one; what goes wrong is in its status. */
  async want(wish: ConnectorWish | null): Promise<void> {
    const before = this.#wish
    if (isSame(before, wish) && !this.#isRewritten) {
      if (wish === null) await this.#chain.idle()
      return
    }
    this.#wish = wish
    const goesOn = before !== null && wish !== null && sameConfig(before.config, wish.config)
    if (!goesOn || this.#isRewritten) this.#supersede(wish === null)
    const { signal } = this.#generation
    await this.#inTurn(signal, () => this.#become(signal)).catch((error: unknown) => {
      if (signal.aborted) return
      this.#services.log.error(`Failed to start, stop or change connector ${this.name}.`, error)
    })
  }

  /** Stops it and starts it again; rejects where it does not start. */
  async restart(before: () => void = () => undefined): Promise<void> {
    const wish = this.#wish
    if (wish === null) return
    this.#supersede(false)
    const { signal } = this.#generation
    await this.#inTurn(signal, async () => {
      await this.#stop()
      signal.throwIfAborted()
      before()
      await this.#start(this.#wish ?? wish, signal)
      await this.#configureTasks(signal)
    })
  }

  /** Restarts it where it is still failed when its turn comes, or whatever it is: nobody has asked for it, so it overtakes no one. */
  restartQuietly(isStillWanted: () => boolean): Promise<void> {
    return this.#chain.run(async () => {
      const { signal } = this.#generation
      const isOver = (): boolean => signal.aborted
      if (this.#wish === null || isOver() || !isStillWanted()) return
      await this.#stop()
      if (isOver()) return
      await this.#start(this.#wish, signal)
      await this.#configureTasks(signal)
    })
  }

  requestTaskReconfiguration(): void {
    this.#taskConfiguration.request(this.#generation.signal)
  }

  /** It has failed: its tasks go on, but are not asked for again. */
  connectorFailed(): void {
    this.#failed = true
  }

  /** Ends every wait for a plugin; the worker itself is stopped by whoever owns it. */
  abandon(reason: Error): void {
    this.#generation.abort(reason)
  }

  #supersede(isGivenUp: boolean): void {
    this.#taskConfiguration.supersede()
    const message = `A later request for connector ${this.name} has overtaken this one before it was done.`
    this.#generation.abort(isGivenUp ? givenUp() : new OvertakenError(message))
    this.#generation = new AbortController()
  }

  #inTurn(signal: AbortSignal, job: () => Promise<void>): Promise<void> {
    return this.#chain.run(() => {
      signal.throwIfAborted()
      return job()
    })
  }

  async #become(signal: AbortSignal): Promise<void> {
    const wish = this.#wish
    const placed = this.#placed
    if (wish === null) {
      await this.#stop()
      this.#giveUp()
      return
    }
    if (placed === null || this.#isRewritten || !sameConfig(placed.config, wish.config)) {
      this.#isRewritten = false
      await this.#stop()
      signal.throwIfAborted()
      await this.#start(wish, signal)
    } else if (placed.targetState !== wish.targetState) await this.#setState(wish, signal)
    await this.#configureTasks(signal)
  }

  /** Where that fails it has been logged, and is done again later. */
  async #configureTasks(signal: AbortSignal): Promise<void> {
    await this.#taskConfiguration.apply(signal).catch(() => undefined)
  }

  async #start(wish: ConnectorWish, signal: AbortSignal): Promise<void> {
    const { worker, restarts, untilSettled } = this.#services
    const { config } = await this.#source(signal)
    await untilSettled(signal)
    signal.throwIfAborted()
    restarts.configured(this.name, config)
    this.#placed = wish
    this.#failed = false
    try {
      await abortable(worker.startConnector(this.name, config, wish.targetState), signal)
    } catch (cause) {
      if (signal.aborted) throw cause
      this.#fail(cause)
      throw new ConnectError(`Failed to start connector: ${this.name}`, { cause })
    }
  }

  async #stop(): Promise<void> {
    if (this.#placed === null) return
    await this.#services.worker.stopConnector(this.name)
    this.#placed = null
  }

  async #setState(wish: ConnectorWish, signal: AbortSignal): Promise<void> {
    const { worker, statuses } = this.#services
    this.#placed = wish
    try {
      await abortable(worker.setConnectorState(this.name, wish.targetState), signal)
    } catch (error) {
      // Its thread may have ended meanwhile: the worker brings it back in the state asked for, but says so to no one.
      const comesBack = wish.targetState === 'STARTED' && !this.#failed && !signal.aborted
      if (comesBack) this.#taskConfiguration.applyLater(signal, error)
      throw error
    }
    // A failed connector can be stopped, and is as good as new then.
    this.#failed = statuses.own.connectorState(this.name) === 'FAILED'
  }

  async #source(signal: AbortSignal): Promise<TaskSource> {
    const raw = this.#wish?.config ?? {}
    const owner = { connector: this.name, config: raw }
    try {
      return { raw, config: await resolveConfig(this.#services, owner, raw, signal) }
    } catch (cause) {
      if (signal.aborted) throw cause
      this.#fail(cause)
      const message = `Failed to start connector ${this.name}: ${asError(cause).message}`
      throw new ConnectError(message, { cause })
    }
  }

  /** What was said of it last stands, unless it speaks of what comes next: it is another worker's to say more. */
  #giveUp(): void {
    const { own } = this.#services.statuses
    if (own.connectorState(this.name) !== 'RESTARTING') own.removeConnector(this.name)
    else this.#services.statuses.setConnector(this.name, 'UNASSIGNED', null)
  }

  #fail(error: unknown): void {
    this.#failed = true
    const { statuses, worker } = this.#services
    // What the worker has, it has told itself; else what is known is how it failed before.
    if (this.#placed !== null && statuses.own.connectorState(this.name) === 'FAILED') return
    const version = connectorVersionOf(worker, this.#wish?.config ?? {})
    statuses.setConnector(this.name, 'FAILED', version, failureOf(error))
  }
}

function isSame(a: ConnectorWish | null, b: ConnectorWish | null): boolean {
  if (a === null || b === null) return a === b
  return a.targetState === b.targetState && sameConfig(a.config, b.config)
}

/** The leader signs with a newer key than this worker has read, or has not read the newest one itself. */
function isKeyRotation(error: unknown): boolean {
  return error instanceof RestError && error.status === 403
}
