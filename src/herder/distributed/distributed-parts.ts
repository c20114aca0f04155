import { setMaxListeners } from 'node:events'
import { ConnectError } from '../../errors/connect-error.ts'
import type { Reading } from '../../metrics/groups.ts'
import type { MetricFamily } from '../../metrics/metric-family.ts'
import type { ClusterConfigState } from '../../stores/config/cluster-config.ts'
import { abortable, delay, timeLimit } from '../../util/abort.ts'
import { LogHistory } from '../../util/log-history.ts'
import { createLogger } from '../../util/logger.ts'
import type { ConnectorWorker } from '../../worker/types.ts'
import { ConfigValidation } from '../config-validation.ts'
import { ExpiryRestarts } from '../expiry-restarts.ts'
import { Loggers } from '../loggers.ts'
import { appInfoReading, herderFamilies } from '../metrics.ts'
import { Previews } from '../previews.ts'
import { RequestLoop } from '../request-loop.ts'
import { RestartSupervisor } from '../restart-supervisor.ts'
import type { Clock } from '../restart-supervisor.ts'
import { ClusterMembership } from './cluster-membership.ts'
import { ClusterOffsets } from './cluster-offsets.ts'
import { ClusterStatuses } from './cluster-statuses.ts'
import { ClusterTopics } from './cluster-topics.ts'
import { ClusterTransactions } from './cluster-transactions.ts'
import { ClusterViews } from './cluster-views.ts'
import { ConfigChanges } from './config-changes.ts'
import type { ConfigChangesParts } from './config-changes.ts'
import { ConnectorRequests } from './connector-requests.ts'
import { LeaderDuties } from './leader-duties.ts'
import type {
  ConfigStore,
  DistributedHerderOptions,
  DistributedSettings,
  StatusStore,
} from './options.ts'
import type { OwnedServices } from './owned-services.ts'
import { OwnedWork } from './owned-work.ts'
import { RestartRequests } from './restart-requests.ts'
import { SessionKeys } from './session-keys.ts'
import { publishTasks } from './task-publication.ts'
import type { PublicationParts } from './task-publication.ts'
import { WorkerDrain } from './worker-drain.ts'
import type { Work } from './work.ts'
import { clusterWorkerListener } from './cluster-worker-listener.ts'
import type { GroupAssignment } from './worker-group.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** Statuses have this long to be written before what was stopped is told to be gone. */
const flushMs = 5000

/** All that the herder of a worker of a cluster is made of, and what holds it together: changes of configurations, and assignments. */
export class DistributedParts {
  readonly settings: DistributedSettings
  readonly loggers: Loggers
  readonly logs: LogHistory
  readonly previews: Previews
  readonly worker: ConnectorWorker
  readonly configs: ConfigStore
  readonly membership: ClusterMembership
  readonly drain: WorkerDrain
  readonly views: ClusterViews
  readonly validation: ConfigValidation
  readonly requests: ConnectorRequests
  readonly restartRequests: RestartRequests
  readonly offsets: ClusterOffsets
  readonly topics: ClusterTopics
  readonly loop = new RequestLoop()
  readonly transactions: ClusterTransactions
  readonly #options: DistributedHerderOptions
  readonly #store: StatusStore
  readonly #statuses: ClusterStatuses
  readonly #owned: OwnedWork
  readonly #duties: LeaderDuties
  readonly #restarts: RestartSupervisor
  readonly #expiries: ExpiryRestarts
  readonly #appInfo: Reading
  readonly #stopping = new AbortController()
  /** Ends what the end of the worker does not; of its stop, once there is one. */
  #patience = new AbortController().signal
  readonly #changes: ConfigChanges
  #isReady = false

  constructor(options: DistributedHerderOptions) {
    // Whatever waits for the end of the worker.
    setMaxListeners(0, this.#stopping.signal)
    const { resolver, workerId, topicTracking, settings } = options
    this.#options = options
    this.settings = settings
    this.logs = options.logs ?? new LogHistory()
    this.#appInfo = appInfoReading(workerId, options.commit)
    this.#restarts = this.#createRestarts(options)
    this.#expiries = this.#createExpiries(options)
    this.configs = options.configs({
      onChange: (change) => this.#changes.apply(change),
      onReloaded: () => this.#changes.reloaded(),
    })
    const snapshot = this.configs.snapshot.bind(this.configs)
    this.#changes = this.#createChanges()
    this.#store = options.statuses
    this.#store.watchTopics((name) => this.#topicsForgotten(name))
    this.topics = new ClusterTopics(topicTracking, this.#store)
    this.#statuses = this.#createStatuses()
    this.transactions = this.#createTransactions()
    this.worker = this.#createWorker()
    this.loggers = new Loggers(
      (logger, level) => this.worker.setLogLevel(logger, level),
      (...told) => this.configs.putLoggerLevel(...told),
    )
    const services = this.#createServices()
    const settled = (): GroupAssignment | null => this.membership.settled
    const { transactions } = this
    const running = (): Work => this.#owned.running()
    const onStopped = (): void => this.membership.wake()
    this.#owned = new OwnedWork({ services, snapshot, settled, transactions, onStopped })
    this.membership = new ClusterMembership({
      ...{ group: options.group, settings, workerId, configs: this.configs },
      work: {
        revoked: (work) => this.#revoked(work),
        assigned: (assignment) => this.#assigned(assignment),
        isStopping: () => this.#owned.isStopping,
        returned: () => void this.#statuses.repeat(this.membership, this.#stopping.signal),
      },
    })
    this.drain = new WorkerDrain({ membership: this.membership, running })
    this.views = new ClusterViews({
      ...{ snapshot, workerId, worker: this.worker, restarts: this.#restarts },
      statuses: () => this.#statuses.table,
      trouble: (name) => this.#owned.connector(name)?.trouble ?? null,
    })
    this.validation = new ConfigValidation({ worker: this.worker, resolver })
    const { configs, membership, views, loop, validation } = this
    this.requests = new ConnectorRequests({ loop, configs, membership, views, validation })
    const parts = { configs, membership, views, services, transactions, requests: this.requests }
    this.restartRequests = new RestartRequests({ ...parts, owned: this.#owned })
    this.offsets = new ClusterOffsets({ ...parts, syncTimeoutMs: settings.syncTimeoutMs })
    this.previews = new Previews({ worker: this.worker, resolver, configs: validation })
    const sessionKeys = new SessionKeys(settings.sessionKeys)
    this.#duties = new LeaderDuties({ configs, statuses: this.#statuses, sessionKeys, settled })
  }

  /** Whether the worker has had its place in the group once. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** What the worker lacks, in a sentence. Waits for nothing. */
  problem(): string | null {
    const { problem = () => null } = this.#options
    return this.membership.problem ?? this.configs.problem() ?? this.#store.problem() ?? problem()
  }

  async start(signal: AbortSignal): Promise<void> {
    log.info('Herder starting')
    await Promise.all([this.#store.start(signal), this.configs.start(signal)])
    this.#changes.joining()
    this.membership.start()
    log.info('Herder started')
  }

  async stop(signal: AbortSignal): Promise<void> {
    log.info('Herder stopping')
    this.#patience = signal
    this.loop.close()
    const reason = new ConnectError('Worker is shutting down')
    this.#stopping.abort(reason)
    this.#owned.abandon(reason)
    const background = Promise.all([
      this.#restarts.stop(),
      this.#expiries.stop(),
      this.#duties.stop(),
      this.transactions.stop(reason),
    ])
    try {
      // Whoever leaves has given up everything: others need not wait for it.
      await abortable(this.membership.stop(), signal)
      await Promise.all([this.worker.stop(signal), abortable(background, signal)])
    } finally {
      await Promise.allSettled([
        this.worker.stop(signal),
        this.#store.stop(signal),
        this.configs.stop(signal),
      ])
    }
    log.info('Herder stopped')
  }

  async metrics(): Promise<readonly MetricFamily[]> {
    const measured = await this.worker.metrics()
    const { metrics, assignment } = this.membership
    const readings = [...measured.readings, ...metrics.readings(assignment)]
    return herderFamilies(
      this.#appInfo,
      { ...measured, readings },
      this.#statuses.own,
      this.#restarts,
      (name) => Array.from(this.#statuses.table.tasks(name).values(), ({ state }) => state),
    )
  }

  #assigned(assignment: GroupAssignment): void {
    log.info(
      `Joined generation ${assignment.generation} as ${assignment.isLeader ? 'its leader' : `a member, led by ${assignment.leaderUrl}`}, ` +
        `with ${assignment.work.connectors.length} connectors and ${assignment.work.tasks.length} tasks.`,
    )
    this.#isReady = true
    this.transactions.settled()
    this.#owned.assigned(assignment)
    this.#duties.settled()
  }

  /** By whichever worker: those tasks of the connector that run here tell each topic again. */
  #topicsForgotten(connector: string): void {
    if (this.#owned.has(connector)) this.worker.resetTopics(connector)
  }

  /** Statuses are written then, at the stop too: who comes after this worker is not to be contradicted by what it says late. */
  async #revoked(work: Work): Promise<void> {
    await this.#owned.revoked(work)
    using limit = timeLimit(flushMs, this.#patience)
    await abortable(this.#store.flush(limit.signal), limit.signal).catch(() => undefined)
  }

  #createChanges(): ConfigChanges {
    const concerned = (): ConfigChangesParts => {
      const { membership, transactions, restartRequests, topics, logs, loggers } = this
      const parts = { membership, transactions, restartRequests, topics, logs, loggers }
      return { ...parts, owned: this.#owned, duties: this.#duties }
    }
    const snapshot = (): ClusterConfigState => this.configs.snapshot()
    return new ConfigChanges(snapshot, concerned, this.#stopping.signal)
  }

  #createTransactions(): ClusterTransactions {
    const { resolver, peers, exactlyOnce } = this.#options
    return new ClusterTransactions({
      ...{ configs: this.configs, peers, resolver },
      ...(exactlyOnce && { options: exactlyOnce }),
      later: () => ({
        ...{ worker: this.worker, membership: this.membership, owned: this.#owned },
        ...{ views: this.views, requests: this.requests },
      }),
    })
  }

  #createWorker(): ConnectorWorker {
    const listener = clusterWorkerListener({
      snapshot: () => this.configs.snapshot(),
      owned: () => this.#owned,
      statuses: this.#statuses,
      topics: this.topics,
      worker: () => this.worker,
    })
    return this.#options.worker(listener, this.transactions.ofTasks)
  }

  #createStatuses(): ClusterStatuses {
    const { workerId } = this.#options
    return new ClusterStatuses({
      ...{ store: this.#store, workerId },
      generation: () => this.membership.assignment?.generation ?? 0,
      exists: (connector, task) => {
        const state = this.configs.snapshot().connectors.get(connector)
        return state !== undefined && (task === undefined || task < state.tasks.length)
      },
      observer: (change) => this.#restarts.statusChanged(change),
    })
  }

  #createServices(): OwnedServices {
    const { resolver, peers } = this.#options
    const publication = (): PublicationParts => ({
      ...{ configs: this.configs, membership: this.membership, requests: this.requests, peers },
    })
    return {
      ...{ resolver, log, worker: this.worker, statuses: this.#statuses },
      ...{ restarts: this.#restarts, expiries: this.#expiries },
      untilSettled: (signal) => this.membership.untilSettled(signal),
      publish: (...published) => publishTasks(publication(), ...published),
    }
  }

  #createExpiries({ clock = systemClock }: DistributedHerderOptions): ExpiryRestarts {
    const restart = (name: string) => this.restartRequests.expired(name, this.#stopping.signal)
    return new ExpiryRestarts({ restart, clock })
  }

  #createRestarts({ workerConfig, clock = systemClock }: DistributedHerderOptions) {
    return new RestartSupervisor({
      ...{ workerConfig, clock, log, random: Math.random },
      restart: (name, plan) => this.restartRequests.failed(name, plan, this.#stopping.signal),
    })
  }
}

const systemClock: Clock = { now: () => Date.now(), wait: delay }
