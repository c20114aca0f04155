import type { LogEntry } from '../util/logger.ts'

/** Characters of log lines on their way from one thread. */
const mostUnderWay = 4 * 1024 * 1024

/**
 * Counts, in shared memory, what of a thread's log the main thread has not taken yet: a plugin that logs faster than the
 * log is written must not fill the memory with what is under way.
 */
export class LogGate {
  readonly #underWay: Int32Array

  /** `shared` is that of the other side. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#underWay = new Int32Array(shared)
  }

  get shared(): SharedArrayBuffer {
    return this.#underWay.buffer as SharedArrayBuffer
  }

  /** False where `entry` is to be dropped; else it counts as under way. */
  enter(entry: LogEntry): boolean {
    if (Atomics.load(this.#underWay, 0) > mostUnderWay) return false
    Atomics.add(this.#underWay, 0, sizeOf(entry))
    return true
  }

  /** The main thread has taken `entry`. */
  leave(entry: LogEntry): void {
    Atomics.sub(this.#underWay, 0, sizeOf(entry))
  }
}

function sizeOf({ message, trace, context }: LogEntry): number {
  return 200 + message.length + (trace?.length ?? 0) + context.length
}
