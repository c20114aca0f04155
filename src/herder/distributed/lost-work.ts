import type { Loads } from './balance.ts'
import { isEmpty, workKinds, workSet } from './work.ts'
import type { WorkSet } from './work.ts'

/** What one round knows of work that nobody runs any more. */
export interface LostWorkRound {
  readonly lost: WorkSet
  /** What each member will have that may have something; lost work may be added to it. */
  readonly loads: Loads
  /** Who is there, drained ones too. */
  readonly members: { has(member: string): boolean }
  /** Who was there in the round before. */
  readonly previousMembers: ReadonlySet<string>
  /** Whether work was taken from members in the round before, to balance. */
  readonly revokedInPrevious: boolean
}

/**
 * Work that a worker took with it waits for that worker to come back, up to `scheduled.rebalance.max.delay.ms`: it may
 * only be restarting. Then it goes to those who came meanwhile and have nothing, else to all. Kept by the leader from round to round.
 */
export class LostWork {
  readonly #maxDelayMs: number
  readonly #now: () => number
  /** Those without work while lost work waits, in the order in which they were seen. */
  readonly #candidates = new Set<string>()
  /** When the wait is over, in ms of `now`; 0 while nothing waits. */
  #until = 0
  #delayMs = 0

  constructor(maxDelayMs: number, now: () => number) {
    this.#maxDelayMs = maxDelayMs
    this.#now = now
  }

  /** In how many ms the group is to be rebalanced again; 0 where nothing waits. */
  get delayMs(): number {
    return this.#delayMs
  }

  /** Lets the group be rebalanced again so much later. */
  waitFor(delayMs: number): void {
    this.#delayMs = delayMs
    this.#until = this.#now() + delayMs
  }

  /** The lost work that anybody may have at once. */
  settle(round: LostWorkRound): { readonly free: WorkSet; readonly waitIsOver: boolean } {
    const { lost, loads, members, previousMembers, revokedInPrevious } = round
    const rest = { free: workSet(), waitIsOver: false }
    if (isEmpty(lost) && !revokedInPrevious) {
      this.#reset()
      return rest
    }
    const everybodyStayed = [...previousMembers].every((member) => members.has(member))
    // Nobody left: some did not hear of what they were to start.
    if (this.#until <= 0 && everybodyStayed) return { ...rest, free: lost }
    if (this.#maxDelayMs === 0) return { ...rest, free: lost }
    if (this.#until > 0 && this.#now() >= this.#until) {
      return { free: this.#afterTheWait(lost, loads), waitIsOver: true }
    }
    this.#wait(loads)
    return rest
  }

  #afterTheWait(lost: WorkSet, loads: Loads): WorkSet {
    const candidates = [...this.#candidates].flatMap((member) => loads.get(member) ?? [])
    this.#reset()
    if (candidates.length === 0) return lost
    for (const kind of workKinds) {
      for (const [i, each] of [...lost[kind]].entries()) {
        candidates[i % candidates.length]?.[kind].add(each)
      }
    }
    return workSet()
  }

  #wait(loads: Loads): void {
    for (const [member, load] of loads) if (isEmpty(load)) this.#candidates.add(member)
    const now = this.#now()
    this.waitFor(
      now < this.#until ? Math.min(this.#until - now, this.#maxDelayMs) : this.#maxDelayMs,
    )
  }

  #reset(): void {
    this.#candidates.clear()
    this.#until = 0
    this.#delayMs = 0
  }
}
