import { asError } from '../../errors/connect-error.ts'

/** Node's timers take no longer wait. */
const MAX_TIMER_MS = 0x7fffffff

/**
 * What a connection has to do anew after a while, and what is to be sent meanwhile: it waits, in its order, until that is
 * done (KIP-368: a broker takes no other request while a client authenticates).
 */
export class Renewal {
  readonly #failed: (error: Error) => void
  #timer: NodeJS.Timeout | undefined
  #waiting: (() => void)[] | null = null

  /** `failed` is called where it could not be done: the connection has to be closed, and then {@link end}. */
  constructor(failed: (error: Error) => void) {
    this.#failed = failed
  }

  /** Whether it is under way, so that all else waits. */
  get underWay(): boolean {
    return this.#waiting !== null
  }

  /** Does `renew` in so many ms; `done` follows, after what has waited. */
  schedule(ms: number, renew: () => Promise<void>, done: () => void): void {
    this.#timer = setTimeout(
      () => {
        this.#waiting = []
        renew().then(
          () => {
            this.#release()
            done()
          },
          (error: unknown) => this.#failed(asError(error)),
        )
      },
      Math.min(ms, MAX_TIMER_MS),
    ).unref()
  }

  /** Calls `send` when it is done. */
  wait(send: () => void): void {
    if (this.#waiting === null) send()
    else this.#waiting.push(send)
  }

  /** Nothing is to be done any more; what waits is called, and will find its connection closed. */
  end(): void {
    clearTimeout(this.#timer)
    this.#release()
  }

  #release(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const send of waiting) send()
  }
}
