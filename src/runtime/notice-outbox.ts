import type { LogGate } from '../messages/log-gate.ts'

/** As many as a worker knows secrets. */
const mostHeld = 2000

/**
 * Notices that are not to be lost where the gate is closed: they are held, one of a kind, until there is room. Beyond
 * {@link mostHeld} the oldest is given up.
 */
export class NoticeOutbox {
  readonly #gate: LogGate
  readonly #held = new Map<string, { readonly characters: number; readonly send: () => void }>()

  constructor(gate: LogGate) {
    this.#gate = gate
  }

  /** Sends now, or when there is room; of several held under one `key` only the last. */
  offer(key: string, characters: number, send: () => void): void {
    if (this.flush() && this.#gate.enter(characters, true)) {
      send()
      return
    }
    this.#held.set(key, { characters, send })
    if (this.#held.size <= mostHeld) return
    for (const oldest of this.#held.keys()) {
      this.#held.delete(oldest)
      break
    }
  }

  /** Sends what is held, as far as there is room. Whether nothing is held any more. */
  flush(): boolean {
    for (const [key, { characters, send }] of this.#held) {
      if (!this.#gate.enter(characters, true)) return false
      this.#held.delete(key)
      send()
    }
    return true
  }
}
