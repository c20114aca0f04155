import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { asError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import type { OffsetBackingStore, StoredOffset } from './offset-backing-store.ts'
import { canonicalPartition } from './offset-json.ts'

const log = createLogger('org.apache.kafka.connect.storage.ConnectorOffsetBackingStore')

/**
 * The offsets of a connector with a topic of its own (`offsets.storage.topic`), which are in the worker's own store as well, as Java's
 * ConnectorOffsetBackingStore keeps them: what the first says counts; what it does not know is asked of the second.
 */
export class ConnectorOffsetStore implements OffsetBackingStore {
  readonly #first: OffsetBackingStore
  readonly #second: OffsetBackingStore

  /** The second one is not this one's: it is neither started nor stopped here. */
  constructor(first: OffsetBackingStore, second: OffsetBackingStore) {
    this.#first = first
    this.#second = second
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#first.start(signal)
  }

  async get(
    connector: string,
    partitions: readonly (SourcePartition | null)[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    const [first, second] = await Promise.all([
      this.#first.get(connector, partitions, signal),
      this.#second.get(connector, partitions, signal),
    ])
    return partitions.map((_, at) => first[at] ?? second[at] ?? null)
  }

  /**
   * A reset is written to the second store first: were it in the first alone, the offset of the second would come back. Anything
   * else goes there last, and need not succeed: the first is what counts.
   */
  async set(
    connector: string,
    offsets: readonly StoredOffset[],
    signal: AbortSignal,
  ): Promise<void> {
    const resets = offsets.filter(({ offset }) => offset === null)
    if (resets.length > 0) await this.#second.set(connector, resets, signal)
    await this.#first.set(connector, offsets, signal)
    this.#copy(
      connector,
      offsets.filter(({ offset }) => offset !== null),
      signal,
    )
  }

  async entries(connector: string, signal: AbortSignal): Promise<readonly StoredOffset[]> {
    const [first, second] = await Promise.all([
      this.#first.entries(connector, signal),
      this.#second.entries(connector, signal),
    ])
    const byPartition = new Map<string, StoredOffset>()
    for (const entry of [...second, ...first]) {
      byPartition.set(canonicalPartition(entry.partition), entry)
    }
    return [...byPartition.values()]
  }

  keys(connector: string, partitions: readonly (SourcePartition | null)[]): readonly Buffer[] {
    return this.#first.keys(connector, partitions)
  }

  problem(): string | null {
    return this.#first.problem?.() ?? this.#second.problem?.() ?? null
  }

  stop(signal: AbortSignal): Promise<void> {
    return this.#first.stop(signal)
  }

  #copy(connector: string, offsets: readonly StoredOffset[], signal: AbortSignal): void {
    if (offsets.length === 0) return
    this.#second.set(connector, offsets, signal).catch((error: unknown) => {
      log.warn(
        `Failed to write offsets of ${connector} to the worker's own store; those in the connector's own topic are what counts: ${asError(error).message}`,
      )
    })
  }
}
