import type { TaskCounters } from '../messages/counters.ts'
import type { Run } from '../messages/protocol.ts'
import { taskStages } from '../messages/stages.ts'
import type { TaskStage } from '../messages/stages.ts'
import type { ThreadBoard } from '../messages/thread-board.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** The calls into the plugin code of one connector or task, written down where the main thread can see them. */
export class PluginCalls {
  readonly #board: ThreadBoard
  readonly #run: Run
  readonly #counters: TaskCounters | null
  readonly #waiting: (() => void)[] = []
  #open = 0

  constructor(board: ThreadBoard, run: Run, counters: TaskCounters | null) {
    this.#board = board
    this.#run = run
    this.#counters = counters
  }

  /** Whether a call has not returned, or its promise has not settled. */
  get open(): boolean {
    return this.#open > 0
  }

  /** Resolves once no call is open. */
  async idle(): Promise<void> {
    while (this.open) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /**
   * Makes a call. The board names it while it holds the event loop, the counters until its promise settles:
   * what a plugin does after its first `await` is not named, and a hang there gives each task its own thread.
   */
  call<T>(stage: TaskStage, call: () => MaybePromise<T>): MaybePromise<T> {
    const before = this.#board.enter(this.#run, stage)
    this.#begin(stage)
    let waits = false
    try {
      const result = call()
      if (!isPromise(result)) return result
      waits = true
      return this.#settled(result)
    } finally {
      this.#board.leave(before)
      if (!waits) this.#end()
    }
  }

  async #settled<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise
    } finally {
      this.#end()
    }
  }

  #begin(stage: TaskStage): void {
    if (this.#open++ > 0) return
    this.#counters?.set('callStage', taskStages.indexOf(stage))
    this.#counters?.set('callSince', Date.now())
  }

  #end(): void {
    if (--this.#open > 0) return
    this.#counters?.set('callSince', 0)
    if (this.#waiting.length > 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
