import type { SourceOffset, SourcePartition } from '../data/records.ts'
import { createLogger } from '../util/logger.ts'
import type { StoredOffset } from './offset-backing-store.ts'
import type { RawRecord } from './raw-record.ts'
import {
  canonicalPartition,
  decodeKey,
  decodeOffset,
  encodeKey,
  encodeOffset,
} from './offset-json.ts'

interface Entry extends RawRecord {
  readonly partition: SourcePartition | null
}

const log = createLogger('org.apache.kafka.connect.storage.OffsetUtils')

/**
 * The offsets of a store in memory, found by what their keys say: Java compares bytes, and an entry written again keeps
 * the bytes it has, so that either worker finds what the other wrote.
 */
export class OffsetIndex {
  readonly #byConnector = new Map<string, Map<string, Entry>>()
  /** What cannot be read is kept as it is. */
  readonly #foreign = new Map<string, RawRecord>()

  /** Takes what the store holds: the latest of a key counts. */
  load(raw: RawRecord): void {
    const parsed = decodeKey(raw.key)
    if (parsed === null) {
      log.warn(
        `Ignoring an offset with a key that is no [connector, partition]: ${raw.key.toString()}`,
      )
      this.#foreign.set(raw.key.toString('latin1'), raw)
      return
    }
    const { connector, partition } = parsed
    this.#connector(connector).set(canonicalPartition(partition), { ...raw, partition })
  }

  /** The bytes to store for these offsets; throws a DataError where one is not made of primitive values. */
  encode(connector: string, offsets: readonly StoredOffset[]): RawRecord[] {
    const keys = this.keys(
      connector,
      offsets.map(({ partition }) => partition),
    )
    return offsets.flatMap(({ offset }, at) => {
      const key = keys[at]
      return key === undefined ? [] : [{ key, value: encodeOffset(offset) }]
    })
  }

  /** The bytes of the keys of these partitions; throws as {@link encode} does. */
  keys(connector: string, partitions: readonly (SourcePartition | null)[]): Buffer[] {
    const known = this.#byConnector.get(connector)
    return partitions.map(
      (partition) =>
        known?.get(canonicalPartition(partition))?.key ?? encodeKey(connector, partition),
    )
  }

  get(connector: string, partition: SourcePartition | null): SourceOffset | null {
    const value = this.#byConnector.get(connector)?.get(canonicalPartition(partition))?.value
    return value === undefined || value === null ? null : decodeOffset(value)
  }

  /** Every partition of the connector that has an offset. */
  entries(connector: string): StoredOffset[] {
    const entries = [...(this.#byConnector.get(connector)?.values() ?? [])]
    return entries.flatMap(({ partition, value }) =>
      value === null ? [] : [{ partition, offset: decodeOffset(value) }],
    )
  }

  /** Everything, resets and what cannot be read included. */
  all(): RawRecord[] {
    const known = [...this.#byConnector.values()].flatMap((entries) => [...entries.values()])
    return [...known, ...this.#foreign.values()]
  }

  clear(): void {
    this.#byConnector.clear()
    this.#foreign.clear()
  }

  #connector(name: string): Map<string, Entry> {
    const entries = this.#byConnector.get(name) ?? new Map<string, Entry>()
    this.#byConnector.set(name, entries)
    return entries
  }
}
