import type { Run } from './protocol.ts'
import { taskStages } from './stages.ts'
import type { TaskStage } from './stages.ts'

/** Stages a word has room for; the number of the run stands above them, up to 33 millions. */
const stagesPerRun = 64

/** Where the name of a plugin lies: its length, then so many bytes at most. */
const nameAt = 40
const nameBytes = 255

/** How often a thread writes down that its event loop turns. */
export const turnMs = 500

/** A plugin call: of which connector or task, and which. */
export interface RunningCall {
  readonly run: Run
  readonly stage: TaskStage
}

/** What a thread has of the process's memory. */
export interface ThreadMemory {
  /** Of the JavaScript heap, used or not. */
  readonly heapBytes: number
  /** Outside of it, for objects in it: the bytes of Buffers above all. */
  readonly externalBytes: number
}

const noMemory: ThreadMemory = { heapBytes: 0, externalBytes: 0 }

/**
 * What a plugin thread is doing, in memory that the main thread reads also while it hangs: which plugin call it is
 * in at this moment, and when its event loop last turned. The thread writes, the main thread reads.
 */
export class ThreadBoard {
  /** Give this to the other thread and construct a ThreadBoard over it there. */
  readonly shared: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #times: Float64Array
  readonly #bytes: Float64Array
  readonly #name: Uint8Array

  constructor(shared = new SharedArrayBuffer(nameAt + 1 + nameBytes)) {
    this.shared = shared
    this.#words = new Int32Array(shared, 0, 1)
    this.#times = new Float64Array(shared, 8, 2)
    this.#bytes = new Float64Array(shared, 24, 2)
    this.#name = new Uint8Array(shared, nameAt)
  }

  /** Writes down that the call `stage` of the connector or task started as `run` runs now; returns what to give to `leave`. */
  enter(run: Run, stage: TaskStage): number {
    return Atomics.exchange(this.#words, 0, run * stagesPerRun + taskStages.indexOf(stage))
  }

  /** Ends what `enter` began: what ran before it runs again. */
  leave(before: number): void {
    Atomics.store(this.#words, 0, before)
  }

  /** Before `enter`, where the run does not tell it: the class of the plugin that is called. */
  name(className: string): void {
    const bytes = Buffer.from(className).subarray(0, nameBytes)
    this.#name[0] = bytes.length
    this.#name.set(bytes, 1)
  }

  /** The class last named. */
  named(): string {
    return Buffer.from(this.#name.subarray(1, 1 + (this.#name[0] ?? 0))).toString()
  }

  /** The call that runs at this moment, or null where the thread runs none. */
  running(): RunningCall | null {
    const word = Atomics.load(this.#words, 0)
    const stage = taskStages[word % stagesPerRun] ?? 'none'
    return stage === 'none' ? null : { run: Math.floor(word / stagesPerRun), stage }
  }

  /**
   * The event loop has turned, at `now` in ms since the epoch, and this is what the thread holds. To be called every
   * {@link turnMs}.
   */
  turned(now: number, { heapBytes, externalBytes }: ThreadMemory = noMemory): void {
    this.#bytes[0] = heapBytes
    this.#bytes[1] = externalBytes
    const before = this.turnedAt()
    this.#times[1] = before === 0 ? 0 : Math.max(now - before - turnMs, 0)
    this.#times[0] = now
  }

  /** When the event loop last turned, in ms since the epoch; 0 before the thread runs. */
  turnedAt(): number {
    return this.#times[0] ?? 0
  }

  /** What the thread held when its event loop last turned. */
  memory(): ThreadMemory {
    return { heapBytes: this.#bytes[0] ?? 0, externalBytes: this.#bytes[1] ?? 0 }
  }

  /** How late the event loop is at `now`, or was with its last turn where that is more. */
  lagMs(now: number): number {
    const due = this.turnedAt() + turnMs
    return due === turnMs ? 0 : Math.max(now - due, this.#times[1] ?? 0, 0)
  }
}
