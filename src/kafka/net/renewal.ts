import { asError } from '../../errors/connect-error.ts'
import { timerMs } from '../../util/timer-ms.ts'
import type { RequestGate } from './request-gate.ts'

/**
 * What a connection has to do anew after a while. What is to be sent meanwhile waits until that is done (KIP-368: a broker
 * takes no other request while a client authenticates).
 */
export class Renewal {
  readonly #gate: RequestGate
  readonly #failed: (error: Error) => void
  #timer: NodeJS.Timeout | undefined

  /** `failed` is called where it could not be done: the connection has to be closed, and then {@link end}. */
  constructor(gate: RequestGate, failed: (error: Error) => void) {
    this.#gate = gate
    this.#failed = failed
  }

  /** Does `renew` in so many ms; `done` follows, after what has waited. */
  schedule(ms: number, renew: () => Promise<void>, done: () => void): void {
    this.#timer = setTimeout(() => {
      this.#gate.shut('renewal')
      renew().then(
        () => {
          if (this.#gate.open('renewal')) done()
        },
        (error: unknown) => this.#failed(asError(error)),
      )
    }, timerMs(ms)).unref()
  }

  /** Nothing is to be done any more. */
  end(): void {
    clearTimeout(this.#timer)
  }
}
