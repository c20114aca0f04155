import type { RecoveryOptions } from './client-options.ts'

/**
 * When a client that gets no metadata forgets the brokers it knows, and begins again at its bootstrap servers (KIP-899, KIP-1102): after
 * `metadata.recovery.rebootstrap.trigger.ms`, or where a broker asks for it. Where the known brokers cannot even be connected to, the
 * bootstrap servers are tried at once.
 */
export class Recovery {
  readonly #options: RecoveryOptions
  #failingSince: number | null = null

  constructor(options: RecoveryOptions) {
    this.#options = options
  }

  /** Whether the bootstrap servers are used again at all. */
  get enabled(): boolean {
    return this.#options.strategy === 'rebootstrap'
  }

  answered(): void {
    this.#failingSince = null
  }

  /** Whether it is time, after a question that was asked at `askedAt` has failed. */
  failed(askedAt: number): boolean {
    this.#failingSince ??= askedAt
    if (!this.enabled) return false
    const { triggerMs } = this.#options
    if (performance.now() - this.#failingSince < triggerMs) return false
    this.#failingSince = null
    return true
  }
}
