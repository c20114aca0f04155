import { peakNames } from '../messages/counters.ts'
import type { CounterName, PeakName, TaskCounters } from '../messages/counters.ts'
import { SampleWindow } from './sample-window.ts'
import type { Totals, WindowSettings } from './sample-window.ts'

type Peaks = Readonly<Record<PeakName, number | null>>

/** A task's counters as they are seen through the sample windows. The main thread's; the task may hang meanwhile. */
export class TaskWindow {
  readonly counters: TaskCounters
  readonly #settings: WindowSettings
  readonly #window: SampleWindow<CounterName>
  /** Of the windows that have ended and still count. */
  #peaks: readonly Peaks[] = []
  #number = 0

  /** `startedAt` is when the counters were all 0. */
  constructor(counters: TaskCounters, settings: WindowSettings, startedAt: number) {
    this.counters = counters
    this.#settings = settings
    const none = Object.fromEntries(
      Object.keys(counters.snapshot()).map((name) => [name, 0]),
    ) as Totals<CounterName>
    this.#window = new SampleWindow(settings, startedAt, none)
  }

  /** To be called every `windowMs`. */
  roll(at: number): void {
    const { samples } = this.#settings
    this.#peaks = samples === 1 ? [] : [...this.#peaks, this.#currentPeaks()].slice(1 - samples)
    this.#window.roll(at, this.counters.snapshot())
    this.counters.beginWindow(++this.#number)
  }

  /** Everything at the moment `at`. */
  view(at: number): TaskView {
    const totals = this.counters.snapshot()
    const window = this.#window
    const peaks = [...this.#peaks, this.#currentPeaks()]
    return {
      total: (name) => totals[name],
      rate: (name) => window.rate(name, totals, at),
      average: (part, of) => window.average(part, of, totals),
      grown: (name) => window.grown(name, totals),
      max: (name) => highest(peaks.map((each) => each[name])),
    }
  }

  #currentPeaks(): Peaks {
    const peaks = peakNames.map((name) => [name, this.counters.peak(name, this.#number)])
    return Object.fromEntries(peaks) as Peaks
  }
}

/** A task at one moment. Averages and maxima are NaN where nothing happened within the windows. */
export interface TaskView {
  readonly total: (name: CounterName) => number
  readonly rate: (name: CounterName) => number
  readonly average: (part: CounterName, of: CounterName) => number
  readonly grown: (name: CounterName) => number
  readonly max: (name: PeakName) => number
}

function highest(values: readonly (number | null)[]): number {
  const said = values.filter((value) => value !== null)
  return said.length === 0 ? Number.NaN : Math.max(...said)
}
