import { Membership } from '../../kafka/group/membership.ts'
import { CoordinatorLink } from '../../kafka/group/coordinator.ts'
import type { MemberOptions } from '../../kafka/group/group-options.ts'
import type { KafkaClient } from '../../kafka/net/client.ts'
import type { WorkerLease } from '../../messages/worker-lease.ts'
import { createLogger } from '../../util/logger.ts'
import { thisMoment } from '../../util/moment.ts'
import type { Moment } from '../../util/moment.ts'
import { ConnectGroupProtocol } from './connect-group-protocol.ts'
import type { ConfigSnapshots, ConnectProtocolMode } from './connect-group-protocol.ts'
import { decodeAssignment } from './connect-protocol.ts'
import type { ConnectProtocolVersion, WorkerAssignment } from './connect-protocol.ts'
import { IncrementalAssignor } from './incremental-assignor.ts'
import { isNothing, noWork, union, without, workOf, workSet } from './work.ts'
import type { Work } from './work.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.WorkerCoordinator')

/** What a worker does when the group tells it something. Awaited before the group goes on, but for what the first one says. */
export interface WorkerGroupListener {
  /**
   * Stop this: it goes to another worker, or is gone. Nothing may be running of it when this resolves. It may take its time: what else
   * the worker is told meanwhile it hears at once, but it joins no other generation before. Never rejects: once it is over, others have it.
   */
  revoked(work: Work): Promise<void>
  /** The worker has lost its place: until it is assigned something again, what it runs may be another one's, and must write nothing (invariant 4). */
  lost(work: Work): Promise<void>
  /** What the worker has from now on, and in how many ms to ask for a rebalance (0: not at all). */
  assigned(assignment: GroupAssignment): Promise<void>
}

/** The worker's place in a generation of the group. */
export interface GroupAssignment {
  readonly generation: number
  readonly version: ConnectProtocolVersion
  readonly isLeader: boolean
  readonly leaderUrl: string
  /** The leader had not read the newest configurations: nothing was assigned. */
  readonly failed: boolean
  /** To be read before anything is started. */
  readonly configOffset: number
  /** All that the worker has. */
  readonly work: Work
  /** The worker had said that it is drained: a leader of ours gives it nothing, and one of Java's goes on as before. */
  readonly isDrained: boolean
  /** Whether something was taken from it in this round: then the group is to be rebalanced once more. */
  readonly wasRevoked: boolean
  readonly delayMs: number
}

export interface WorkerGroupParts {
  readonly client: KafkaClient
  readonly options: MemberOptions
  readonly mode: ConnectProtocolMode
  /** Advertised, with a slash at its end. */
  readonly url: string
  readonly configs: ConfigSnapshots
  /** Whether the worker is to have nothing; asked for each join. */
  readonly isDrained: () => boolean
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs: number
  readonly listener: WorkerGroupListener
  /**
   * Whether something still stops here that another worker may start once this one has joined the next generation; `notify` is called
   * at its end.
   */
  readonly isStopping: () => boolean
  /** Called when there is something to serve. */
  readonly notify: () => void
  readonly onMemberId?: (memberId: string) => void
  /** Until when what the worker runs may act. */
  readonly lease?: Pick<WorkerLease, 'extend' | 'end'>
}

/**
 * One worker's place in the group of workers: it joins, hears what it has to run, and keeps it while its owner serves. `serve` is
 * to be called after every `notify`, and at least once in `rebalance.timeout.ms`.
 */
export class WorkerGroup {
  readonly #parts: WorkerGroupParts
  readonly #protocol: ConnectGroupProtocol
  readonly #membership: Membership
  #memberId = ''
  #held: WorkerAssignment | null = null
  #lastGeneration = -1
  /** Whether what it runs is its own. */
  #mayAct = false
  #confirmedAt: Moment = thisMoment()
  /** The end of all that is being stopped because it was taken from this worker. Never rejects. */
  #stopped: Promise<void> = Promise.resolve()
  #isStopping = false

  constructor(parts: WorkerGroupParts) {
    this.#parts = parts
    const { client, options, mode, url, configs, maxDelayMs, isDrained } = parts
    this.#protocol = new ConnectGroupProtocol({
      mode,
      url,
      configs,
      isDrained,
      assignor: new IncrementalAssignor({ maxDelayMs, now: () => Date.now() }),
      held: () => this.#held,
      lastGeneration: () => this.#lastGeneration,
      memberId: () => this.#memberId,
    })
    this.#membership = new Membership({
      coordinator: new CoordinatorLink(client, options.groupId, 'coordinator'),
      protocol: this.#protocol,
      options,
      retryBackoff: client.options.retryBackoff,
      notify: parts.notify,
      onMemberId: (memberId) => {
        this.#memberId = memberId
        parts.onMemberId?.(memberId)
      },
      onConfirmed: (sentAt) => {
        this.#confirmedAt = sentAt
        this.#extendLease()
      },
      onLost: () => this.#endLease(),
    })
    this.#endLease()
  }

  /** The generation that the worker is in; null while it is in none. */
  get generation(): number | null {
    return this.#membership.generation?.id ?? null
  }

  /**
   * Where a connector or task runs, while this worker leads a group that is not being rebalanced, or not yet: before the leader joins,
   * nobody gets what another one has. Null where that is not known.
   */
  ownerUrl(connector: string, task?: number): string | null {
    const isLeader = this.#held !== null && this.#held.leader === this.#memberId
    const isRebalancing = this.#membership.mustJoin && !this.#isHeldUp
    if (!isLeader || isRebalancing || this.generation === null) return null
    return this.#protocol.ownerUrl(connector, task)
  }

  /** Whoever joins says that what is not its own any more is free: it joins once it is notified of the end of what stops. */
  get #isHeldUp(): boolean {
    return this.#isStopping || this.#parts.isStopping()
  }

  requestRejoin(reason: string): void {
    this.#membership.requestRejoin(reason)
  }

  /** Does what the group asks for; a join that it starts goes on beside. Rejects with what the listener does, and with what no joining helps against. */
  async serve(): Promise<void> {
    const membership = this.#membership
    membership.setPolling(true)
    try {
      for (;;) {
        membership.throwError()
        if (membership.takeLoss()) await this.#lost()
        const joined = membership.takeJoined()
        if (joined !== null) {
          await this.#joined(joined.generation.id, decodeAssignment(joined.assignment))
        } else if (!membership.mustJoin || this.#isHeldUp) {
          return
        } else {
          await this.#prepare()
          // The generation may have ended while something was stopped.
          if (!membership.hasLoss) {
            membership.startJoin()
            return
          }
        }
      }
    } finally {
      membership.setPolling(false)
    }
  }

  /** Gives everything up and leaves the group, so that others need not wait. */
  async leave(): Promise<void> {
    try {
      await Promise.all([this.#stopped, this.#revoke(this.#held?.assigned ?? noWork)])
    } finally {
      this.#held = null
      this.#endLease()
      await this.#membership.leave()
    }
  }

  /** Before version 1 everybody gives up everything before a rebalance. */
  async #prepare(): Promise<void> {
    const held = this.#held
    if (held === null) return
    if (held.version > 0) {
      log.debug('Keeping connectors and tasks until they are revoked.')
      return
    }
    await this.#revoke(held.assigned)
    this.#held = { ...held, assigned: noWork }
  }

  async #joined(generation: number, told: WorkerAssignment): Promise<void> {
    this.#stop(told.revoked)
    const isBack = this.#held === null && this.#parts.options.groupInstanceId !== null
    const before = this.#held?.assigned ?? noWork
    const kept = told.version === 0 ? workSet() : without(workSet(before), workSet(told.revoked))
    const work = workOf(union(kept, workSet(told.assigned)))
    this.#held = { ...told, assigned: work, revoked: noWork, isWhole: false }
    this.#lastGeneration = generation
    await this.#parts.listener.assigned({
      generation,
      version: told.version,
      isLeader: told.leader === this.#memberId,
      leaderUrl: told.leaderUrl,
      failed: told.error !== 0,
      configOffset: told.configOffset,
      work,
      isDrained: this.#protocol.saidDrained,
      wasRevoked: !isNothing(told.revoked),
      delayMs: told.delayMs,
    })
    if (this.generation !== generation) return
    if (isBack && !this.#isComplete(told)) {
      this.#membership.requestRejoin('what it had before it was restarted is not all told')
    }
    // Invariant 4: whoever comes back may act again when nothing of what is another one's by now is left of it. No request waits for that.
    if (this.#isStopping && !this.#mayAct) void this.#stopped.then(() => this.#allow(generation))
    else this.#allow(generation)
  }

  #allow(generation: number): void {
    if (this.generation !== generation) return
    this.#mayAct = true
    this.#extendLease()
  }

  /**
   * Whether a static member that came back (KIP-345) knows all that it has, and who leads. Of Java's leader it is told what it was given last, and
   * where it led itself everybody still knows the one it was.
   */
  #isComplete({ version, isWhole, leader, leaderUrl }: WorkerAssignment): boolean {
    if (leader !== this.#memberId && leaderUrl === this.#parts.url) return false
    return version === 0 || isWhole === true
  }

  /**
   * Invariant 4: after a loss, what was run before may be another worker's by now. It acts again only where an assignment
   * says that it is this one's still, and what is not has been stopped.
   */
  #extendLease(): void {
    if (!this.#mayAct) return
    this.#parts.lease?.extend(this.#confirmedAt, this.#parts.options.sessionTimeoutMs)
  }

  #endLease(): void {
    this.#mayAct = false
    this.#parts.lease?.end()
  }

  /** A slow stop holds up nothing but the next rebalance. */
  #stop(work: Work): void {
    if (isNothing(work)) return
    this.#isStopping = true
    const before = this.#stopped
    const stopped = this.#revoke(work)
      .catch((error: unknown) => log.error('What was taken from the worker did not stop.', error))
      .then(() => before)
      .then(() => {
        if (this.#stopped === stopped) this.#isStopping = false
        this.#parts.notify()
      })
    this.#stopped = stopped
  }

  async #revoke(work: Work): Promise<void> {
    if (!isNothing(work)) await this.#parts.listener.revoked(work)
  }

  /** Since version 1 a worker that comes back says what it still has, so that nothing is started twice, and nothing stopped without need. */
  async #lost(): Promise<void> {
    const held = this.#held
    if (held === null) return
    if (held.version > 0) {
      await this.#parts.listener.lost(held.assigned)
      return
    }
    this.#held = null
    await this.#revoke(held.assigned)
  }
}
