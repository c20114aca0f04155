import type { TopicMetadata } from '../net/topic-metadata.ts'
import { partitionOfKey } from './murmur2.ts'

/**
 * Chooses partitions of one topic as Java's default partitioner: by the hash of the key; without a key the same one
 * until its batch is full, then another at random, one with a leader where there is any.
 */
export class TopicRouter {
  #metadata: TopicMetadata
  #sticky = -1

  constructor(metadata: TopicMetadata) {
    this.#metadata = metadata
  }

  get partitionCount(): number {
    return this.#metadata.partitions.length
  }

  update(metadata: TopicMetadata): void {
    this.#metadata = metadata
  }

  /** Hot: called for every record. */
  choose(key: Uint8Array | null): number {
    if (key !== null) return partitionOfKey(key, this.#metadata.partitions.length)
    if (this.#sticky < 0) this.#sticky = this.#another(-1)
    return this.#sticky
  }

  /** The batch of `partition` is full: the next record without a key goes elsewhere. */
  sealed(partition: number): void {
    if (partition === this.#sticky) this.#sticky = this.#another(partition)
  }

  #another(former: number): number {
    const { partitions } = this.#metadata
    const led = partitions.filter(({ leaderId }) => leaderId >= 0)
    const usable = led.length > 0 ? led : partitions
    const others = usable.filter(({ partition }) => partition !== former)
    const chosen = others[Math.floor(Math.random() * others.length)]
    return chosen?.partition ?? Math.max(former, 0)
  }
}
