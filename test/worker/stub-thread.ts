import { workerData } from 'node:worker_threads'
import type { SourceTask } from '../../src/api/source-task.ts'
import { delay } from '../../src/util/abort.ts'
import { MemoryAccount } from '../../src/util/memory-budget.ts'
import { WorkerLease } from '../../src/messages/worker-lease.ts'
import type { ThreadSettings } from '../../src/messages/thread-settings.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { ConnectorHost } from '../../src/runtime/connector-host.ts'
import type {
  PluginLoader as TaskPluginLoader,
  TaskServices,
  WorkerTask,
} from '../../src/runtime/task.ts'
import { TaskHost } from '../../src/runtime/task-host.ts'
import { openPluginThread } from '../../src/runtime/thread-host.ts'
import { ConnectorValidation } from '../../src/runtime/validation.ts'

/** The entry of plugin threads in tests without Kafka: its tasks only poll, and commit how often they did. */
class PollingTask implements WorkerTask {
  done: Promise<void> = Promise.resolve()
  readonly #task: SourceTask
  readonly #services: TaskServices
  readonly #config: Readonly<Record<string, string>>
  readonly #stopping = new AbortController()
  #paused: boolean

  constructor(
    task: SourceTask,
    services: TaskServices,
    config: Readonly<Record<string, string>>,
    paused: boolean,
  ) {
    this.#task = task
    this.#services = services
    this.#config = config
    this.#paused = paused
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#services.call('start', () => this.#task.start(this.#config, signal))
    if (this.#config.behave === 'known') {
      this.#services.notify.kafkaIdOpened({ groupId: 'g', memberId: 'm' })
    }
    this.#services.notify.status(this.#paused ? 'PAUSED' : 'RUNNING')
    this.done = this.#loop()
  }

  setTargetState(state: string): void {
    this.#paused = state === 'PAUSED'
    this.#services.notify.status(this.#paused ? 'PAUSED' : 'RUNNING')
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.done.catch(() => undefined)
    await this.#services.call('stop', () => this.#task.stop(AbortSignal.timeout(100)))
  }

  cancel(reason: Error): void {
    this.#stopping.abort(reason)
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping
    const { counters } = this.#services
    if (this.#config.topic !== undefined) {
      const { created } = await this.#services.createTopic(this.#config.topic, signal)
      if (created) this.#services.notify.topicUsed(this.#config.topic)
    }
    while (!signal.aborted) {
      await this.#services.lease.regained(() => signal.aborted)
      if (!this.#paused) await this.#services.call('poll', () => this.#task.poll(signal))
      counters.add('polled', 1)
      await delay(2)
    }
    const polls = counters.get('polled')
    await this.#services.writeOffsets([[{ file: 'a' }, { polls }]], new AbortController().signal)
    this.#services.logger.info(`polled`)
  }
}

const settings = workerData as ThreadSettings
const plugins = new PluginLoader(new PluginRegistry(settings.plugins))
const loader: TaskPluginLoader = {
  load: async (type, name, version) => (await plugins.load(type, name, version)) as never,
}
if (settings.role === 'connectors') {
  const { workerConfig } = settings
  const validation = new ConnectorValidation({ loader: plugins, workerConfig })
  openPluginThread(
    settings,
    (main, board) => new ConnectorHost({ main, board, loader, validation }),
  )
} else {
  openPluginThread(
    settings,
    (main, board) =>
      new TaskHost({
        main,
        board,
        loader,
        lease: new WorkerLease(settings.lease),
        memory: new MemoryAccount(settings.memory.budget, settings.memory.account),
        create: async (start, services) => {
          const Source = await services.loader.load('source', start.connectorClass)
          const Task = new Source().taskClass()
          const paused = start.targetState === 'PAUSED'
          return new PollingTask(new Task(), services, start.taskConfig, paused)
        },
      }),
  )
}
