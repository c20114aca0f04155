import { asError, isRetriable } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from '../net/backoff.ts'
import type { Backoff } from '../net/backoff.ts'
import { brokerError, ErrorCode } from '../protocol/errors.ts'
import { CommitFailedError, RebalanceInProgressError } from './errors.ts'
import { joinOnce } from './join-exchange.ts'
import type { Generation, JoinOutcome, JoinParts } from './join-exchange.ts'
import { limited } from './limited.ts'
import { heartbeat, leaveGroup } from './member-requests.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.ConsumerCoordinator')

/** How long leaving may take: the session ends by itself where it does not come through. */
const LEAVE_MS = 5000

export interface MembershipParts extends JoinParts {
  readonly retryBackoff: Backoff
  /** Called when there is something to serve: a rebalance, an assignment, a loss, an error. */
  readonly notify: () => void
  /** Called with every member id the coordinator gives, so that someone else can take it out of the group. */
  readonly onMemberId?: (memberId: string) => void
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
  #heartbeats: AbortController | null = null
  #sessionTimer: NodeJS.Timeout | undefined
  /** Since when the coordinator is sure to count this session, of `performance.now()`. */
  #sessionFrom = 0
  #polledAt = performance.now()
  #isPolling = false
  #isJoining = false
  #mustJoin = true
  #isLost = false
  #joined: Joined | null = null
  #error: Error | null = null
  #failures = 0

  constructor(parts: MembershipParts) {
    this.#parts = parts
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
    this.#isPolling = isPolling
    this.#polledAt = performance.now()
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
    this.#stopHeartbeats()
    this.#run(this.#join(this.#closing.signal))
  }

  /** The generation to commit with. Throws where there is none, or a new one is in the making. */
  committing(): Generation {
    const { generation } = this
    if (this.#isJoining) throw new RebalanceInProgressError(`${this.#label()}: ${inRebalance}`)
    if (generation === null) throw new CommitFailedError(`${this.#label()}: ${notAMember}`)
    return generation
  }

  /** Takes what the coordinator said to a request of `generation`; the error it stands for, null for none. */
  heard(code: number, generation: Generation): Error | null {
    if (code === ErrorCode.NONE) return null
    const isCurrent = generation === this.#generation
    switch (code) {
      case ErrorCode.REBALANCE_IN_PROGRESS:
        if (isCurrent) this.requestRejoin('the group is being rebalanced')
        return new RebalanceInProgressError(`${this.#label()}: ${inRebalance}`)
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.ILLEGAL_GENERATION:
        if (isCurrent) {
          if (code === ErrorCode.UNKNOWN_MEMBER_ID) this.#memberId = ''
          this.#lose(takenOut)
        }
        return new CommitFailedError(`${this.#label()}: ${notAMember}`)
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      case ErrorCode.NOT_COORDINATOR:
        this.#parts.coordinator.forget()
        break
      case ErrorCode.FENCED_INSTANCE_ID:
        if (isCurrent) {
          this.#lose('another one has its group.instance.id')
          this.#fail(brokerError(code, this.#label()))
        }
        break
      default:
    }
    return brokerError(code, this.#label())
  }

  /** Leaves the group, where it is in it, as far as `signal` lets it. A static member stays until its session ends. */
  async leave(signal: AbortSignal): Promise<void> {
    const { coordinator, options } = this.#parts
    this.#closing.abort(new Error('The member leaves its group.'))
    this.#stopHeartbeats()
    // The coordinator answers in order: behind a JoinGroup, LeaveGroup would wait for all other members.
    if (this.#isJoining) coordinator.disconnect()
    await Promise.allSettled(this.#running)
    const memberId = this.#memberId
    this.#generation = null
    this.#memberId = ''
    if (memberId === '' || options.groupInstanceId !== null) return
    try {
      await limited(LEAVE_MS, signal, `leave group ${options.groupId}`, (limit) =>
        leaveGroup(coordinator, options.groupId, memberId, limit),
      )
    } catch (error) {
      log.info(`${this.#label()} could not leave: ${asError(error).message}`)
    }
  }

  async #join(signal: AbortSignal): Promise<void> {
    try {
      if (this.#failures > 0) await this.#pause(signal)
      const member = {
        memberId: this.#memberId,
        generationId: this.#generation?.id ?? -1,
        onMemberId: (memberId: string) => this.#setMemberId(memberId),
      }
      const outcome = await joinOnce(this.#parts, member, signal)
      signal.throwIfAborted()
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

  #begin({ generation, assignment }: Joined): void {
    log.info(`${this.#label()} has joined generation ${generation.id} as ${generation.memberId}.`)
    this.#failures = 0
    this.#generation = generation
    this.#joined = { generation, assignment }
    this.#sessionConfirmed(performance.now())
    this.#heartbeats = new AbortController()
    this.#run(this.#keepAlive(generation, this.#heartbeats.signal))
  }

  #goBack(outcome: Exclude<JoinOutcome, { kind: 'joined' }>): void {
    this.#setMemberId(outcome.memberId)
    this.#isJoining = false
    this.#mustJoin = true
    const atOnce = outcome.kind === 'lost' || outcome.atOnce
    this.#failures = atOnce ? 0 : this.#failures + 1
    if (outcome.kind === 'lost') this.#lose(takenOut)
    // The coordinator has just counted with this member.
    else if (outcome.atOnce) this.#sessionFrom = performance.now()
  }

  #joinFailed(error: Error): void {
    this.#mustJoin = true
    this.#failures++
    if (isRetriable(error)) log.info(`${this.#label()} joins again: ${error.message}`)
    else this.#fail(error)
  }

  /** Heartbeats on a timer of their own: a `put` that waits does not hold them up. Never rejects. */
  async #keepAlive(generation: Generation, signal: AbortSignal): Promise<void> {
    const { options, retryBackoff } = this.#parts
    let wait = options.heartbeatIntervalMs
    while (await slept(wait, signal)) {
      if (this.#leaveIfIdle(generation)) return
      const sentAt = performance.now()
      try {
        const code = await heartbeat(this.#parts, generation, signal)
        if (signal.aborted) return
        if (code === ErrorCode.NONE || code === ErrorCode.REBALANCE_IN_PROGRESS) {
          this.#sessionConfirmed(sentAt)
        }
        const error = this.heard(code, generation)
        wait = isAlive(error) ? options.heartbeatIntervalMs : retryBackoff.firstMs
      } catch (error) {
        if (!signal.aborted) log.info(`${this.#label()}: no heartbeat: ${asError(error).message}`)
        wait = retryBackoff.firstMs
      }
    }
  }

  /** Gives the partitions to who works on them, where the owner has not polled for too long. */
  #leaveIfIdle({ memberId }: Generation): boolean {
    const { coordinator, options } = this.#parts
    const idle = performance.now() - this.#polledAt
    if (this.#isPolling || idle <= options.maxPollIntervalMs) return false
    log.warn(
      `${this.#label()} leaves the group: ${Math.round(idle)} ms have passed since its last poll, and ` +
        `max.poll.interval.ms is ${options.maxPollIntervalMs}. Raise it, or lower max.poll.records.`,
    )
    if (options.groupInstanceId === null) {
      this.#memberId = ''
      const left = leaveGroup(coordinator, options.groupId, memberId, this.#closing.signal)
      this.#run(left.catch((error: unknown) => log.info(asError(error).message)))
    }
    this.#lose('it did not poll')
    return true
  }

  #sessionConfirmed(from: number): void {
    const { sessionTimeoutMs } = this.#parts.options
    this.#sessionFrom = from
    clearTimeout(this.#sessionTimer)
    const left = from + sessionTimeoutMs - performance.now()
    this.#sessionTimer = setTimeout(() => this.#checkSession(), Math.max(left, 0) + 1)
  }

  /** Invariant 4: whoever hears nothing from the coordinator for a session does not wait to be told that it is over. */
  #checkSession(): void {
    if (this.#generation === null || this.#isJoining) return
    const silent = performance.now() - this.#sessionFrom
    if (silent < this.#parts.options.sessionTimeoutMs) return
    this.#lose(`no heartbeat was confirmed for ${Math.round(silent)} ms, and its session is over`)
  }

  #lose(reason: string): void {
    if (this.#generation === null) return
    log.info(`${this.#label()} has lost generation ${this.#generation.id}: ${reason}.`)
    this.#generation = null
    this.#isLost = true
    this.#joined = null
    this.#mustJoin = true
    this.#stopHeartbeats()
    this.#parts.notify()
  }

  #fail(error: Error): void {
    this.#error ??= error
    this.#stopHeartbeats()
    this.#parts.notify()
  }

  #stopHeartbeats(): void {
    this.#heartbeats?.abort(new Error('The generation is over.'))
    this.#heartbeats = null
    clearTimeout(this.#sessionTimer)
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
    return `Member of group ${this.#parts.options.groupId}`
  }
}

const takenOut = 'the coordinator has taken it out of the group'
const inRebalance =
  'offsets cannot be committed while the group is being rebalanced. Commit again after the next poll.'
const notAMember =
  'offsets cannot be committed, as it does not belong to the group any more: its partitions may be someone ' +
  "else's. Where this is because a batch takes long, raise max.poll.interval.ms or lower max.poll.records."

/** A heartbeat that was heard, whatever the answer: the next one is due after the interval. */
function isAlive(error: Error | null): boolean {
  return error === null || error instanceof RebalanceInProgressError
}

/** False where the signal aborted first. */
async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, signal)
    return true
  } catch {
    return false
  }
}
