import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../../messages/config-infos.ts'
import type { ConnectorOffset, OffsetChange } from '../../messages/connector-offsets.ts'
import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'
import type { Reading } from '../../metrics/groups.ts'
import type { MetricFamily } from '../../metrics/metric-family.ts'
import type { PluginDescriptor } from '../../plugins/plugin-descriptor.ts'
import { abortable, delay } from '../../util/abort.ts'
import { LogHistory } from '../../util/log-history.ts'
import { createLogger } from '../../util/logger.ts'
import type { ConnectorWorker, WorkerListener } from '../../worker/types.ts'
import { ActiveTopics } from '../active-topics.ts'
import type { TopicTracking } from '../active-topics.ts'
import type { ConfigResolver } from '../config-resolver.ts'
import type { ConnectorHealth } from '../health.ts'
import type {
  ConnectorInfo,
  ConnectorStateInfo,
  Health,
  Herder,
  RestartRequest,
  TaskInfo,
  TaskState,
} from '../herder.ts'
import { Previews } from '../previews.ts'
import { untilDone } from '../request-stage.ts'
import { planRestart } from '../restart-plan.ts'
import { appInfoReading, herderFamilies } from '../metrics.ts'
import { Loggers } from '../loggers.ts'
import { ExpiryRestarts } from '../expiry-restarts.ts'
import { RestartSupervisor } from '../restart-supervisor.ts'
import type { Clock } from '../restart-supervisor.ts'
import { Statuses } from '../statuses.ts'
import { stuckHealth } from '../stuck-health.ts'
import { ConnectorConfigs } from './connector-configs.ts'
import { ConnectorTable } from './connector-table.ts'
import { ConnectorViews } from './connector-views.ts'
import { OffsetRequests } from './offset-requests.ts'
import { RequestLoop } from '../request-loop.ts'
import { unsupported } from './unsupported.ts'
import { workerListener } from './worker-listener.ts'

export interface StandaloneHerderOptions {
  /** Makes the worker, which tells `listener` what happens in it. */
  readonly worker: (listener: WorkerListener) => ConnectorWorker
  readonly resolver: ConfigResolver
  /** `host:port` of the advertised listener. */
  readonly workerId: string
  readonly topicTracking: TopicTracking
  /** The worker's file, for what connectors may leave to it: `errors.restart.*`. */
  readonly workerConfig: ConnectorConfig
  /** Of the restarts that nobody asks for; the real one where none is given. */
  readonly clock?: Clock
  /** What the worker lacks beyond its threads, in a sentence; null while it lacks nothing. Waits for nothing. */
  readonly problem?: () => string | null
  /** `task.stalled.ms` */
  readonly stalledMs: number
  /** The commit of our build, 16 hexadecimal digits. */
  readonly commit?: string
  /** Is given the log. */
  readonly logs?: LogHistory
}

const log = createLogger('org.apache.kafka.connect.runtime.standalone.StandaloneHerder')

/**
 * The herder of a worker that stands alone: configurations and statuses in memory, everything assigned to itself.
 * Its state changes in one serial loop, no turn of which waits for a plugin; what a plugin takes its time for
 * runs in the chain of its own connector.
 */
export class StandaloneHerder implements Herder {
  readonly drain = null
  readonly loggers: Loggers
  readonly logs: LogHistory
  readonly previews: Previews
  readonly #worker: ConnectorWorker
  readonly #statuses: Statuses
  readonly #topics: ActiveTopics
  readonly #loop = new RequestLoop()
  readonly #connectors = new ConnectorTable()
  readonly #restarts: RestartSupervisor
  readonly #expiries: ExpiryRestarts
  readonly #views: ConnectorViews
  readonly #configs: ConnectorConfigs
  readonly #offsets: OffsetRequests
  readonly #appInfo: Reading
  readonly #stalledMs: number
  readonly #problem: () => string | null
  #ready = false

  constructor(options: StandaloneHerderOptions) {
    const { worker, resolver, workerId, topicTracking, commit } = options
    this.#stalledMs = options.stalledMs
    this.#problem = options.problem ?? (() => null)
    this.logs = options.logs ?? new LogHistory()
    this.#appInfo = appInfoReading(workerId, commit)
    this.#restarts = this.#createRestarts(options)
    this.#expiries = this.#createExpiries(options)
    this.#statuses = new Statuses(workerId, (change) => this.#restarts.statusChanged(change))
    this.#topics = new ActiveTopics(topicTracking)
    this.#worker = worker(
      workerListener({
        connectors: this.#connectors,
        statuses: this.#statuses,
        topics: this.#topics,
        worker: () => this.#worker,
      }),
    )
    this.loggers = new Loggers((logger, level) => this.#worker.setLogLevel(logger, level))
    const connectors = this.#connectors
    const shared = { worker: this.#worker, statuses: this.#statuses }
    const restarts = this.#restarts
    this.#views = new ConnectorViews({ connectors, restarts, ...shared })
    const services = { ...shared, resolver, restarts, expiries: this.#expiries, log }
    const parts = { loop: this.#loop, connectors, services }
    this.#configs = new ConnectorConfigs({ ...parts, views: this.#views })
    this.#offsets = new OffsetRequests(parts)
    this.previews = new Previews({ worker: this.#worker, resolver, configs: this.#configs })
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
    this.#loop.close()
    const reason = new ConnectError('Worker is shutting down')
    this.#connectors.abandon(reason)
    const restarts = Promise.all([this.#restarts.stop(), this.#expiries.stop()])
    await Promise.all([this.#worker.stop(signal), abortable(restarts, signal)])
    log.info('Herder stopped')
  }

  /** Names of the worker's threads that do not end. */
  stuckThreads(): readonly string[] {
    return this.#worker.stuckThreads()
  }

  health(signal: AbortSignal): Promise<Health> {
    return this.#loop.turn(signal, () => {
      const stuck = this.#worker.stuckThreads()
      if (stuck.length > 0) return stuckHealth(stuck)
      const problem = this.#problem()
      if (problem !== null) return { status: 'unhealthy', message: problem }
      return this.#ready
        ? {
            status: 'healthy',
            message: 'Worker has completed startup and is ready to handle requests.',
          }
        : { status: 'starting', message: 'Worker is still starting up.' }
    })
  }

  connectors(): readonly string[] {
    return this.#connectors.names
  }

  connectorInfo(name: string, signal: AbortSignal): Promise<ConnectorInfo> {
    return this.#loop.turn(signal, () => this.#views.info(this.#connectors.get(name)))
  }

  connectorConfig(name: string, signal: AbortSignal): Promise<RawConfig> {
    return this.#loop.turn(signal, () => this.#connectors.get(name).config)
  }

  connectorStatus(name: string): ConnectorStateInfo {
    return this.#views.status(name)
  }

  taskStatus(id: ConnectorTaskId): TaskState {
    return this.#views.taskStatus(id)
  }

  connectorHealth(name: string): ConnectorHealth {
    const hour = { now: Date.now(), stalledMs: this.#stalledMs }
    return this.#views.health(this.#connectors.get(name), hour)
  }

  taskConfigs(name: string, signal: AbortSignal): Promise<readonly TaskInfo[]> {
    return this.#loop.turn(signal, () => this.#views.tasks(this.#connectors.get(name)))
  }

  putConnectorConfig(
    name: string,
    config: RawConfig,
    options: { readonly targetState?: TargetState; readonly allowReplace: boolean },
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    return this.#configs.put(name, config, options, signal)
  }

  patchConnectorConfig(
    name: string,
    patch: RawConfig,
    signal: AbortSignal,
  ): Promise<ConnectorInfo> {
    return this.#configs.patch(name, patch, signal)
  }

  async deleteConnector(name: string, signal: AbortSignal): Promise<void> {
    const { gone } = await this.#loop.turn(signal, () => {
      this.#connectors.get(name)
      this.#statuses.remove(name)
      return { gone: this.#connectors.remove(name) }
    })
    void gone.finally(() => this.logs.forget(name)).catch(ignore)
    await untilDone(this.#worker, name, gone, signal)
  }

  pauseConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#loop.turn(signal, () => {
      this.#connectors.get(name, `Unknown connector ${name}`).transition('PAUSED')
    })
  }

  resumeConnector(name: string, signal: AbortSignal): Promise<void> {
    return this.#loop.turn(signal, () => {
      this.#connectors.get(name, `Unknown connector ${name}`).transition('STARTED')
    })
  }

  async stopConnector(name: string, signal: AbortSignal): Promise<void> {
    const { done } = await this.#loop.turn(signal, () => {
      const connector = this.#connectors.find(name)
      if (!connector) throw new ConnectError(`No connector \`${name}\` configured`)
      return { done: connector.stop() }
    })
    await untilDone(this.#worker, name, done, signal)
  }

  async restartConnector(
    request: RestartRequest,
    signal: AbortSignal,
  ): Promise<ConnectorStateInfo | null> {
    const { connector: name, includeTasks, onlyFailed } = request
    const { answer, done } = await this.#loop.turn(signal, () => {
      if (!includeTasks && !onlyFailed) {
        return {
          answer: null,
          done: this.#connectors.get(name).restart({ connector: true, tasks: [] }),
        }
      }
      const connector = this.#connectors.get(name, `Unknown connector: ${name}`)
      const plan = planRestart(this.#views.statusToRestart(name), request)
      return { answer: plan.answer, done: connector.restart(plan) }
    })
    await untilDone(this.#worker, name, done, signal)
    return answer
  }

  async restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    const { done } = await this.#loop.turn(signal, () => {
      const connector = this.#connectors.find(id.connector)
      if (connector) return { done: connector.restartTask(id.task) }
      throw new ConnectError(
        `Failed to start task ${taskIdText(id)} since it is not a recognizable type (source or sink)`,
      )
    })
    await untilDone(this.#worker, id.connector, done, signal)
  }

  connectorOffsets(name: string, signal: AbortSignal): Promise<readonly ConnectorOffset[]> {
    return this.#offsets.read(name, signal)
  }

  modifyConnectorOffsets(
    name: string,
    changes: readonly OffsetChange[] | null,
    signal: AbortSignal,
  ): Promise<string> {
    return this.#offsets.modify(name, changes, signal)
  }

  activeTopics(name: string): readonly string[] {
    return this.#topics.of(name)
  }

  resetActiveTopics(name: string): void {
    this.#topics.reset(name)
    this.#worker.resetTopics(name)
  }

  putTaskConfigs(): Promise<void> {
    return unsupported('externally setting task configurations')
  }

  fenceZombieSourceTasks(): Promise<void> {
    return unsupported('exactly-once source connectors')
  }

  async metrics(): Promise<readonly MetricFamily[]> {
    const snapshot = await this.#worker.metrics()
    return herderFamilies(this.#appInfo, snapshot, this.#statuses, this.#restarts)
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

  validateConnectorConfig(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    return this.#configs.validate(config, pluginName, signal)
  }

  #createExpiries({ clock = systemClock }: StandaloneHerderOptions): ExpiryRestarts {
    const restart = async (name: string): Promise<void> => this.#connectors.find(name)?.reload()
    return new ExpiryRestarts({ restart, clock })
  }

  #createRestarts({
    workerConfig,
    clock = systemClock,
  }: StandaloneHerderOptions): RestartSupervisor {
    return new RestartSupervisor({
      workerConfig,
      restart: async (name, plan) => {
        await this.#connectors.find(name)?.restartFailed(plan)
      },
      clock,
      random: Math.random,
      log,
    })
  }
}

const systemClock: Clock = { now: () => Date.now(), wait: delay }

function ignore(): void {
  // Whoever deletes the connector is told.
}
