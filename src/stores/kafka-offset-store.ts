import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { createLogger } from '../util/logger.ts'
import { InternalLog } from './internal-log.ts'
import type { InternalTopicOptions } from './internal-log.ts'
import type { OffsetBackingStore, StoredOffset } from './offset-backing-store.ts'
import { OffsetIndex } from './offset-index.ts'
import type { RawRecord } from './raw-record.ts'

const purpose = { configKey: 'offset.storage.topic', purpose: 'source connector offsets' } as const

/**
 * Offsets in a compacted topic (`offset.storage.topic`), key and value as the Java worker writes them, in the partition that
 * it would choose.
 */
export class KafkaOffsetStore implements OffsetBackingStore {
  readonly #log: InternalLog<OffsetIndex>

  constructor(options: InternalTopicOptions) {
    this.#log = new InternalLog({
      ...options,
      purpose,
      logger: createLogger('org.apache.kafka.connect.storage.KafkaOffsetBackingStore'),
      create: () => new OffsetIndex(),
      load: (index, { key, value }) => {
        if (key === null) return
        index.load({ key: Buffer.from(key), value: value && Buffer.from(value) })
      },
    })
  }

  /** Creates the topic where it is missing. Rejects with a ConfigError where it is not compacted. */
  start(signal: AbortSignal): Promise<void> {
    return this.#log.start(signal)
  }

  async get(
    connector: string,
    partitions: readonly (SourcePartition | null)[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    const index = await this.#log.readToEnd(signal)
    return partitions.map((partition) => index.get(connector, partition))
  }

  async set(
    connector: string,
    offsets: readonly StoredOffset[],
    signal: AbortSignal,
  ): Promise<void> {
    await this.#log.write(this.encode(connector, offsets), signal)
  }

  /** The records that {@link set} writes. */
  encode(connector: string, offsets: readonly StoredOffset[]): readonly RawRecord[] {
    return this.#log.state.encode(connector, offsets)
  }

  async entries(connector: string, signal: AbortSignal): Promise<readonly StoredOffset[]> {
    const index = await this.#log.readToEnd(signal)
    return index.entries(connector)
  }

  keys(connector: string, partitions: readonly (SourcePartition | null)[]): readonly Buffer[] {
    return this.#log.state.keys(connector, partitions)
  }

  problem(): string | null {
    return this.#log.problem()
  }

  stop(signal: AbortSignal): Promise<void> {
    return this.#log.stop(signal)
  }
}
