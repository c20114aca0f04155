import type { Run } from './protocol.ts'
import { taskStages } from './stages.ts'
import type { TaskStage } from './stages.ts'

/** Stages a word has room for; the number of the run stands above them, up to 33 millions. */
const stagesPerRun = 64

/**
 * What a plugin thread is doing, in memory that the main thread reads also while it hangs: which plugin call it is
 * in at this moment, and when its event loop last turned. The thread writes, the main thread reads.
 */
export class ThreadBoard {
  /** Give this to the other thread and construct a ThreadBoard over it there. */
  readonly shared: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #times: Float64Array

  constructor(shared = new SharedArrayBuffer(16)) {
    this.shared = shared
    this.#words = new Int32Array(shared, 0, 1)
    this.#times = new Float64Array(shared, 8, 1)
  }

  /** Writes down that the call `stage` of the connector or task started as `run` runs now; returns what to give to `leave`. */
  enter(run: Run, stage: TaskStage): number {
    return Atomics.exchange(this.#words, 0, run * stagesPerRun + taskStages.indexOf(stage))
  }

  /** Ends what `enter` began: what ran before it runs again. */
  leave(before: number): void {
    Atomics.store(this.#words, 0, before)
  }

  /** The call that runs at this moment, or null where the thread runs none. */
  running(): { readonly run: Run; readonly stage: TaskStage } | null {
    const word = Atomics.load(this.#words, 0)
    const stage = taskStages[word % stagesPerRun] ?? 'none'
    return stage === 'none' ? null : { run: Math.floor(word / stagesPerRun), stage }
  }

  /** The event loop has turned, at `now` in ms since the epoch. */
  turned(now: number): void {
    this.#times[0] = now
  }

  /** When the event loop last turned, in ms since the epoch; 0 before the thread runs. */
  turnedAt(): number {
    return this.#times[0] ?? 0
  }
}
