import type { PluginCall } from './task.ts'

/** The record at which a loop over many has stopped: it waits for something, or it has failed. */
export class HeldRecord<T> {
  #waiting: Promise<T> | null = null
  #failure: { readonly error: unknown } | null = null

  get isHeld(): boolean {
    return this.#waiting !== null || this.#failure !== null
  }

  waitsFor(waiting: Promise<T>): void {
    this.#waiting = waiting
  }

  failed(error: unknown): void {
    this.#failure = { error }
  }

  /** What it waited for, or what `recover` makes of its error; nothing is held then. */
  async finish(call: PluginCall, recover: (error: unknown) => Promise<T>): Promise<T> {
    const waiting = this.#waiting
    const failure = this.#failure
    this.#waiting = null
    this.#failure = null
    let error = failure?.error
    if (waiting !== null && failure === null) {
      try {
        return await call('convert', () => waiting)
      } catch (cause) {
        error = cause
      }
    }
    return recover(error)
  }
}
