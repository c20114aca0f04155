import { ConnectError, asError } from '../../errors/connect-error.ts'
import type { ClientConfig } from '../../kafka/types.ts'
import { createLogger } from '../../util/logger.ts'
import { SerialQueue } from '../../util/serial-queue.ts'
import type { RawRecord } from '../raw-record.ts'
import { TransactionWriter } from '../transaction-writer.ts'

const log = createLogger('org.apache.kafka.connect.storage.KafkaConfigBackingStore')

/** What the leader wanted to write is not written. */
export class PrivilegedWriteError extends ConnectError {}

/**
 * Writes what only the leader of the workers may (KIP-618): each write a transaction under an id that all workers share, so that who was
 * the leader before is fenced by its successor (invariant 4).
 *
 * none ─claim─► held ─a write fails─► none, and whoever watches is told
 */
export class LeaderWriter {
  readonly #topic: string
  readonly #config: ClientConfig
  readonly #queue = new SerialQueue()
  #writer: TransactionWriter | null = null
  #lost: () => void = () => undefined

  /** `config` names the transactional id. */
  constructor(topic: string, config: ClientConfig) {
    this.#topic = topic
    this.#config = config
  }

  /** `lost` is called where a write has failed: the right to write is to be claimed again. */
  watch(lost: () => void): void {
    this.#lost = lost
  }

  /** Fences whoever had the right before; does nothing where this worker has it. */
  claim(signal: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      signal.throwIfAborted()
      if (this.#writer !== null) return
      try {
        this.#writer = await TransactionWriter.open(this.#topic, this.#config, signal)
      } catch (cause) {
        signal.throwIfAborted()
        throw new ConnectError(
          `Failed to create and initialize fencable producer for config topic: ${asError(cause).message}`,
          { cause },
        )
      }
    })
  }

  /** All of them or none. Waits for a claim that is under way. */
  write(records: readonly RawRecord[], signal: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      const writer = this.#writer
      try {
        if (writer === null) {
          throw new ConnectError(
            'Cannot produce to config topic without claiming write privileges first',
          )
        }
        await writer.write(records, signal)
      } catch (cause) {
        await this.#relinquish()
        log.warn(
          `Failed to write to config topic as leader; will rejoin group if necessary and, if still leader, attempt to reclaim write privileges for the config topic: ${asError(cause).message}`,
        )
        this.#lost()
        throw new PrivilegedWriteError(
          'Failed to write to config topic; this may be due to a transient error and the request can be safely retried',
          { cause },
        )
      }
    })
  }

  /** Gives the right up; who claims it next gets it at once. */
  close(): Promise<void> {
    return this.#queue.run(() => this.#relinquish())
  }

  async #relinquish(): Promise<void> {
    const writer = this.#writer
    this.#writer = null
    await writer?.close()
  }
}
