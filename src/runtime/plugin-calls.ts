import type { TaskCounters } from '../messages/counters.ts'
import type { Run } from '../messages/protocol.ts'
import { taskStages } from '../messages/stages.ts'
import type { TaskStage } from '../messages/stages.ts'
import type { ThreadBoard } from '../messages/thread-board.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** Its call is open most of the time, and says nothing. */
const pollStage = taskStages.indexOf('poll')

interface OpenCall {
  /** An index into `taskStages`. */
  readonly stage: number
  /** In ms since the epoch. */
  readonly since: number
}

/** The calls into the plugin code of one connector or task, written down where the main thread can see them. */
export class PluginCalls {
  readonly #board: ThreadBoard
  readonly #run: Run
  readonly #counters: TaskCounters | null
  readonly #waiting: (() => void)[] = []
  /** In the order in which they began. */
  readonly #open = new Set<OpenCall>()
  /** What the counters say. */
  #shown: OpenCall | undefined

  constructor(board: ThreadBoard, run: Run, counters: TaskCounters | null) {
    this.#board = board
    this.#run = run
    this.#counters = counters
  }

  /** Whether a call has not returned, or its promise has not settled. */
  get open(): boolean {
    return this.#open.size > 0
  }

  /** Of the call that has been open longest, but for a `poll`; null where there is none. */
  get stage(): TaskStage | null {
    const telling = this.#telling()
    if (telling === undefined || telling.stage === pollStage) return null
    return taskStages[telling.stage] ?? null
  }

  /** Resolves once no call is open. */
  async idle(): Promise<void> {
    while (this.open) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /**
   * Makes a call. The board names it while it holds the event loop, the counters until its promise settles, of several the
   * oldest that is no `poll`:
   * what a plugin does after its first `await` is not named, and a hang there gives each task its own thread.
   */
  call<T>(stage: TaskStage, call: () => MaybePromise<T>): MaybePromise<T> {
    const before = this.#board.enter(this.#run, stage)
    const open = this.#begin(stage)
    let waits = false
    try {
      const result = call()
      if (!isPromise(result)) return result
      waits = true
      return this.#settled(result, open)
    } finally {
      this.#board.leave(before)
      if (!waits) this.#end(open)
    }
  }

  async #settled<T>(promise: Promise<T>, open: OpenCall): Promise<T> {
    try {
      return await promise
    } finally {
      this.#end(open)
    }
  }

  #begin(stage: TaskStage): OpenCall {
    const open = { stage: taskStages.indexOf(stage), since: Date.now() }
    this.#open.add(open)
    this.#show()
    return open
  }

  #end(open: OpenCall): void {
    this.#open.delete(open)
    this.#show()
    if (this.open || this.#waiting.length === 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #show(): void {
    const telling = this.#telling()
    if (telling === this.#shown) return
    this.#shown = telling
    if (telling) this.#counters?.set('callStage', telling.stage)
    this.#counters?.set('callSince', telling?.since ?? 0)
  }

  #telling(): OpenCall | undefined {
    let oldest: OpenCall | undefined
    for (const call of this.#open) {
      if (call.stage !== pollStage) return call
      oldest ??= call
    }
    return oldest
  }
}
