import { ConnectError } from '../errors/connect-error.ts'
import { abortable } from '../util/abort.ts'
import { SerialQueue } from '../util/serial-queue.ts'

/** The serial loop in which the herder's state changes. */
export class RequestLoop {
  readonly #queue = new SerialQueue()
  #closed = false

  /** Takes no turn any more. */
  close(): void {
    this.#closed = true
  }

  /** One turn: nothing in it may wait for a plugin. */
  turn<T>(signal: AbortSignal, job: () => Promise<T> | T): Promise<T> {
    if (this.#closed) return Promise.reject(new ConnectError('Worker is shutting down'))
    return abortable(
      this.#queue.run(() => {
        signal.throwIfAborted()
        return job()
      }),
      signal,
    )
  }
}
