import type { Hit } from '../../support/fault-proxy/faults.ts'
import type { History } from './history.ts'
import type { Schedule } from './schedule.ts'

export interface Ran {
  readonly history: History
  readonly hits: readonly Hit[]
  /** Whether faults have struck often enough. */
  readonly counted: boolean
  readonly ranMs: number
}

/** What the schedules of a campaign came to, so that nobody is deceived by tests in which nothing happens. */
export class Tally {
  schedules = 0
  leftOut = 0
  slowestMs = 0
  readonly modes = new Map<string, number>()
  /** By kind of fault and key of the api that it struck. */
  readonly hits = new Map<string, number>()
  readonly records = new Map<string, number>()
  readonly transactions = new Map<string, number>()

  add(schedule: Schedule, { history, hits, counted, ranMs }: Ran): void {
    if (counted) this.schedules++
    else this.leftOut++
    this.slowestMs = Math.max(this.slowestMs, Math.round(ranMs))
    count(this.modes, schedule.mode)
    for (const { fault } of hits) count(this.hits, `${fault.kind} ${fault.api}`)
    for (const { state } of history.records) count(this.records, state)
    for (const { fate } of history.transactions) count(this.transactions, fate)
  }

  /** Hits of one kind of fault, whatever they struck. */
  hitsOf(kind: string): number {
    let sum = 0
    for (const [key, times] of this.hits) if (key.startsWith(`${kind} `)) sum += times
    return sum
  }

  /** For the log of a test. */
  text(): string {
    const part = (name: string, map: ReadonlyMap<string, number>): string =>
      `${name}: ${[...map].map(([key, times]) => `${key} ${times}`).join(', ')}`
    return [
      `${this.schedules} schedules, ${this.leftOut} left out, the slowest took ${this.slowestMs} ms`,
      part('modes', this.modes),
      part('hits', this.hits),
      part('records', this.records),
      part('transactions', this.transactions),
    ].join('\n')
  }
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1)
}
