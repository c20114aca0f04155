import { ConnectError } from '../errors/connect-error.ts'
import { abortable } from '../util/abort.ts'

/** One limit of time for several steps, each of which says in its own words that it was over. */
export class TimeBudget {
  readonly #outer: AbortSignal
  readonly #limit = new AbortController()
  readonly #timer: NodeJS.Timeout

  /** Begins at once, and ends with `signal` too. Close it. */
  constructor(ms: number, signal: AbortSignal) {
    this.#outer = signal
    this.#timer = setTimeout(() => this.#limit.abort(), ms)
  }

  /** A step that ends with the caller's signal too. One that takes no notice of that is left to itself. */
  async step<T>(timedOut: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#outer.throwIfAborted()
    return this.#within(timedOut, work, AbortSignal.any([this.#outer, this.#limit.signal]))
  }

  /** A step that the caller's signal does not end: what is being written has either been written then, or not. */
  async lastStep<T>(timedOut: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#outer.throwIfAborted()
    return this.#within(timedOut, work, this.#limit.signal)
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  async #within<T>(
    timedOut: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    try {
      signal.throwIfAborted()
      return await abortable(work(signal), signal)
    } catch (cause) {
      if (this.#limit.signal.aborted) throw new ConnectError(timedOut, { cause })
      throw cause
    }
  }
}
