import type { Logger } from 'sluice/api'
import type { Key } from './statements.ts'

/**
 * How long after a key was seen the fence is set. Who has drawn a lower key and writes its row has an id of a transaction
 * by then: between the two PostgreSQL computes, and waits for nobody.
 */
const SETTLE_MS = 200
/** Between two looks at transactions that are still open: a quarter of what they have taken, within these. */
const LOOK_MS = { least: 25, most: 1000 }
/** A hold of this length is told of in the log. */
const TELL_MS = 30_000

/** Transactions that may still write, at one instant. Ids of 64 bits, which never start anew. */
export interface OpenTransactions {
  /** The oldest that is still open; where none is, the next to begin. */
  readonly oldest: bigint
  /** The next to begin. Not the xmax of a snapshot, which those that are open may be beyond. */
  readonly next: bigint
}

export interface HorizonSettings {
  /** For messages, e.g. `table public.orders`. */
  readonly name: string
  /** Keys are held back for no longer than this; 0 is without a limit. */
  readonly maxDelayMs: number
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/**
 * Holds rows back while a row before them may still be committed. Keys are drawn in their order, so that whoever has drawn
 * one below a key that is visible did so before it was seen. States: idle; `note` takes the highest key that is visible;
 * a while later, all who may have a lower one have an id, and the next id is the fence; when the oldest open transaction is
 * not before the fence they are all over, and `release` gives the key, idle again. Those that begin meanwhile have ids
 * beyond the fence and hold nothing back. Instants are milliseconds of one monotonic clock.
 */
export class Horizon {
  readonly #settings: HorizonSettings
  #noted: { readonly key: Key; readonly at: number } | null = null
  #fence: bigint | null = null
  #told = false

  constructor(settings: HorizonSettings) {
    this.#settings = settings
  }

  /** Whether a key was noted that is not released yet. */
  get isHolding(): boolean {
    return this.#noted !== null
  }

  note(key: Key, at: number): void {
    this.#noted = { key, at }
    this.#fence = null
  }

  /** The key up to which all that will ever be there is visible now, which ends the hold; null while it goes on. */
  release({ oldest, next }: OpenTransactions, at: number): Key | null {
    const noted = this.#noted
    if (noted === null || at - noted.at < SETTLE_MS) return null
    this.#fence ??= next
    if (oldest >= this.#fence) {
      this.#tellEnd(at - noted.at)
      this.#noted = null
      return noted.key
    }
    this.#tell(oldest, at)
    return null
  }

  /** For how long rows have been held back, in milliseconds; 0 where none are. */
  heldMs(at: number): number {
    return this.isOverdue(at) ? 0 : this.#ageMs(at)
  }

  /** Whether the limit of a hold is past, so that what is visible is to be read all the same. */
  isOverdue(at: number): boolean {
    const { maxDelayMs } = this.#settings
    return maxDelayMs > 0 && this.#ageMs(at) > maxDelayMs
  }

  /** How long to wait before the next look, in milliseconds. */
  waitMs(at: number): number {
    const ageMs = this.#ageMs(at)
    if (ageMs < SETTLE_MS) return Math.ceil(SETTLE_MS - ageMs)
    return Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, ageMs / 4))
  }

  /** What was seen is worth nothing any more, as after a reconnect, perhaps to another server. */
  reset(): void {
    this.#noted = null
    this.#told = false
  }

  #ageMs(at: number): number {
    return this.#noted === null ? 0 : at - this.#noted.at
  }

  #tell(oldest: bigint, at: number): void {
    const heldMs = this.heldMs(at)
    if (this.#told || heldMs < TELL_MS) return
    this.#told = true
    const xid = BigInt.asUintN(32, oldest)
    const { name, log, maxDelayMs } = this.#settings
    const limit = maxDelayMs > 0 ? ` horizon.max.delay.ms ends that after ${maxDelayMs} ms.` : ''
    log.warn(
      `Rows of ${name} have been held back for ${Math.round(heldMs)} ms, because a transaction that may have written before them is still open, the oldest being ${xid}: see backend_xid in pg_stat_activity, and pg_prepared_xacts.${limit}`,
    )
  }

  #tellEnd(heldMs: number): void {
    if (!this.#told) return
    this.#told = false
    const { name, log } = this.#settings
    log.info(`${name} is read on: it was held back for ${Math.round(heldMs)} ms.`)
  }
}
