import type { SourceRecord } from 'sluice/api'

/** Of those that gave no record so many are remembered: the oldest is looked into again. */
const mostBarren = 100_000

/** The objects that this task has taken, as long as the stored offsets may not tell yet that they were read. */
export class ReadKeys {
  readonly #taken = new Set<string>()
  readonly #barren = new Set<string>()
  /** Read to their ends and acknowledged: since the last commit, and before it. */
  #acknowledged: string[] = []
  #before: string[] = []

  has(key: string): boolean {
    return this.#taken.has(key) || this.#barren.has(key)
  }

  get size(): number {
    return this.#taken.size + this.#barren.size
  }

  take(key: string): void {
    this.#taken.add(key)
  }

  /** No record will ever carry its offset. */
  barren(key: string): void {
    this.#taken.delete(key)
    this.#barren.add(key)
    if (this.#barren.size <= mostBarren) return
    const [oldest] = this.#barren
    if (oldest !== undefined) this.#barren.delete(oldest)
  }

  /** Hot. A record was acknowledged. */
  acknowledged({ sourceOffset, sourcePartition }: SourceRecord): void {
    if (sourceOffset?.complete !== true) return
    const key = sourcePartition?.objectKey
    if (typeof key === 'string') this.#acknowledged.push(key)
  }

  /** Offsets were committed: of what was acknowledged before the commit before this one they are stored for certain. */
  committed(): void {
    for (const key of this.#before) this.#taken.delete(key)
    this.#before = this.#acknowledged
    this.#acknowledged = []
  }
}
