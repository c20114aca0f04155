/** Runs jobs one after another, in the order they were added. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve()
  #size = 0

  /** Jobs added and not finished. */
  get size(): number {
    return this.#size
  }

  /** Adds `job`; settles as it does. A failing job does not stop those behind it. */
  run<T>(job: () => Promise<T> | T): Promise<T> {
    this.#size++
    const result = this.#tail.then(job).finally(() => {
      this.#size--
    })
    this.#tail = result.catch(() => undefined)
    return result
  }

  /** Resolves when every job added so far has ended. */
  async idle(): Promise<void> {
    await this.#tail
  }
}
