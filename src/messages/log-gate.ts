import type { LogEntry } from '../util/logger.ts'

/** What may be under way from one thread: so many notices, of so many characters. */
const mostNotices = 2000
const mostCharacters = 1024 * 1024
/** What Sluice itself has to say of errors, and secrets, may go this far beyond. */
const reserve = 1.25

/**
 * Counts, in shared memory, what a plugin can make its thread tell as fast as it likes (log lines, secrets, requests for
 * reconfiguration) and the main thread has not handled yet. The thread enters a notice or keeps it back, the main thread
 * lets it leave.
 */
export class LogGate {
  readonly #underWay: Int32Array

  /** `shared` is that of the other side. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.#underWay = new Int32Array(shared)
  }

  get shared(): SharedArrayBuffer {
    return this.#underWay.buffer as SharedArrayBuffer
  }

  /** False where there is no room for the notice; else it counts as under way. */
  enter(characters: number, urgent = false): boolean {
    if (!this.hasRoom(urgent ? reserve : 1)) return false
    Atomics.add(this.#underWay, 0, 1)
    Atomics.add(this.#underWay, 1, characters)
    return true
  }

  /** Whether less is under way than this part of what may be. */
  hasRoom(part: number): boolean {
    const notices = Atomics.load(this.#underWay, 0)
    return notices < mostNotices * part && Atomics.load(this.#underWay, 1) < mostCharacters * part
  }

  /** The main thread has handled a notice. */
  leave(characters: number): void {
    Atomics.sub(this.#underWay, 0, 1)
    Atomics.sub(this.#underWay, 1, characters)
  }
}

/** The characters of a line as the gate counts them. */
export function charactersOf({ message, trace, context, logger }: LogEntry): number {
  return message.length + (trace?.length ?? 0) + context.length + logger.length
}
