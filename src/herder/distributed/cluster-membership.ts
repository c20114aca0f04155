import { ConnectError, asError } from '../../errors/connect-error.ts'
import { NotLeaderError } from '../../errors/forwarding-errors.ts'
import { Notifier } from '../../kafka/consumer/notifier.ts'
import type { ClusterConfigState } from '../../stores/config/cluster-config.ts'
import { isAbortOf, timeLimit } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { maskSecrets } from '../../util/secrets.ts'
import type {
  ConfigStore,
  DistributedHerderOptions,
  DistributedSettings,
  GroupMember,
} from './options.ts'
import { RebalanceMetrics } from './rebalance-metrics.ts'
import { Waiting } from './waiting.ts'
import { isNothing, noWork } from './work.ts'
import type { Work } from './work.ts'
import type { GroupAssignment, WorkerGroupListener } from './worker-group.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** The topic of configurations is tried so often before others are given what this worker cannot start. */
const readAttempts = 5
/** After what no joining helps against (a right that is missing) it is tried again after this long, doubled each time. */
const firstRetryMs = 1000
const lastRetryMs = 60_000
const mostRestMs = 5000

/** What belongs to the worker, as the group tells it. */
export interface AssignedWork {
  /** Nothing of it runs any more when this resolves. */
  revoked(work: Work): Promise<void>
  /** All that the worker has. The configurations that this is about have been read. */
  assigned(assignment: GroupAssignment): void
  /** It is the worker's again after its place was lost: others may have said what they do with it meanwhile. Waits for nothing. */
  returned(): void
  /** Whether something of it still stops that others may have next. */
  isStopping(): boolean
}

export interface ClusterMembershipParts extends Pick<
  DistributedHerderOptions,
  'group' | 'workerId'
> {
  readonly settings: Pick<
    DistributedSettings,
    'syncTimeoutMs' | 'unsyncBackoffMs' | 'rebalanceTimeoutMs'
  >
  readonly configs: Pick<ConfigStore, 'snapshot' | 'refresh'>
  readonly work: AssignedWork
}

/**
 * Serves the worker's place in its group, and settles each assignment. Heartbeats and joins go on beside; no
 * request waits for this.
 *
 * joining ─► assigned     the group says what the worker has
 * assigned ─► settled     the configurations that the assignment is about have been read
 * assigned ─► joining     it names none: its leader had not read what another one had
 * assigned ─► out         the configurations cannot be read: others get what it was given; then ─► joining
 * assigned ─► outside     it is drained, and its leader (one of Java's) gives it work nevertheless; ─► joining once it takes work again
 * settled ─► joining      configurations, members or balance changed; what runs goes on (before protocol version 1: is stopped)
 * any ─► joining          the session is over: nothing is started or written until ─► settled
 */
export class ClusterMembership {
  readonly metrics: RebalanceMetrics
  readonly #parts: ClusterMembershipParts
  readonly #notifier = new Notifier()
  readonly #stopping = new AbortController()
  readonly #settling = new Waiting()
  #group: GroupMember
  #joined: ClusterConfigState | null = null
  #assignment: GroupAssignment | null = null
  #isSettled = false
  #wasLost = false
  #isDrained = false
  /** Of a worker that has left the group to be drained: who led it then. */
  #outside: Pick<GroupAssignment, 'leaderUrl'> | null = null
  #readFailures = 0
  #failures = 0
  #problem: string | null = null
  /** Times of `performance.now()`. */
  #rejoinAt = Infinity
  #notBefore = 0
  #serving: Promise<void> = Promise.resolve()

  constructor(parts: ClusterMembershipParts) {
    this.#parts = parts
    this.metrics = new RebalanceMetrics(parts.workerId)
    this.#group = this.#createGroup()
  }

  start(): void {
    this.#serving = this.#serve(this.#stopping.signal)
  }

  /** Leaves the group, with everything stopped that the worker had. */
  async stop(): Promise<void> {
    this.#stopping.abort(new ConnectError('Worker is shutting down'))
    this.#settling.tell()
    await this.#serving
    await this.#group.leave()
  }

  /** What the worker has, while it may act on it; null while it has lost its place or does not know it yet. */
  get settled(): GroupAssignment | null {
    const assignment = this.#isSettled ? this.#assignment : null
    return assignment?.generation === this.#group.generation ? assignment : null
  }

  /** The last one told, whether or not it is over. */
  get assignment(): GroupAssignment | null {
    return this.#assignment
  }

  /** Why the worker has no place in the group, where that is no matter of waiting. */
  get problem(): string | null {
    return this.#problem
  }

  /** Whether the worker is to have nothing. */
  get isDrained(): boolean {
    return this.#isDrained
  }

  /** Whether all that it had has been taken from the worker that is drained, or given up by it. */
  get isRelieved(): boolean {
    const { settled } = this
    return this.#outside !== null || (settled?.isDrained === true && isNothing(settled.work))
  }

  /** Has what the worker has given to others, or lets it have something again. Waits for nothing. */
  setDrained(isDrained: boolean): void {
    if (this.#isDrained === isDrained) return
    this.#isDrained = isDrained
    this.#outside = null
    this.#group.requestRejoin(isDrained ? 'it is drained' : 'it takes work again')
    this.#notifier.notify()
  }

  /** Waits until the worker knows its place; rejects where it leaves its group before, with a NotLeaderError where it has left it to be drained. */
  async untilSettled(signal: AbortSignal): Promise<GroupAssignment> {
    for (;;) {
      if (this.#outside !== null) {
        const refusal = 'This worker is drained, and has left the group.'
        throw new NotLeaderError(refusal, this.#outside.leaderUrl)
      }
      const { settled } = this
      if (settled !== null) return settled
      this.#stopping.signal.throwIfAborted()
      await this.#settling.wait(signal)
    }
  }

  /** Where a connector or task runs, as the leader knows it. */
  ownerUrl(connector: string, task?: number): string | null {
    return this.#group.ownerUrl(connector, task)
  }

  requestRejoin(reason: string): void {
    this.#group.requestRejoin(reason)
  }

  /** What has kept the worker from joining may be over. */
  wake(): void {
    this.#notifier.notify()
  }

  #createGroup(): GroupMember {
    const { group, configs } = this.#parts
    const fresh = (): ClusterConfigState => (this.#joined = configs.snapshot())
    return group({
      configs: { fresh, joined: () => this.#joined ?? fresh() },
      listener: this.#listener(),
      notify: this.#notifier.notify,
      isDrained: () => this.#isDrained,
      isStopping: () => this.#parts.work.isStopping(),
    })
  }

  #listener(): WorkerGroupListener {
    return {
      revoked: (work) => this.#parts.work.revoked(work),
      // Nothing of it writes while the lease is over. Whether it goes on, the next assignment says.
      lost: () => {
        this.#isSettled = false
        this.#wasLost = true
        return Promise.resolve()
      },
      assigned: (assignment) => {
        this.#assignment = assignment
        this.#isSettled = false
        this.metrics.started()
        this.#readFailures = 0
        this.#rejoinAt = Infinity
        return Promise.resolve()
      },
    }
  }

  /** Never rejects. */
  async #serve(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#turn(signal)
      } catch (error) {
        if (!isAbortOf(signal, error)) this.#failed(error)
      }
      await this.#notifier.wait(this.#restMs(), signal).catch(() => undefined)
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const now = performance.now()
    if (now < this.#notBefore || this.#outside !== null) return
    if (now >= this.#rejoinAt) {
      this.#rejoinAt = Infinity
      this.#group.requestRejoin('the time has come for the rebalance that its leader has asked for')
    }
    await this.#group.serve()
    await this.#settle(signal)
    this.#failures = 0
    this.#problem = null
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const assignment = this.#assignment
    if (assignment === null || this.#isSettled) return
    if (assignment.generation !== this.#group.generation) return
    if (assignment.failed) {
      await this.#read(signal)
      this.#group.requestRejoin('its leader had not read the newest configurations')
      return
    }
    if (assignment.isDrained && !isNothing(assignment.work)) {
      await this.#leaveDrained(assignment)
      return
    }
    const { configs, work } = this.#parts
    if (configs.snapshot().offset < assignment.configOffset && !(await this.#read(signal))) {
      await this.#unreadable(assignment)
      return
    }
    this.#isSettled = true
    work.assigned(assignment)
    if (this.#wasLost) work.returned()
    this.#wasLost = false
    this.metrics.completed()
    this.#settling.tell()
    if (assignment.wasRevoked) {
      this.#group.requestRejoin('what was taken from it is to be given to others')
    } else if (assignment.delayMs > 0) this.#rejoinAt = performance.now() + assignment.delayMs
  }

  async #read(signal: AbortSignal): Promise<boolean> {
    using limit = timeLimit(this.#parts.settings.syncTimeoutMs, signal)
    try {
      await this.#parts.configs.refresh(limit.signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      log.error(`The topic of configurations could not be read: ${asError(error).message}`)
      return false
    }
  }

  /** What is assigned cannot be started. What runs goes on while that may pass; in the end it is given to others. */
  async #unreadable({ version }: GroupAssignment): Promise<void> {
    const { syncTimeoutMs, unsyncBackoffMs } = this.#parts.settings
    this.#readFailures++
    if (version > 0 && this.#readFailures < readAttempts) {
      this.#pause(syncTimeoutMs)
      return
    }
    log.warn('Leaving the group: it takes too long to read the topic of configurations.')
    await this.#group.leave()
    this.#assignment = null
    this.#readFailures = 0
    this.#group = this.#createGroup()
    this.#pause(version === 0 ? unsyncBackoffMs : syncTimeoutMs)
  }

  /** The leader does not know of drained workers: whoever is to have nothing cannot be a member. Nothing new was started. */
  async #leaveDrained(assignment: GroupAssignment): Promise<void> {
    log.info(
      `Leaving the group: the worker is drained, and its leader ${assignment.leaderUrl} gives it work nevertheless.`,
    )
    await this.#group.leave()
    this.#assignment = { ...assignment, isLeader: false, work: noWork }
    this.#rejoinAt = Infinity
    this.#group = this.#createGroup()
    // It may be to take work again by now.
    if (this.#isDrained) this.#outside = assignment
    this.#settling.tell()
  }

  /** Whatever it is, better to try again than to give up what runs. */
  #failed(error: unknown): void {
    const { message } = asError(error)
    this.#problem = maskSecrets(message)
    const pauseMs = Math.min(firstRetryMs * 2 ** this.#failures++, lastRetryMs)
    log.error(`The worker cannot serve its group; trying again in ${pauseMs} ms: ${message}`, error)
    this.#pause(pauseMs)
    this.#group.requestRejoin('something went wrong')
  }

  #pause(ms: number): void {
    this.#notBefore = performance.now() + ms
  }

  /** How long there is nothing to do unless the group says so. Who does not serve it in `rebalance.timeout.ms` is put out of it. */
  #restMs(): number {
    const now = performance.now()
    if (this.#notBefore > now) return this.#notBefore - now
    if (this.#readFailures > 0) return 0
    const pollMs = Math.min(mostRestMs, this.#parts.settings.rebalanceTimeoutMs / 4)
    return Math.min(this.#rejoinAt - now, pollMs)
  }
}
