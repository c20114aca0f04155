/** How long a sample is and how many are kept: `metrics.sample.window.ms`, `metrics.num.samples`. */
export interface WindowSettings {
  readonly windowMs: number
  readonly samples: number
}

/** Numbers that only grow, by name. */
export type Totals<N extends string> = Readonly<Record<N, number>>

/**
 * What totals have grown by in the last `samples` windows, the current one included: so Kafka's own rates, averages
 * and percentages are made (`SampledStat`). Times are in ms, of one clock.
 */
export class SampleWindow<N extends string> {
  readonly #settings: WindowSettings
  /** What the totals were when each window began, the oldest first; the last is that of the current window. */
  #begins: readonly { readonly at: number; readonly totals: Totals<N> }[]

  constructor(settings: WindowSettings, at: number, totals: Totals<N>) {
    this.#settings = settings
    this.#begins = [{ at, totals }]
  }

  /** Ends the current window and begins the next. */
  roll(at: number, totals: Totals<N>): void {
    this.#begins = [...this.#begins, { at, totals }].slice(-this.#settings.samples)
  }

  grown(name: N, totals: Totals<N>): number {
    return totals[name] - (this.#begins[0]?.totals[name] ?? 0)
  }

  /** A second. At the beginning, time that has not passed yet counts as in Java, lest one record be a torrent (`Rate`). */
  rate(name: N, totals: Totals<N>, at: number): number {
    const { windowMs, samples } = this.#settings
    let elapsedMs = at - (this.#begins[0]?.at ?? at)
    const missing = samples - 1 - Math.floor(elapsedMs / windowMs)
    if (missing > 0) elapsedMs += missing * windowMs
    // With one sample, at the very beginning of its window, no time has passed at all.
    return (this.grown(name, totals) * 1000) / Math.max(elapsedMs, 1)
  }

  /** How much of `part` came for each of `of`; NaN where there was none of it. */
  average(part: N, of: N, totals: Totals<N>): number {
    const count = this.grown(of, totals)
    return count === 0 ? Number.NaN : this.grown(part, totals) / count
  }

  /** Which part of `part` and `rest` together was `part`, 0 to 1; 0 where there was neither (`Frequencies`). */
  fraction(part: N, rest: N, totals: Totals<N>): number {
    const [one, other] = [this.grown(part, totals), this.grown(rest, totals)]
    return one + other === 0 ? 0 : one / (one + other)
  }
}
