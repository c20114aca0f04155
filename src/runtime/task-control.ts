import type { TargetState } from '../config/types.ts'
import { setMaxListeners } from 'node:events'
import { reasonOf } from '../util/abort.ts'

/** Of the time for stopping, how much a poll may take to end; the rest is for the last records. */
const pollShare = 0.5

/** Why a call into the plugin was aborted though nothing went wrong. */
class Interruption extends Error {
  override readonly name = 'AbortError'
}

/**
 * What a task is told from outside, for its loop to follow: pause, resume, stop, cancel.
 * States: running, paused (and back), stopping; a cancel comes on top of any of them and is final.
 */
export class TaskControl {
  #paused: boolean
  #stopping = false
  #graceMs = Number.POSITIVE_INFINITY
  readonly #cancelled = new AbortController()
  #interruption = newInterruption()
  readonly #impatience = new AbortController()
  readonly #stop = new AbortController()
  #wake: (() => void) | null = null

  constructor(targetState: TargetState) {
    setMaxListeners(0, this.#cancelled.signal, this.#impatience.signal, this.#stop.signal)
    this.#paused = targetState === 'PAUSED'
  }

  get paused(): boolean {
    return this.#paused
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** How long the stop may take, once `stopping`. */
  get graceMs(): number {
    return this.#graceMs
  }

  /** Aborts when the task is cancelled: nothing may be sent, put or committed any more (invariant 4). */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal
  }

  /** Aborts when the task is paused, stopped or cancelled; another one after each pause. */
  get interrupted(): AbortSignal {
    return this.#interruption.signal
  }

  /** Aborts when the task is stopped or cancelled: what waits to be tried again is left to the next start. */
  get stopped(): AbortSignal {
    return this.#stop.signal
  }

  /** Aborts when the task was cancelled, or was stopped and half of the time for that has passed: what polls is given up. */
  get impatient(): AbortSignal {
    return this.#impatience.signal
  }

  setTargetState(state: TargetState): void {
    if (state === 'STOPPED') this.stop(this.#graceMs)
    else if (state === 'PAUSED') this.#pause()
    else this.#resume()
  }

  stop(graceMs: number): void {
    this.#stopping = true
    this.#graceMs = graceMs
    if (Number.isFinite(graceMs)) this.#limitPatience(graceMs * pollShare)
    this.#stop.abort(new Interruption('The task is stopping.'))
    this.#interrupt('The task is stopping.')
  }

  cancel(reason: Error): void {
    this.#stopping = true
    this.#cancelled.abort(reason)
    this.#interruption.abort(reason)
    this.#impatience.abort(reason)
    this.#stop.abort(reason)
    this.#wakeUp()
  }

  /** Resolves when the task is no longer paused, or stops; rejects when it is cancelled. */
  async whilePaused(): Promise<void> {
    while (this.#paused && !this.#stopping) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#cancelled.signal.aborted) throw reasonOf(this.#cancelled.signal)
  }

  #limitPatience(ms: number): void {
    const why = new Interruption('The poll did not end when the task was to stop.')
    setTimeout(() => this.#impatience.abort(why), ms).unref()
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#interrupt('The task is paused.')
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (!this.#stopping) this.#interruption = newInterruption()
    this.#wakeUp()
  }

  #interrupt(why: string): void {
    this.#interruption.abort(new Interruption(why))
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = null
  }
}

/** Given to plugins, which may wait on it as often as they like. */
function newInterruption(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
