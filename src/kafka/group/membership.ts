import { asError, isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { Moment } from '../../util/moment.ts'
import { backoffMs } from '../net/backoff.ts'
import type { Backoff } from '../net/backoff.ts'
import { ErrorCode } from '../protocol/errors.ts'
import { Heartbeats } from './heartbeats.ts'
import { joinOnce } from './join-exchange.ts'
import type { Generation, JoinedGroup, JoinOutcome, JoinParts } from './join-exchange.ts'
import { memberLabel, notAMember, rebalanceInProgress, refusedMember } from './member-errors.ts'
import { leaveInTime } from './member-requests.ts'
import { PollInterval } from './poll-interval.ts'
import { Session } from './session.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.ConsumerCoordinator')

export interface MembershipParts extends JoinParts {
  readonly retryBackoff: Backoff
  /** Called when there is something to serve: a rebalance, an assignment, a loss, an error. */
  readonly notify: () => void
  /** Called with every member id the coordinator gives, so that someone else can take it out of the group. */
  readonly onMemberId?: (memberId: string) => void
  /** Called when there was no poll for more than `max.poll.interval.ms`; the member has left its group by then. */
  readonly onIdle?: (idleMs: number) => void
  /** Called when the coordinator has answered, as a member's, what was sent at that moment: a session from then on. */
  readonly onConfirmed?: (sentAt: Moment) => void
  /** Called at once when the generation is lost; `takeLoss` tells it in turn. */
  readonly onLost?: () => void
}

/** An assignment that was made and is not served yet. */
export interface Joined {
  readonly generation: Generation
  readonly assignment: Buffer
}

/**
 * One member of a group, whatever the group is about. Its states, and what moves it between them:
 *
 * - out: no generation. `startJoin` → joining.
 * - joining: JoinGroup and SyncGroup under way. Answered → stable, with something for `takeJoined`; refused → out.
 * - stable: heartbeats are sent. The coordinator rebalances, or `requestRejoin` → stable, and `mustJoin`.
 *   The coordinator does not know it any more, the session is over by its own clock, or there was no
 *   poll for too long → out, with a loss for `takeLoss`.
 * - closed: by `leave`.
 *
 * Its owner serves rebalances: it alone calls `startJoin`, once partitions are given up.
 */
export class Membership {
  readonly #parts: MembershipParts
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #memberId = ''
  #generation: Generation | null = null
  readonly #session: Session
  readonly #polls: PollInterval
  readonly #heartbeats: Heartbeats
  #isJoining = false
  #mustJoin = true
  #isLost = false
  #joined: Joined | null = null
  #error: Error | null = null
  #failures = 0

  constructor(parts: MembershipParts) {
    this.#parts = parts
    const { sessionTimeoutMs, maxPollIntervalMs } = parts.options
    const { onConfirmed } = parts
    this.#session = new Session(sessionTimeoutMs, () => this.#checkSession(), onConfirmed)
    this.#heartbeats = new Heartbeats(parts, this.#session, (code, generation) =>
      this.heard(code, generation),
    )
    this.#polls = new PollInterval(maxPollIntervalMs, (idle) => {
      this.#leaveIdle(idle)
      parts.onIdle?.(idle)
    })
  }

  /** The generation in force; null while there is none. */
  get generation(): Generation | null {
    this.#checkSession()
    return this.#generation
  }

  /** Whether its owner is to give up partitions and join. */
  get mustJoin(): boolean {
    return this.#mustJoin && !this.#isJoining
  }

  /**
   * Whether what was read in the generation in force may be acted on. Invariant 4: where its session is over by its
   * own clocks the member has lost everything, whether or not it has been told.
   */
  get holds(): boolean {
    if (this.#generation !== null && this.#session.isOver) this.#lose(this.#sessionOver())
    return this.#generation !== null
  }

  /**
   * Whether it cannot know if its partitions are still its own: it joins, and has heard nothing for a session. A
   * coordinator that waits for other members keeps it, so nothing is lost yet; but nothing should be read meanwhile.
   */
  get isUncertain(): boolean {
    return this.#isJoining && this.#generation !== null && this.#session.isOver
  }

  get hasLoss(): boolean {
    this.#checkSession()
    return this.#isLost
  }

  /** Whether the generation was lost since the last time this was asked: what was assigned is someone else's. */
  takeLoss(): boolean {
    const isLost = this.hasLoss
    this.#isLost = false
    return isLost
  }

  /** The assignment made since the last time this was asked. */
  takeJoined(): Joined | null {
    const joined = this.#joined
    this.#joined = null
    return joined
  }

  /** Throws what no rejoining helps against, once. */
  throwError(): void {
    const error = this.#error
    this.#error = null
    if (error !== null) throw error
  }

  /** Between polls `max.poll.interval.ms` may pass, within one as much as it takes. */
  setPolling(isPolling: boolean): void {
    this.#polls.setPolling(isPolling)
  }

  requestRejoin(reason: string): void {
    if (this.#mustJoin) return
    log.info(`${this.#label()} joins again: ${reason}.`)
    this.#mustJoin = true
    this.#parts.notify()
  }

  startJoin(): void {
    this.#isJoining = true
    this.#mustJoin = false
    this.#heartbeats.stop()
    this.#run(this.#join(this.#closing.signal))
  }

  /** The generation to commit with. Throws where there is none, or a new one is in the making. */
  committing(): Generation {
    const { generation } = this
    if (this.#isJoining) throw rebalanceInProgress(this.#parts.options)
    if (generation === null) throw notAMember(this.#parts.options)
    return generation
  }

  /** Takes what the coordinator said to a request of `generation`; the error it stands for, null for none. */
  heard(code: number, generation: Generation): Error | null {
    if (code === ErrorCode.NONE) return null
    const { options } = this.#parts
    const isCurrent = generation === this.#generation
    const refused = (): Error => refusedMember(options, code, this.#label())
    switch (code) {
      case ErrorCode.REBALANCE_IN_PROGRESS:
        if (isCurrent) this.requestRejoin('the group is being rebalanced')
        return rebalanceInProgress(options)
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.ILLEGAL_GENERATION:
        if (isCurrent) {
          if (code === ErrorCode.UNKNOWN_MEMBER_ID) this.#memberId = ''
          this.#lose(takenOut)
        }
        return notAMember(options)
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.REQUEST_TIMED_OUT:
        this.#parts.coordinator.forget()
        break
      case ErrorCode.GROUP_AUTHORIZATION_FAILED:
        if (isCurrent) this.#fail(refused())
        break
      case ErrorCode.FENCED_INSTANCE_ID:
        if (isCurrent) {
          this.#lose('another one has its group.instance.id')
          this.#fail(refused())
        }
        break
      default:
    }
    return refused()
  }

  /**
   * Leaves the group, where it is in it, within a limit of its own: whoever cannot wait any more need not, but the others of the group
   * would wait for this member's session to end. A static member stays until it does.
   */
  async leave(): Promise<void> {
    const { coordinator, options } = this.#parts
    this.#closing.abort(new Error('The member leaves its group.'))
    this.#polls.close()
    this.#heartbeats.stop()
    // The coordinator answers in order: behind a JoinGroup, LeaveGroup would wait for all other members.
    if (this.#isJoining) coordinator.disconnect()
    await Promise.allSettled(this.#running)
    const memberId = this.#memberId
    this.#generation = null
    this.#memberId = ''
    await leaveInTime(coordinator, options, memberId)
  }

  async #join(signal: AbortSignal): Promise<void> {
    try {
      if (this.#failures > 0) await this.#pause(signal)
      const outcome = await this.#joinInTurn(signal)
      if (outcome.kind === 'joined') {
        this.#setMemberId(outcome.generation.memberId)
        this.#begin(outcome)
      } else {
        this.#goBack(outcome)
      }
    } catch (error) {
      if (!signal.aborted) this.#joinFailed(asError(error))
    } finally {
      this.#isJoining = false
      this.#parts.notify()
    }
  }

  /**
   * Joins, and again at once where the group moved on meanwhile: nothing more has to be given up for that, and who
   * waited for the next poll of its owner would send nothing until then.
   */
  async #joinInTurn(signal: AbortSignal): Promise<JoinOutcome> {
    for (;;) {
      const member = {
        memberId: this.#memberId,
        generationId: this.#generation?.id ?? -1,
        onMemberId: (memberId: string) => this.#setMemberId(memberId),
      }
      const outcome = await joinOnce(this.#parts, member, signal)
      signal.throwIfAborted()
      if (outcome.kind !== 'again' || !outcome.atOnce || this.#polls.isOver) return outcome
      this.#setMemberId(outcome.memberId)
      this.#failures = 0
      // The coordinator has just counted with this member.
      this.#session.confirmed(outcome.sentAt)
    }
  }

  #begin({ generation, assignment, sentAt }: JoinedGroup): void {
    log.info(`${this.#label()} has joined generation ${generation.id} as ${generation.memberId}.`)
    this.#failures = 0
    this.#generation = generation
    this.#joined = { generation, assignment }
    if (this.#polls.isOver) {
      // The join is over: what is lost now has to be joined for again.
      this.#isJoining = false
      this.#leave(generation)
    } else this.#run(this.#heartbeats.start(generation, sentAt))
  }

  #goBack(outcome: Exclude<JoinOutcome, { kind: 'joined' }>): void {
    this.#setMemberId(outcome.memberId)
    this.#isJoining = false
    this.#mustJoin = true
    const atOnce = outcome.kind === 'lost' || outcome.atOnce
    this.#failures = atOnce ? 0 : this.#failures + 1
    if (outcome.kind === 'lost') this.#lose(takenOut)
    // The coordinator has just counted with this member.
    else if (outcome.atOnce) this.#session.confirmed(outcome.sentAt)
  }

  #joinFailed(error: Error): void {
    this.#mustJoin = true
    this.#failures++
    if (isRetriable(error)) log.info(`${this.#label()} joins again: ${error.message}`)
    else this.#fail(error)
  }

  /** Gives the partitions to who works on them, where the owner has not polled for too long. */
  #leaveIdle(idleMs: number): void {
    log.warn(
      `${this.#label()} leaves the group: ${Math.round(idleMs)} ms have passed since its last poll, and ` +
        `max.poll.interval.ms is ${this.#parts.options.maxPollIntervalMs}. Raise it, or lower max.poll.records.`,
    )
    // Who is joining leaves once that is over: the coordinator answers in order.
    if (this.#generation !== null && !this.#isJoining) this.#leave(this.#generation)
  }

  #leave({ memberId }: Generation): void {
    const { coordinator, options } = this.#parts
    if (options.groupInstanceId === null) this.#memberId = ''
    this.#run(leaveInTime(coordinator, options, memberId))
    this.#lose('it did not poll')
  }

  /** Invariant 4: whoever hears nothing from the coordinator for a session does not wait to be told that it is over. */
  #checkSession(): void {
    if (this.#generation === null || this.#isJoining || !this.#session.isOver) return
    this.#lose(this.#sessionOver())
  }

  #sessionOver(): string {
    return `no heartbeat was confirmed for ${Math.round(this.#session.silentMs)} ms, and its session is over`
  }

  #lose(reason: string): void {
    if (this.#generation === null) return
    log.info(`${this.#label()} has lost generation ${this.#generation.id}: ${reason}.`)
    this.#generation = null
    this.#isLost = true
    this.#parts.onLost?.()
    this.#joined = null
    // A join under way makes a new one.
    if (!this.#isJoining) this.#mustJoin = true
    this.#heartbeats.stop()
    this.#parts.notify()
  }

  #fail(error: Error): void {
    this.#error ??= error
    this.#heartbeats.stop()
    this.#parts.notify()
  }

  #setMemberId(memberId: string): void {
    if (memberId !== '' && memberId !== this.#memberId) this.#parts.onMemberId?.(memberId)
    this.#memberId = memberId
  }

  #pause(signal: AbortSignal): Promise<void> {
    return delay(backoffMs(this.#parts.retryBackoff, this.#failures), signal)
  }

  /** Takes a promise that never rejects, so that `leave` can wait for it. */
  #run(work: Promise<void>): void {
    this.#running.add(work)
    void work.finally(() => this.#running.delete(work))
  }

  #label(): string {
    return memberLabel(this.#parts.options)
  }
}

const takenOut = 'the coordinator has taken it out of the group'
