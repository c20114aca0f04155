import type { ConnectorConfig, TargetState } from '../config/types.ts'
import { asError, ConnectError, NotFoundError } from '../errors/connect-error.ts'
import type { PluginThreadNotices, Run, WireError } from '../messages/protocol.ts'
import type { TaskStage } from '../messages/stages.ts'
import { toWireError } from '../messages/wire-error.ts'
import { delay } from '../util/abort.ts'
import { createLogger } from '../util/logger.ts'
import { blamedRun, callOf, endedInAnother, released } from './connector-ends.ts'
import type { ConnectorThread, ThreadPool } from './thread-pool.ts'
import type { OpenCall, WorkerListener } from './types.ts'

/** Connectors have this long to stop, all that are stopped together. */
const stopMs = 5000
/** Wait before the next connector thread where the last one lived less than `quickMs`, doubled each time. */
const backoffMs = 500
const maxBackoffMs = 60_000
const quickMs = 30_000

const log = createLogger('org.apache.kafka.connect.runtime.Worker')

/**
 * starting ─► started ─► stopping    any but stopping ─► failed
 * started ─► starting                its thread ended: it is started on a new one
 * failed ─► lost                     it was set to STOPPED after its thread had ended; resumed, it is started anew
 */
interface RunningConnector {
  readonly name: string
  readonly type: 'source' | 'sink'
  readonly connectorClass: string
  readonly config: ConnectorConfig
  targetState: TargetState
  run: Run
  thread: ConnectorThread
  phase: 'starting' | 'started' | 'stopping' | 'failed' | 'lost'
  /** Of a connector that is being stopped: resolves once it is gone. */
  gone: Promise<void> | null
  /** What its thread was asked to call and has not answered, oldest first. */
  readonly asked: Set<OpenCall>
  /** Settles when the connector has come through a start, the first or one on a new thread. Never rejects. */
  ready: Promise<void>
}

type ConnectorStart = Pick<
  RunningConnector,
  'name' | 'type' | 'connectorClass' | 'config' | 'targetState'
>

/** The connectors of this worker, all in the connector thread. When that ends they go on in a new one. */
export class ConnectorRunner {
  readonly #pool: ThreadPool
  readonly #listener: WorkerListener
  readonly #newRun: () => Run
  readonly #connectors = new Map<string, RunningConnector>()
  readonly #background = new Set<Promise<void>>()
  readonly #stopped = new AbortController()
  #quickDeaths = 0
  #lastDeathAt = 0

  constructor(options: {
    readonly pool: ThreadPool
    readonly listener: WorkerListener
    readonly newRun: () => Run
  }) {
    this.#pool = options.pool
    this.#listener = options.listener
    this.#newRun = options.newRun
  }

  names(): readonly string[] {
    return [...this.#connectors.keys()]
  }

  /** The thread of a connector and the call it has been asked for; null where there is no such connector. */
  placeOf(
    name: string,
  ): { readonly thread: ConnectorThread; readonly call: OpenCall | null } | null {
    const connector = this.#connectors.get(name)
    if (!connector) return null
    const [call = null] = connector.asked
    return { thread: connector.thread, call }
  }

  /** The connector started as `run`; null where it is not ours any more. */
  nameOfRun(run: Run): string | null {
    for (const connector of this.#connectors.values()) {
      if (connector.run === run) return connector.name
    }
    return null
  }

  /** The configuration of `connector` where it is still the one started as `run`. */
  configOf({
    connector,
    run,
  }: {
    readonly connector: string
    readonly run: Run
  }): ConnectorConfig | null {
    const found = this.#connectors.get(connector)
    return found?.run === run ? found.config : null
  }

  /** Whether the connector started as `run` is still the one called `connector`. */
  isCurrent({ connector, run }: { readonly connector: string; readonly run: Run }): boolean {
    return this.#connectors.get(connector)?.run === run
  }

  /** Resolves once the connector is in its target state; rejects where it could not start, and is FAILED then. */
  async start(start: ConnectorStart): Promise<void> {
    const earlier = this.#connectors.get(start.name)
    if (earlier && earlier.phase !== 'failed') {
      throw new ConnectError(`Connector with name ${start.name} already exists`)
    }
    if (earlier) await this.stop(earlier.name)
    const connector: RunningConnector = {
      ...start,
      run: this.#newRun(),
      thread: this.#pool.connectorThread(),
      phase: 'starting',
      gone: null,
      asked: new Set(),
      ready: Promise.resolve(),
    }
    this.#connectors.set(start.name, connector)
    await this.#started(connector)
  }

  async setState(name: string, targetState: TargetState): Promise<void> {
    const connector = this.#get(name)
    connector.targetState = targetState
    await connector.ready
    // It may have been stopped meanwhile: then nothing more is said of it.
    if (this.#get(name) !== connector || connector.phase === 'stopping') throw notFound(name)
    if (connector.thread.reason) return this.#setStateWithoutThread(connector)
    const argument = { run: connector.run, targetState }
    const stage = targetState === 'STARTED' ? 'start' : 'stop'
    await asking(connector, stage, () =>
      connector.thread.channel.request('setConnectorState', argument),
    )
    if (targetState === 'STOPPED' && connector.phase === 'failed') connector.phase = 'started'
  }

  async taskConfigs(
    name: string,
    maxTasks: number,
    signal: AbortSignal,
  ): Promise<readonly ConnectorConfig[]> {
    const connector = this.#get(name)
    await connector.ready
    const ask = async (): Promise<readonly ConnectorConfig[]> => {
      const { run, thread } = connector
      const { configs } = await asking(connector, 'taskConfigs', () =>
        thread.channel.request('taskConfigs', { run, maxTasks }, { signal }),
      )
      return configs
    }
    try {
      return await ask()
    } catch (error) {
      // Its thread ended for another's sake.
      if (connector.phase !== 'starting') throw error
      await connector.ready
      return ask()
    }
  }

  /** Resolves once the connector is gone, within five seconds. */
  async stop(name: string): Promise<void> {
    const connector = this.#connectors.get(name)
    if (connector) await (connector.gone ??= this.#stop(connector))
  }

  /** Stops all connectors; none is brought back any more. */
  async stopAll(): Promise<void> {
    this.#stopped.abort(new ConnectError('The worker is shutting down.'))
    await Promise.all(this.names().map((name) => this.stop(name)))
  }

  /** Resolves when nothing is restarted or waited for any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#background)
  }

  onStatus({ name, run, state, error }: PluginThreadNotices['connectorStatus']): void {
    const connector = this.#connectors.get(name)
    if (connector?.run !== run || connector.phase === 'stopping') return
    if (state === 'FAILED') this.#fail(connector, error)
    else this.#listener.connectorStatus(name, state)
  }

  onReconfiguration({ connector, run }: PluginThreadNotices['requestTaskReconfiguration']): void {
    if (this.isCurrent({ connector, run })) this.#listener.taskReconfigurationRequested(connector)
  }

  /**
   * The connector thread has ended. The connector whose call it was in has failed; the others are started on a new
   * thread, one after another. Their tasks know nothing of it.
   */
  onThreadEnded(thread: ConnectorThread, cause: Error): void {
    const lost = [...this.#connectors.values()].filter((each) => each.thread === thread)
    const culprit = lost.find(({ run }) => run === blamedRun(thread))
    if (culprit) {
      const message = `Connector ${culprit.name} ended with its thread: ${cause.message}${callOf(thread, culprit)}`
      this.#fail(culprit, toWireError(new ConnectError(message, { cause })))
    }
    const unharmed = lost.filter((connector) => connector.phase === 'started')
    if (unharmed.length > 0) this.#restart(unharmed, cause)
  }

  async #stop(connector: RunningConnector): Promise<void> {
    connector.phase = 'stopping'
    const { name, run, thread } = connector
    try {
      await asking(connector, 'stop', () =>
        thread.channel.request('stopConnector', { run }, { timeoutMs: stopMs }),
      )
    } catch (error) {
      if (!thread.reason) this.#giveUp(connector, error)
    }
    this.#connectors.delete(name)
    this.#listener.connectorStatus(name, 'UNASSIGNED')
  }

  /** What failed with its thread can be STOPPED, as any failed connector, and is started anew after that. */
  async #setStateWithoutThread(connector: RunningConnector): Promise<void> {
    const { name, targetState } = connector
    if (targetState === 'STOPPED') {
      connector.phase = 'lost'
      this.#listener.connectorStatus(name, 'STOPPED')
      return
    }
    if (connector.phase !== 'lost') {
      throw new ConnectError(
        `WorkerConnector{id=${name}} Cannot transition connector to ${targetState} since it has failed`,
      )
    }
    connector.phase = 'starting'
    connector.run = this.#newRun()
    connector.thread = this.#pool.connectorThread()
    await this.#started(connector)
  }

  #restart(connectors: readonly RunningConnector[], cause: Error): void {
    const names = connectors.map(({ name }) => name).join(', ')
    log.warn(`Starting connectors ${names} on a new thread: ${cause.message}`)
    const waitMs = this.#backoff()
    let turn = delay(waitMs, this.#stopped.signal)
    for (const connector of connectors) {
      connector.phase = 'starting'
      connector.run = this.#newRun()
      turn = turn.then(() => this.#startAgain(connector))
      connector.ready = turn.catch(ignore)
    }
    this.#inBackground(turn)
  }

  async #startAgain(connector: RunningConnector): Promise<void> {
    if (connector.phase !== 'starting' || this.#stopped.signal.aborted) return
    connector.thread = this.#pool.connectorThread()
    await this.#start(connector).catch(ignore)
  }

  #started(connector: RunningConnector): Promise<void> {
    const started = this.#start(connector)
    connector.ready = started.catch(ignore)
    return started
  }

  async #start(connector: RunningConnector): Promise<void> {
    const { name, type, connectorClass, config, run, targetState, thread } = connector
    const argument = { name, run, type, connectorClass, config, targetState }
    try {
      await asking(connector, 'start', () => thread.channel.request('startConnector', argument))
      if (connector.phase === 'starting') connector.phase = 'started'
    } catch (error) {
      if (connector.phase === 'starting' && endedInAnother(connector)) {
        connector.run = this.#newRun()
        connector.thread = this.#pool.connectorThread()
        return this.#start(connector)
      }
      this.#fail(connector, toWireError(error))
      throw error
    }
  }

  #fail(connector: RunningConnector, error: WireError | undefined): void {
    if (connector.phase === 'failed' || connector.phase === 'stopping') return
    connector.phase = 'failed'
    this.#listener.connectorStatus(connector.name, 'FAILED', error)
  }

  /** The connector did not stop in time. */
  #giveUp(connector: RunningConnector, error: unknown): void {
    log.error(`Connector '${connector.name}' failed to properly shut down`, error)
    this.#inBackground(released(connector))
  }

  /** How long to wait before a new thread: none, until threads die soon after they were started. */
  #backoff(): number {
    const now = Date.now()
    this.#quickDeaths = now - this.#lastDeathAt < quickMs ? this.#quickDeaths + 1 : 0
    this.#lastDeathAt = now
    return this.#quickDeaths === 0
      ? 0
      : Math.min(maxBackoffMs, backoffMs * 2 ** (this.#quickDeaths - 1))
  }

  #inBackground(work: Promise<unknown>): void {
    const owned = work.then(ignore, (error: unknown) => {
      if (!this.#stopped.signal.aborted) log.error('Connectors were not restarted.', asError(error))
    })
    this.#background.add(owned)
    void owned.finally(() => this.#background.delete(owned))
  }

  #get(name: string): RunningConnector {
    const connector = this.#connectors.get(name)
    if (connector) return connector
    throw notFound(name)
  }
}

/** Writes down, while `ask` waits for its answer, which call it is that the connector's thread is asked for. */
async function asking<T>(
  { asked }: Pick<RunningConnector, 'asked'>,
  stage: TaskStage,
  ask: () => Promise<T>,
): Promise<T> {
  const call = { stage, since: Date.now() }
  asked.add(call)
  try {
    return await ask()
  } finally {
    asked.delete(call)
  }
}

function notFound(name: string): NotFoundError {
  return new NotFoundError(`Connector ${name} not found in this worker.`)
}

function ignore(): void {
  // It has been reported as the connector's status.
}
