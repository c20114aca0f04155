import type { SourceTask } from '../../api/source-task.ts'
import type { SourceRecord } from '../../data/records.ts'
import { asError, ConnectError, isRetriable } from '../../errors/connect-error.ts'
import type { TaskStart } from '../../messages/protocol.ts'
import { abortable, delay, isAbortOf, timeLimit } from '../../util/abort.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { openSourceTask, pluginOf } from '../task-parts.ts'
import { TransactionRequests } from '../transaction-requests.ts'
import type { TaskServices } from '../task.ts'
import { WorkerConnector } from '../worker-connector.ts'

/** How long a poll may take to return that was asked to. */
const pollGraceMs = 500
/** Pause after a poll that failed and may be tried again, or had nothing. */
const pauseMs = 50
/** What connector and task have to stop in, together; their thread is ended behind it. */
const stopMs = 2000

const never = new AbortController().signal

/** A poll that ignores its signal. */
export class OverduePollError extends ConnectError {}

/**
 * A source connector and the first of its tasks, started as they would be and stopped at the end. Their offsets are read where
 * the connector's are; nothing is committed, and neither `commit` nor `commitRecord` is called.
 */
export class SourceReader {
  readonly #start: TaskStart
  readonly #services: TaskServices
  readonly #connector: WorkerConnector
  #task: SourceTask | null = null
  #className = ''
  #isPolling = false

  private constructor(start: TaskStart, services: TaskServices, connector: WorkerConnector) {
    this.#start = start
    this.#services = services
    this.#connector = connector
  }

  static async open(start: TaskStart, services: TaskServices): Promise<SourceReader> {
    const { id, connectorConfig: config } = start
    const Connector = await services.loader.load('source', ...pluginOf(start))
    const connector = new WorkerConnector({
      name: id.connector,
      connector: await services.call('initialize', () => new Connector()),
      context: {
        requestTaskReconfiguration: () => undefined,
        raiseError: (error) => services.fail(asError(error)),
        offsetStorageReader: offsetsOf(services, never),
      },
      config,
      listener: { status: () => undefined, failed: (error) => services.fail(error) },
      logger: services.logger,
      call: services.call,
    })
    return new SourceReader(start, services, connector)
  }

  /** Starts the connector, asks it for at most `maxTasks` tasks and starts the first; false where there is none. */
  async start(maxTasks: number, signal: AbortSignal): Promise<boolean> {
    const { call } = this.#services
    this.#connector.initialize()
    await abortable(this.#connector.transitionTo('STARTED'), signal)
    const [config] = await abortable(this.#connector.taskConfigs(maxTasks), signal)
    if (config === undefined) return false
    const task = await openSourceTask(this.#start, this.#services)
    await call('initialize', () =>
      task.initialize({
        configs: () => config,
        offsetStorageReader: offsetsOf(this.#services, signal),
        transactionContext: definesTransactions(this.#start) ? new TransactionRequests() : null,
      }),
    )
    this.#task = task
    this.#className = config['task.class'] ?? ''
    await abortable(Promise.resolve(call('start', () => task.start(config, signal))), signal)
    return true
  }

  /** Java name of what polls, once it has been started. */
  get className(): string {
    return this.#className
  }

  /**
   * What one poll gives; null where it had nothing for `ms`, and was called back. Rejects where it fails, or does not return
   * when it is called back.
   */
  async poll(ms: number, signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    const task = this.#task
    if (task === null) throw new ConnectError('The task of the preview has not been started.')
    using wanted = timeLimit(ms, signal)
    using patience = timeLimit(ms + pollGraceMs, signal, () => overduePoll(this.#start))
    this.#isPolling = true
    try {
      const polling = this.#services.call('poll', () => task.poll(wanted.signal))
      const records = await abortable(Promise.resolve(polling), patience.signal)
      this.#isPolling = false
      if (records !== null && records.length > 0) return records
    } catch (error) {
      if (patience.signal.aborted && error === patience.signal.reason) throw error
      this.#isPolling = false
      if (isAbortOf(wanted.signal, error)) return null
      if (!isRetriable(error)) throw error
      this.#services.logger.warn(`poll failed and is tried again: ${asError(error).message}`)
    }
    if (wanted.signal.aborted) return null
    await delay(pauseMs, signal)
    return []
  }

  /** Stops what was started, the task first; a task that still polls is left to the end of its thread. */
  async close(): Promise<void> {
    using limit = timeLimit(stopMs, never)
    const { logger, call } = this.#services
    const stop = async (what: string, stopping: () => MaybePromise<void>): Promise<void> => {
      try {
        await abortable(Promise.resolve(stopping()), limit.signal)
      } catch (error) {
        logger.warn(`The ${what} of the preview did not stop: ${asError(error).message}`)
      }
    }
    const task = this.#task
    if (task !== null && !this.#isPolling) {
      await stop('task', () => call('stop', () => task.stop(limit.signal)))
    }
    await stop('connector', () => this.#connector.shutdown())
  }
}

function offsetsOf(services: TaskServices, signal: AbortSignal) {
  return {
    offsets: (partitions: Parameters<TaskServices['readOffsets']>[0], wait = signal) =>
      services.readOffsets(partitions, wait),
    offset: async (partition: Parameters<TaskServices['readOffsets']>[0][number], wait = signal) =>
      (await services.readOffsets([partition], wait))[0] ?? null,
  }
}

function overduePoll({ connectorClass }: TaskStart): OverduePollError {
  return new OverduePollError(
    `poll of ${connectorClass} has not returned ${pollGraceMs} ms after its signal had aborted: a task of it would not stop in time.`,
  )
}

/** Such a task may ask for the ends of its transactions; here there are none. */
function definesTransactions({ connectorConfig }: TaskStart): boolean {
  return connectorConfig['transaction.boundary']?.trim().toLowerCase() === 'connector'
}
