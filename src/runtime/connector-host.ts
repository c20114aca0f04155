import type { Connector, OffsetStorageReader } from '../api/connector.ts'
import { asError, ConnectError } from '../errors/connect-error.ts'
import type { RequestHandlers } from '../messages/channel.ts'
import { withTypedNumbers } from '../messages/offset-fields.ts'
import type { ConnectorThreadRequests, Run } from '../messages/protocol.ts'
import type { TaskStage } from '../messages/stages.ts'
import type { ThreadBoard } from '../messages/thread-board.ts'
import { toWireError } from '../messages/wire-error.ts'
import { createLogger } from '../util/logger.ts'
import { alterOffsets } from './alter-offsets.ts'
import type { MainThread } from './main-thread.ts'
import { namedCalls } from './named-call.ts'
import { PluginCalls } from './plugin-calls.ts'
import { runInScope } from './scope.ts'
import type { Scope } from './scope.ts'
import type { PluginLoader } from './task.ts'
import type { ValidationService } from './validation-service.ts'
import { WorkerConnector } from './worker-connector.ts'

const log = createLogger('org.apache.kafka.connect.runtime.AbstractHerder')

type Requests = ConnectorThreadRequests

interface RunningConnector {
  readonly scope: Scope
  readonly calls: PluginCalls
  /** Null while its class is loaded. */
  connector: WorkerConnector | null
  stopped: boolean
}

/** The connectors of the connector thread, as the main thread starts and stops them. */
export class ConnectorHost {
  readonly #main: MainThread
  readonly #board: ThreadBoard
  readonly #loader: PluginLoader
  readonly #connectors = new Map<Run, RunningConnector>()
  readonly requests: RequestHandlers<Requests>

  constructor(options: {
    readonly main: MainThread
    readonly board: ThreadBoard
    readonly loader: PluginLoader
    readonly validation: ValidationService
  }) {
    const { validation } = options
    this.#main = options.main
    this.#board = options.board
    this.#loader = options.loader
    this.requests = {
      validate: ({ run, ...request }, signal) =>
        runInScope(scopeOf('validate'), () =>
          validation.validate(request, signal, namedCalls(this.#board, run)),
        ),
      pluginConfig: ({ run, ...request }) =>
        runInScope(scopeOf('config'), () =>
          validation.pluginConfig(request, namedCalls(this.#board, run)),
        ),
      startConnector: (start) => this.#start(start),
      setConnectorState: ({ run, targetState }) =>
        this.#within(run, async (connector) => {
          await connector.transitionTo(targetState)
          return undefined
        }),
      stopConnector: async ({ run }) => {
        const running = this.#connectors.get(run)
        if (!running) return
        running.stopped = true
        await runInScope(running.scope, () => running.connector?.shutdown())
        this.#connectors.delete(run)
        return undefined
      },
      ping: () => undefined,
      taskConfigs: async ({ run, maxTasks }) => ({
        configs: await this.#within(run, (connector) => connector.taskConfigs(maxTasks)),
      }),
      alterOffsets: (change, signal) => this.#alterOffsets(change, signal),
    }
  }

  /** Fails the connectors that are inside a plugin call: one of them raised an error that names no one. */
  failOpenCalls(error: Error): void {
    for (const { calls, connector } of this.#connectors.values()) {
      if (calls.open) connector?.fail(error)
    }
  }

  async #start(start: Requests['startConnector'][0]): Promise<undefined> {
    const { name, run, config, targetState } = start
    const calls = new PluginCalls(this.#board, run, null)
    const context = `[${name}|worker] `
    const fail = (error: Error): void => {
      if (running.connector) running.connector.fail(error)
      else this.#failed(start, error)
    }
    const running: RunningConnector = {
      scope: { context, fail },
      calls,
      connector: null,
      stopped: false,
    }
    this.#connectors.set(run, running)
    await runInScope(running.scope, async () => {
      const connector = new WorkerConnector({
        name,
        connector: await this.#create(start, calls),
        context: this.#contextOf(start, fail),
        config,
        listener: {
          status: (state) => this.#main.notify('connectorStatus', { name, run, state }),
          failed: (error) => this.#failed(start, error),
        },
        logger: createLogger('org.apache.kafka.connect.runtime.WorkerConnector', context),
        call: (stage, call) => calls.call(stage, call),
      })
      if (running.stopped) throw notRunning()
      running.connector = connector
      connector.initialize()
      await connector.transitionTo(targetState)
    })
    return undefined
  }

  async #create(start: Requests['startConnector'][0], calls: PluginCalls): Promise<Connector> {
    const { type, connectorClass, config } = start
    try {
      const version = config['connector.plugin.version']
      const ConnectorClass = await this.#loader.load(type, connectorClass, version)
      return await calls.call('initialize', () => new ConnectorClass())
    } catch (error) {
      this.#failed(start, asError(error))
      throw error
    }
  }

  #failed({ name, run }: { readonly name: string; readonly run: Run }, error: Error): void {
    const notice = { name, run, state: 'FAILED', error: toWireError(error) } as const
    this.#main.notify('connectorStatus', notice)
  }

  #contextOf(
    { name, run }: { readonly name: string; readonly run: Run },
    fail: (error: Error) => void,
  ): {
    requestTaskReconfiguration(): void
    raiseError(error: unknown): void
    readonly offsetStorageReader: OffsetStorageReader
  } {
    const offsets: OffsetStorageReader['offsets'] = async (partitions, signal) => {
      const argument = { connector: name, run, partitions }
      const found = await this.#main.request('readOffsets', argument, signal ? { signal } : {})
      return found.map(withTypedNumbers)
    }
    return {
      requestTaskReconfiguration: () =>
        this.#main.notify('requestTaskReconfiguration', { connector: name, run }),
      raiseError: (error) => fail(asError(error)),
      offsetStorageReader: {
        offsets,
        offset: async (partition, signal) => (await offsets([partition], signal))[0] ?? null,
      },
    }
  }

  async #alterOffsets(
    change: Requests['alterOffsets'][0],
    signal: AbortSignal,
  ): Promise<{ readonly handled: boolean }> {
    const calls = new PluginCalls(this.#board, change.run, null)
    const scope = scopeOf('alterOffsets', `[${change.name}|worker] `)
    const altering = (): Promise<boolean> => alterOffsets(change, this.#loader, calls, signal)
    return { handled: await runInScope(scope, altering) }
  }

  /** Runs `act` on the connector started as `run`, in its name. */
  async #within<T>(run: Run, act: (connector: WorkerConnector) => Promise<T>): Promise<T> {
    const { connector, scope } = this.#connectors.get(run) ?? {}
    if (!connector || !scope) throw notRunning()
    return runInScope(scope, () => act(connector))
  }
}

function notRunning(): ConnectError {
  return new ConnectError('The connector is not running in this worker any more.')
}

/** Of a call that no running connector answers for: what goes wrong beside its answer is logged. */
function scopeOf(stage: TaskStage, context = ''): Scope {
  const fail = (error: Error): void =>
    log.error(`A plugin threw an error beside its answer to ${stage}.`, error)
  return { context, fail }
}
