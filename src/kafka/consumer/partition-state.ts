import type { TopicPartition } from '../../api/topic-partition.ts'
import type { FetchedChunk } from './fetched-chunk.ts'
import type { OffsetLookup } from './offset-reset.ts'

/** An assigned partition, from its assignment to its end; assigned again it is another object. */
export class PartitionState implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record that a poll returns; null until it is known. */
  position: number | null = null
  /** Offset the next fetch asks for: `position`, and what is buffered. */
  fetchOffset = -1
  /** Where to look the position up; null where it is known or someone else is about to tell. */
  resetTo: OffsetLookup | null = null
  paused = false
  /** End of the log, or of its stable part where that is read, as the last answer said; null before the first. */
  endOffset: number | null = null
  /** What is buffered, in order; the first may be handed out in part. */
  readonly chunks: FetchedChunk[] = []
  /** Not fetched before then, of `performance.now()`: something went wrong. */
  retryAt = 0
  failures = 0

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  seek(offset: number): void {
    this.position = offset
    this.fetchOffset = offset
    this.resetTo = null
    this.retryAt = 0
  }

  /** Forgets the position, which is looked up. */
  reset(to: OffsetLookup): void {
    this.position = null
    this.resetTo = to
  }
}
