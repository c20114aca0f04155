import type { TopicMetadata } from '../net/topic-metadata.ts'
import { partitionOfKey } from './murmur2.ts'

/** How records are spread, by `partitioner.class` and the keys beside it. */
export interface PartitionerConfig {
  /** Of Java's RoundRobinPartitioner: each record to the next partition, whatever its key. */
  readonly roundRobin: boolean
  /** The key chooses nothing, as if there were none. */
  readonly ignoreKeys: boolean
  /** Records without a key avoid partitions whose batches wait (KIP-794). */
  readonly adaptive: boolean
  /** Bytes after which such records go elsewhere. */
  readonly stickyBytes: number
}

/** How many batches of a partition wait; null where its broker has taken nothing for too long. */
export type WaitingBatches = (partition: number) => number | null

/**
 * Chooses partitions of one topic as Java's partitioners do: by the hash of the key; without a key the same one for the
 * bytes of a batch, then one at random that has a leader, the less its batches wait the rather (KIP-794).
 */
export class TopicRouter {
  readonly #config: PartitionerConfig
  readonly #waiting: WaitingBatches
  #metadata: TopicMetadata
  /** Partitions with a leader, else all. */
  #usable: readonly number[] = []
  #sticky = -1
  #stickyBytes = 0
  #next = 0

  constructor(metadata: TopicMetadata, config: PartitionerConfig, waiting: WaitingBatches) {
    this.#metadata = metadata
    this.#config = config
    this.#waiting = waiting
    this.update(metadata)
  }

  get partitionCount(): number {
    return this.#metadata.partitions.length
  }

  update(metadata: TopicMetadata): void {
    if (metadata === this.#metadata && this.#usable.length > 0) return
    this.#metadata = metadata
    const { partitions } = metadata
    const led = partitions.filter(({ leaderId }) => leaderId >= 0)
    this.#usable = (led.length > 0 ? led : partitions).map(({ partition }) => partition)
  }

  /** Hot: called for every record. */
  choose(key: Uint8Array | null): number {
    const { roundRobin, ignoreKeys } = this.#config
    if (roundRobin) return this.#inTurn()
    if (key !== null && !ignoreKeys) return partitionOfKey(key, this.#metadata.partitions.length)
    if (this.#sticky < 0) this.#sticky = this.#atRandom()
    return this.#sticky
  }

  /** A batch of so many bytes was closed: once a batch's worth has gone to a partition, records without a key go elsewhere. */
  sealed(partition: number, bytes: number): void {
    if (partition !== this.#sticky) return
    this.#stickyBytes += bytes
    if (this.#stickyBytes < this.#config.stickyBytes) return
    this.#stickyBytes = 0
    this.#sticky = this.#atRandom()
  }

  #inTurn(): number {
    const at = this.#next % this.#usable.length
    this.#next = (this.#next + 1) & 0x7fffffff
    return this.#usable[at] ?? 0
  }

  #atRandom(): number {
    const usable = this.#usable
    const any = usable[Math.floor(Math.random() * usable.length)] ?? 0
    return this.#config.adaptive && usable.length > 1 ? this.#byWaiting(any) : any
  }

  /** Java's `BuiltInPartitioner`: what waits most has the least chance, by one batch each. */
  #byWaiting(any: number): number {
    const waiting = this.#usable.map((partition) => this.#waiting(partition))
    const most = Math.max(...waiting.map((batches) => batches ?? 0)) + 1
    const chances = waiting.map((batches) => (batches === null ? 0 : most - batches))
    let at = Math.random() * chances.reduce((sum, chance) => sum + chance, 0)
    for (const [i, chance] of chances.entries()) {
      if (at < chance) return this.#usable[i] ?? any
      at -= chance
    }
    return any
  }
}
