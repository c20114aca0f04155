import type { SourceOffset, SourcePartition } from '../data/records.ts'

/** One entry: a null offset is a reset. */
export interface StoredOffset {
  readonly partition: SourcePartition | null
  readonly offset: SourceOffset | null
}

/**
 * Where the offsets of source connectors are kept. Keys are compared by what they say, not by their bytes;
 * an entry that is written again keeps the bytes of its key.
 */
export interface OffsetBackingStore {
  /** Opens the store and reads it to its end. */
  start(signal: AbortSignal): Promise<void>
  /** The offsets of one connector's partitions, in the order asked for; reads to the end first. */
  get(
    connector: string,
    partitions: readonly (SourcePartition | null)[],
    signal: AbortSignal,
  ): Promise<readonly (SourceOffset | null)[]>
  /** Resolves once all of it is durable (invariants 1 and 5). */
  set(connector: string, offsets: readonly StoredOffset[], signal: AbortSignal): Promise<void>
  /** Every partition known of `connector` whose offset is not null. */
  entries(connector: string, signal: AbortSignal): Promise<readonly StoredOffset[]>
  /** The bytes of the keys of these partitions, in this order: those an entry has, by what is known so far. */
  keys(connector: string, partitions: readonly (SourcePartition | null)[]): readonly Buffer[]
  /**
   * Why offsets cannot be read or written at present, in a sentence; null where they can, as far as is known. Waits for
   * nothing. Not there where a store has no such state, as its every call says for itself what is wrong.
   */
  problem?(): string | null
  stop(signal: AbortSignal): Promise<void>
}
