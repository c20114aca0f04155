import { mostMsSince, thisMoment } from '../../util/moment.ts'
import type { Moment } from '../../util/moment.ts'
import { timerMs } from '../../util/timer-ms.ts'

/**
 * The session of a member by its own clocks. The coordinator counts a session from when it heard the member last, and
 * that was after the member had sent what it heard: so a session that is over there is over here (invariant 4), also
 * where the process was stopped and its answers have waited for it.
 */
export class Session {
  readonly #timeoutMs: number
  readonly #onOver: () => void
  readonly #onConfirmed: (sentAt: Moment) => void
  #from: Moment = thisMoment()
  #timer: NodeJS.Timeout | undefined

  /** `onOver` is called when the session ends while it is watched, `onConfirmed` each time it begins anew. */
  constructor(
    timeoutMs: number,
    onOver: () => void,
    onConfirmed: (sentAt: Moment) => void = () => undefined,
  ) {
    this.#timeoutMs = timeoutMs
    this.#onOver = onOver
    this.#onConfirmed = onConfirmed
  }

  /** How long nothing was confirmed. */
  get silentMs(): number {
    return mostMsSince(this.#from)
  }

  get isOver(): boolean {
    return this.silentMs >= this.#timeoutMs
  }

  /** The coordinator has answered, as a member's, what was sent at `sentAt`. */
  confirmed(sentAt: Moment): void {
    this.#from = sentAt
    this.#onConfirmed(sentAt)
  }

  /** As `confirmed`, and the end of the session is watched from now on. */
  watch(sentAt: Moment): void {
    this.confirmed(sentAt)
    clearTimeout(this.#timer)
    const left = Math.max(this.#timeoutMs - this.silentMs, 0)
    this.#timer = setTimeout(this.#onOver, timerMs(left + 1))
  }

  unwatch(): void {
    clearTimeout(this.#timer)
  }
}
