import type { SourceOffset, SourcePartition } from '../data/records.ts'
import type { ClientConfig } from '../kafka/types.ts'
import type { KafkaOffsetStore } from './kafka-offset-store.ts'
import type { OffsetBackingStore, StoredOffset } from './offset-backing-store.ts'
import { TransactionWriter } from './transaction-writer.ts'

/**
 * The offsets of a connector whose tasks write them in transactions (KIP-618). What is written here, by a client who alters them, goes
 * under the transactional id of the connector's first task: one that is left from before can commit nothing after it.
 */
export class TransactionalOffsetStore implements OffsetBackingStore {
  readonly #stored: KafkaOffsetStore
  readonly #isOwned: boolean
  readonly #topic: string
  readonly #config: ClientConfig

  /** `isOwned`: whether the store that is read is started and stopped with this one. `config` names the transactional id. */
  constructor(parts: {
    readonly stored: KafkaOffsetStore
    readonly isOwned: boolean
    readonly topic: string
    readonly config: ClientConfig
  }) {
    this.#stored = parts.stored
    this.#isOwned = parts.isOwned
    this.#topic = parts.topic
    this.#config = parts.config
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.#isOwned) await this.#stored.start(signal)
  }

  get(
    connector: string,
    partitions: readonly (SourcePartition | null)[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    return this.#stored.get(connector, partitions, signal)
  }

  async set(
    connector: string,
    offsets: readonly StoredOffset[],
    signal: AbortSignal,
  ): Promise<void> {
    const records = this.#stored.encode(connector, offsets)
    const writer = await TransactionWriter.open(this.#topic, this.#config, signal)
    try {
      await writer.write(records, signal)
    } finally {
      await writer.close()
    }
  }

  entries(connector: string, signal: AbortSignal): Promise<readonly StoredOffset[]> {
    return this.#stored.entries(connector, signal)
  }

  keys(connector: string, partitions: readonly (SourcePartition | null)[]): readonly Buffer[] {
    return this.#stored.keys(connector, partitions)
  }

  problem(): string | null {
    return this.#stored.problem()
  }

  async stop(signal: AbortSignal): Promise<void> {
    if (this.#isOwned) await this.#stored.stop(signal)
  }
}
