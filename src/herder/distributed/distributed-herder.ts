import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../../messages/config-infos.ts'
import type { ConnectorOffset, OffsetChange } from '../../messages/connector-offsets.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { MetricFamily } from '../../metrics/metric-family.ts'
import type { PluginDescriptor } from '../../plugins/plugin-descriptor.ts'
import { abortable } from '../../util/abort.ts'
import type { LogHistory } from '../../util/log-history.ts'
import type { ConnectorHealth } from '../health.ts'
import type {
  ConnectorInfo,
  ConnectorStateInfo,
  Drain,
  Health,
  Herder,
  RestartRequest,
  TaskInfo,
  TaskState,
} from '../herder.ts'
import type { Loggers } from '../loggers.ts'
import type { Previews } from '../previews.ts'
import { stuckHealth } from '../stuck-health.ts'
import { DistributedParts } from './distributed-parts.ts'
import type { DistributedHerderOptions } from './options.ts'
import { checkSignature } from './request-signature.ts'
import type { RequestSignature } from './request-signature.ts'

/**
 * The herder of one worker of a cluster. What there is stands in the topic of configurations, who runs it the group says; each
 * worker reads both and keeps what it runs in line. Requests that change something are written by the
 * group's leader, one after another; those that read are answered from what has been read, and wait for no rebalance.
 */
export class DistributedHerder implements Herder {
  readonly loggers: Loggers
  readonly logs: LogHistory
  readonly previews: Previews
  readonly drain: Drain
  readonly #parts: DistributedParts

  constructor(options: DistributedHerderOptions) {
    this.#parts = new DistributedParts(options)
    this.loggers = this.#parts.loggers
    this.logs = this.#parts.logs
    this.previews = this.#parts.previews
    this.drain = this.#parts.drain
  }

  get kafkaClusterId(): string | null {
    return this.#parts.worker.kafkaClusterId
  }

  /** Reads the topics and asks for a place in the group, which is not waited for. */
  start(signal: AbortSignal): Promise<void> {
    return this.#parts.start(signal)
  }

  /** Stops what runs here, leaves the group, and then the topics. */
  stop(signal: AbortSignal): Promise<void> {
    return this.#parts.stop(signal)
  }

  /** Names of the worker's threads that do not end. */
  stuckThreads(): readonly string[] {
    return this.#parts.worker.stuckThreads()
  }

  health(signal: AbortSignal): Promise<Health> {
    return this.#parts.loop.turn(signal, () => {
      const stuck = this.stuckThreads()
      if (stuck.length > 0) return stuckHealth(stuck)
      const problem = this.#parts.problem()
      if (problem !== null) return { status: 'unhealthy', message: problem }
      const { state, message } = this.drain.view()
      if (this.#parts.isReady && state !== 'active') return { status: 'healthy', message }
      return this.#parts.isReady
        ? {
            status: 'healthy',
            message: 'Worker has completed startup and is ready to handle requests.',
          }
        : { status: 'starting', message: 'Worker is still starting up.' }
    })
  }

  connectors(): readonly string[] {
    return this.#parts.views.names()
  }

  connectorInfo(name: string, signal: AbortSignal): Promise<ConnectorInfo> {
    return answered(signal, () => this.#parts.views.info(name))
  }

  connectorConfig(name: string, signal: AbortSignal): Promise<RawConfig> {
    return answered(signal, () => this.#parts.views.get(name).config)
  }

  connectorStatus(name: string): ConnectorStateInfo {
    return this.#parts.views.status(name)
  }

  taskStatus(id: ConnectorTaskId): TaskState {
    return this.#parts.views.taskStatus(id)
  }

  connectorHealth(name: string): ConnectorHealth {
    const { views, settings } = this.#parts
    return views.health(name, { now: Date.now(), stalledMs: settings.stalledMs })
  }

  taskConfigs(name: string, signal: AbortSignal): Promise<readonly TaskInfo[]> {
    return answered(signal, () => this.#parts.views.tasks(name))
  }

  putConnectorConfig(
    name: string,
    config: RawConfig,
    options: { readonly targetState?: TargetState; readonly allowReplace: boolean },
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    return this.#parts.requests.put(name, config, options, signal)
  }

  patchConnectorConfig(
    name: string,
    patch: RawConfig,
    signal: AbortSignal,
  ): Promise<ConnectorInfo> {
    return this.#parts.requests.patch(name, patch, signal)
  }

  deleteConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#parts.requests.delete(name, signal)
  }

  pauseConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#parts.requests.setTargetState(name, 'PAUSED', signal)
  }

  resumeConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#parts.requests.setTargetState(name, 'STARTED', signal)
  }

  stopConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#parts.requests.stop(name, signal)
  }

  async restartConnector(
    request: RestartRequest,
    signal: AbortSignal,
  ): Promise<ConnectorStateInfo | null> {
    const { restartRequests } = this.#parts
    if (request.includeTasks || request.onlyFailed) return restartRequests.plan(request, signal)
    await restartRequests.connector(request.connector, signal)
    return null
  }

  restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    return this.#parts.restartRequests.task(id, signal)
  }

  connectorOffsets(name: string, signal: AbortSignal): Promise<readonly ConnectorOffset[]> {
    return this.#parts.offsets.read(name, signal)
  }

  modifyConnectorOffsets(
    name: string,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<string> {
    return this.#parts.offsets.modify(name, changes, signal)
  }

  activeTopics(name: string): readonly string[] {
    return this.#parts.topics.of(name)
  }

  resetActiveTopics(name: string): void {
    this.#parts.topics.reset(name)
  }

  async putTaskConfigs(
    name: string,
    configs: readonly ConnectorConfig[],
    signature: RequestSignature | null,
    signal: AbortSignal,
  ): Promise<void> {
    this.#checkSignature(signature)
    await this.#parts.requests.putTaskConfigs(name, configs, signal)
  }

  async fenceZombieSourceTasks(
    name: string,
    signature: RequestSignature | null,
    signal: AbortSignal,
  ): Promise<void> {
    this.#checkSignature(signature)
    await this.#parts.transactions.fence(name, signal)
  }

  metrics(): Promise<readonly MetricFamily[]> {
    return this.#parts.metrics()
  }

  plugins(): readonly PluginDescriptor[] {
    return this.#parts.worker.plugins()
  }

  pluginConfig(
    pluginName: string,
    version: string | null,
    signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]> {
    return abortable(this.#parts.worker.pluginConfig(pluginName, version, signal), signal)
  }

  validateConnectorConfig(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    return this.#parts.validation.validate(config, pluginName, signal)
  }

  /** Where the group speaks `sessioned`, only its workers may ask this. */
  #checkSignature(signature: RequestSignature | null): void {
    const { configs, membership, settings } = this.#parts
    const { sessionKey } = configs.snapshot()
    checkSignature(signature, {
      key: sessionKey && Buffer.from(sessionKey.key, 'base64'),
      algorithms: settings.verificationAlgorithms,
      isRequired: (membership.assignment?.version ?? 2) >= 2,
    })
  }
}

async function answered<T>(signal: AbortSignal, answer: () => T): Promise<T> {
  signal.throwIfAborted()
  return Promise.resolve(answer())
}
