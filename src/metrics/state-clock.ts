/** How much of its life something spent in which state (`StateTracker`). Times are in ms, of one clock. */
export class StateClock<S extends string> {
  readonly #spentMs = new Map<S, number>()
  readonly #startedAt: number
  #state: S
  #since: number

  constructor(state: S, at: number) {
    this.#state = state
    this.#startedAt = at
    this.#since = at
  }

  change(state: S, at: number): void {
    this.#spentMs.set(this.#state, this.#spent(this.#state, at))
    this.#state = state
    this.#since = at
  }

  /** 0 to 1; 0 before any time has passed. */
  ratio(state: S, at: number): number {
    const life = at - this.#startedAt
    return life <= 0 ? 0 : this.#spent(state, at) / life
  }

  #spent(state: S, at: number): number {
    const before = this.#spentMs.get(state) ?? 0
    return state === this.#state ? before + at - this.#since : before
  }
}
