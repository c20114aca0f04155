import type { SourceOffset, SourcePartition } from '../data/records.ts'
import type { OffsetBackingStore, StoredOffset } from './offset-backing-store.ts'
import { OffsetIndex } from './offset-index.ts'

/** Offsets that live as long as this object: for tests, and for connectors that may begin anew. */
export class MemoryOffsetStore implements OffsetBackingStore {
  readonly #index = new OffsetIndex()

  start(_signal: AbortSignal): Promise<void> {
    return Promise.resolve()
  }

  get(
    connector: string,
    partitions: readonly (SourcePartition | null)[],
    _signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]> {
    return Promise.resolve(partitions.map((partition) => this.#index.get(connector, partition)))
  }

  async set(connector: string, offsets: readonly StoredOffset[]): Promise<void> {
    for (const raw of this.#index.encode(connector, offsets)) this.#index.load(raw)
    await Promise.resolve()
  }

  entries(connector: string): Promise<readonly StoredOffset[]> {
    return Promise.resolve(this.#index.entries(connector))
  }

  keys(connector: string, partitions: readonly (SourcePartition | null)[]): readonly Buffer[] {
    return this.#index.keys(connector, partitions)
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }
}
