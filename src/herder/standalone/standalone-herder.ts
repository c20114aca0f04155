import type { RawConfig } from '../../config/types.ts'
import { AlreadyExistsError, ConnectError, NotFoundError } from '../../errors/connect-error.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../../messages/config-infos.ts'
import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { TargetState } from '../../messages/protocol.ts'
import type { Reading } from '../../metrics/groups.ts'
import type { MetricFamily } from '../../metrics/metric-family.ts'
import type { PluginDescriptor } from '../../plugins/plugin-descriptor.ts'
import { abortable } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { SerialQueue } from '../../util/serial-queue.ts'
import type { ConnectorWorker, WorkerListener } from '../../worker/types.ts'
import { ActiveTopics } from '../active-topics.ts'
import type { TopicTracking } from '../active-topics.ts'
import type { ConfigResolver } from '../config-resolver.ts'
import type {
  ConnectorInfo,
  ConnectorStateInfo,
  Health,
  Herder,
  RestartRequest,
  TaskInfo,
  TaskState,
} from '../herder.ts'
import { planRestart } from '../restart-plan.ts'
import { appInfoReading, herderFamilies } from '../metrics.ts'
import { Statuses } from '../statuses.ts'
import { asClientMistake, throwIfInvalid } from '../validation-message.ts'
import type { ConnectorLifecycle } from './connector-lifecycle.ts'
import { ConnectorTable } from './connector-table.ts'
import type { LifecycleServices } from './lifecycle-services.ts'
import { unsupported } from './unsupported.ts'
import { workerListener } from './worker-listener.ts'

export interface StandaloneHerderOptions {
  /** Makes the worker, which tells `listener` what happens in it. */
  readonly worker: (listener: WorkerListener) => ConnectorWorker
  readonly resolver: ConfigResolver
  /** `host:port` of the advertised listener. */
  readonly workerId: string
  readonly topicTracking: TopicTracking
  /** The commit of our build, 16 hexadecimal digits. */
  readonly commit?: string
}

const log = createLogger('org.apache.kafka.connect.runtime.standalone.StandaloneHerder')

/**
 * The herder of a worker that stands alone: configurations and statuses in memory, everything assigned to itself.
 * Its state changes in one serial loop, no turn of which waits for a plugin; what a plugin takes its time for
 * runs in the chain of its own connector.
 */
export class StandaloneHerder implements Herder {
  readonly #worker: ConnectorWorker
  readonly #statuses: Statuses
  readonly #topics: ActiveTopics
  readonly #services: LifecycleServices
  readonly #loop = new SerialQueue()
  readonly #connectors = new ConnectorTable()
  readonly #appInfo: Reading
  #ready = false
  #stopping = false

  constructor({ worker, resolver, workerId, topicTracking, commit }: StandaloneHerderOptions) {
    this.#appInfo = appInfoReading(workerId, commit)
    this.#statuses = new Statuses(workerId)
    this.#topics = new ActiveTopics(topicTracking)
    this.#worker = worker(
      workerListener({
        connectors: this.#connectors,
        statuses: this.#statuses,
        topics: this.#topics,
        worker: () => this.#worker,
      }),
    )
    this.#services = { worker: this.#worker, statuses: this.#statuses, resolver, log }
  }

  get kafkaClusterId(): string | null {
    return this.#worker.kafkaClusterId
  }

  start(_signal: AbortSignal): Promise<void> {
    log.info('Herder starting')
    return Promise.resolve()
  }

  /** Every connector of the command line has been created: from here on the worker is healthy. */
  markReady(): void {
    this.#ready = true
  }

  async stop(signal: AbortSignal): Promise<void> {
    log.info('Herder stopping')
    this.#stopping = true
    const reason = new ConnectError('Worker is shutting down')
    this.#connectors.abandon(reason)
    await this.#worker.stop(signal)
    log.info('Herder stopped')
  }

  health(signal: AbortSignal): Promise<Health> {
    return this.#request(signal, () =>
      this.#ready
        ? {
            status: 'healthy',
            message: 'Worker has completed startup and is ready to handle requests.',
          }
        : { status: 'starting', message: 'Worker is still starting up.' },
    )
  }

  connectors(): readonly string[] {
    return this.#connectors.names
  }

  connectorInfo(name: string, signal: AbortSignal): Promise<ConnectorInfo> {
    return this.#request(signal, () => this.#info(this.#connectors.get(name)))
  }

  connectorConfig(name: string, signal: AbortSignal): Promise<RawConfig> {
    return this.#request(signal, () => this.#connectors.get(name).config)
  }

  connectorStatus(name: string): ConnectorStateInfo {
    return {
      name,
      connector: this.#statuses.connector(name),
      tasks: this.#statuses.tasks(name),
      type: this.#typeOf(this.#connectors.find(name)?.config),
    }
  }

  taskStatus(id: ConnectorTaskId): TaskState {
    return this.#statuses.task(id)
  }

  taskConfigs(name: string, signal: AbortSignal): Promise<readonly TaskInfo[]> {
    return this.#request(signal, () =>
      this.#connectors.get(name).taskConfigs.map((config, task) => ({
        id: { connector: name, task },
        config,
      })),
    )
  }

  async putConnectorConfig(
    name: string,
    config: RawConfig,
    options: { readonly targetState?: TargetState; readonly allowReplace: boolean },
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    throwIfInvalid(await this.validateConnectorConfig(config, null, signal))
    const put = await this.#request(signal, () => this.#put(name, config, options))
    await abortable(put.done, signal)
    return { created: put.created, info: this.#info(put.connector) }
  }

  async patchConnectorConfig(
    name: string,
    patch: RawConfig,
    signal: AbortSignal,
  ): Promise<ConnectorInfo> {
    for (;;) {
      const stored = await this.connectorConfig(name, signal)
      const merged = Object.fromEntries(
        Object.entries({ ...stored, ...patch }).filter(([key]) => patch[key] !== null),
      )
      throwIfInvalid(await this.validateConnectorConfig(merged, null, signal))
      const put = await this.#request(signal, () =>
        // Another request may have changed it while this one was validated: then merge again.
        this.#connectors.get(name).config === stored
          ? this.#put(name, merged, { allowReplace: true })
          : null,
      )
      if (put === null) continue
      await abortable(put.done, signal)
      return this.#info(put.connector)
    }
  }

  async deleteConnector(name: string, signal: AbortSignal): Promise<void> {
    const { gone } = await this.#request(signal, () => {
      this.#connectors.get(name)
      this.#statuses.remove(name)
      return { gone: this.#connectors.remove(name) }
    })
    await abortable(gone, signal)
  }

  pauseConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#request(signal, () => {
      this.#connectors.get(name, `Unknown connector ${name}`).transition('PAUSED')
    })
  }

  resumeConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#request(signal, () => {
      this.#connectors.get(name, `Unknown connector ${name}`).transition('STARTED')
    })
  }

  async stopConnector(name: string, signal: AbortSignal): Promise<void> {
    const { done } = await this.#request(signal, () => {
      const connector = this.#connectors.find(name)
      if (!connector) throw new ConnectError(`No connector \`${name}\` configured`)
      return { done: connector.stop() }
    })
    await abortable(done, signal)
  }

  async restartConnector(
    request: RestartRequest,
    signal: AbortSignal,
  ): Promise<ConnectorStateInfo | null> {
    const { connector: name, includeTasks, onlyFailed } = request
    const { answer, done } = await this.#request(signal, () => {
      if (!includeTasks && !onlyFailed) {
        return {
          answer: null,
          done: this.#connectors.get(name).restart({ connector: true, tasks: [] }),
        }
      }
      const connector = this.#connectors.get(name, `Unknown connector: ${name}`)
      const plan = planRestart(this.#statusToRestart(name), request)
      return { answer: plan.answer, done: connector.restart(plan) }
    })
    await abortable(done, signal)
    return answer
  }

  async restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    const { done } = await this.#request(signal, () => {
      const connector = this.#connectors.find(id.connector)
      if (connector) return { done: connector.restartTask(id.task) }
      throw new ConnectError(
        `Failed to start task ${taskIdText(id)} since it is not a recognizable type (source or sink)`,
      )
    })
    await abortable(done, signal)
  }

  activeTopics(name: string): readonly string[] {
    return this.#topics.of(name)
  }

  resetActiveTopics(name: string): void {
    this.#topics.reset(name)
  }

  putTaskConfigs(_name: string, _signal: AbortSignal): Promise<void> {
    return unsupported('externally setting task configurations')
  }

  fenceZombieSourceTasks(_name: string, _signal: AbortSignal): Promise<void> {
    return unsupported('exactly-once source connectors')
  }

  async metrics(): Promise<readonly MetricFamily[]> {
    return herderFamilies(this.#appInfo, await this.#worker.metrics(), this.#statuses)
  }

  plugins(): readonly PluginDescriptor[] {
    return this.#worker.plugins()
  }

  pluginConfig(
    pluginName: string,
    version: string | null,
    signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]> {
    return abortable(this.#worker.pluginConfig(pluginName, version, signal), signal)
  }

  async validateConnectorConfig(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    const resolved = await this.#services.resolver.resolve(config, signal)
    try {
      return await abortable(this.#worker.validate(resolved, pluginName, signal), signal)
    } catch (error) {
      throw asClientMistake(error)
    }
  }

  /** One turn of the loop: nothing in it may wait for a plugin. */
  #request<T>(signal: AbortSignal, turn: () => T): Promise<T> {
    if (this.#stopping) return Promise.reject(new ConnectError('Worker is shutting down'))
    return abortable(
      this.#loop.run(() => {
        signal.throwIfAborted()
        return turn()
      }),
      signal,
    )
  }

  #put(
    name: string,
    config: RawConfig,
    options: { readonly targetState?: TargetState; readonly allowReplace: boolean },
  ): {
    readonly created: boolean
    readonly connector: ConnectorLifecycle
    readonly done: Promise<void>
  } {
    const existing = this.#connectors.find(name)
    if (existing && !options.allowReplace) {
      throw new AlreadyExistsError(`Connector ${name} already exists`)
    }
    const connector = existing ?? this.#connectors.add(name, config, this.#services)
    const done = connector.apply(config, options.targetState)
    return { created: !existing, connector, done }
  }

  #statusToRestart(name: string): ConnectorStateInfo {
    if (this.#statuses.connectorState(name) !== undefined) return this.connectorStatus(name)
    throw new NotFoundError(`Status for connector ${name} not found`)
  }

  #info(connector: ConnectorLifecycle): ConnectorInfo {
    const { name, config, taskIds } = connector
    return { name, config, tasks: taskIds, type: this.#typeOf(config) }
  }

  #typeOf(config: RawConfig | undefined): 'source' | 'sink' | 'unknown' {
    const connectorClass = config?.['connector.class']
    if (connectorClass === undefined || connectorClass === null) return 'unknown'
    try {
      return this.#worker.connectorType(connectorClass)
    } catch {
      return 'unknown' // The plugin is gone since the connector was created.
    }
  }
}
