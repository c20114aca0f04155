import type { PartitionState } from './partition-state.ts'

/** What asks brokers about partitions: at most one request under way for each, given up when the assignment changes. */
export abstract class PartitionWork {
  readonly #notify: () => void
  readonly #running = new Set<Promise<void>>()
  #underWay = new Set<PartitionState>()
  #assignment = new AbortController()

  /** `notify` is called when some of it is done. */
  constructor(notify: () => void) {
    this.#notify = notify
  }

  /** Gives up what is under way: the assignment is another one. */
  restart(): void {
    this.#assignment.abort()
    this.#assignment = new AbortController()
    this.#underWay = new Set()
  }

  protected isUnderWay(state: PartitionState): boolean {
    return this.#underWay.has(state)
  }

  /** Does `work`, which never rejects, for these partitions. */
  protected start(
    states: readonly PartitionState[],
    work: (signal: AbortSignal) => Promise<void>,
  ): void {
    const underWay = this.#underWay
    for (const state of states) underWay.add(state)
    const done = work(this.#assignment.signal).finally(() => {
      this.#running.delete(done)
      for (const state of states) underWay.delete(state)
      this.#notify()
    })
    this.#running.add(done)
  }

  /** Resolves once nothing is under way. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#running)
  }
}
