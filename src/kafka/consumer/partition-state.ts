import type { TopicPartition } from '../../api/topic-partition.ts'
import type { PartitionMetadata } from '../net/topic-metadata.ts'
import type { FetchedChunk } from './fetched-chunk.ts'
import type { OffsetLookup } from './offset-reset.ts'

/**
 * An assigned partition, from its assignment to its end; assigned again it is another object. Where its next record is:
 *
 * - not known: `position` and `resetTo` are null, someone is about to `seek` or `reset`.
 * - looked up: `resetTo` says where. Found → known.
 * - known. The leader is another one, and it is known which epoch the position follows → to be validated.
 * - to be validated: `needsValidation`. The new leader's log has what was read → known; else it was cut, and the
 *   position goes to where it was, or is looked up (KIP-320).
 *
 * Fetched only while known.
 */
export class PartitionState implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record that a poll returns; null until it is known. */
  position: number | null = null
  /** Epoch of the leader that wrote what stands before `position`; -1 where nobody told. */
  epoch = -1
  /** Offset the next fetch asks for: `position`, and what is buffered. */
  fetchOffset = -1
  /** Where to look the position up; null where it is known or someone else is about to tell. */
  resetTo: OffsetLookup | null = null
  /** Whether the log of the leader may be another one before the position. */
  needsValidation = false
  paused = false
  /** End of the log, or of its stable part where that is read, as the last answer said; null before the first. */
  endOffset: number | null = null
  /** What is buffered, in order; the first may be handed out in part. */
  readonly chunks: FetchedChunk[] = []
  /** Not fetched before then, of `performance.now()`: something went wrong. */
  retryAt = 0
  failures = 0
  /** The leader that the position goes with; -1 for none yet. */
  #leaderId = -1
  #leaderEpoch = -1
  /** A replica near by to read from, told by the leader (KIP-392), and until when of `performance.now()`. */
  #replicaId = -1
  #replicaUntil = 0

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  /** As the metadata last said; -1 where it is not known. */
  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  /** `epoch` is that of the leader that wrote what stands before the offset, where it is known. */
  seek(offset: number, epoch = -1): void {
    this.position = offset
    this.epoch = epoch
    this.fetchOffset = offset
    this.resetTo = null
    this.retryAt = 0
    this.needsValidation = false
    this.#leaderId = -1
    this.#leaderEpoch = -1
  }

  /** Forgets the position, which is looked up. */
  reset(to: OffsetLookup): void {
    this.position = null
    this.resetTo = to
    this.needsValidation = false
  }

  /** Takes note of the leader; true where it is another one than before and the position must be validated. */
  follow({ leaderId, leaderEpoch }: PartitionMetadata): boolean {
    if (leaderId === this.#leaderId && leaderEpoch === this.#leaderEpoch) return false
    this.#leaderId = leaderId
    this.#leaderEpoch = leaderEpoch
    this.#replicaId = -1
    this.needsValidation = this.position !== null && this.epoch >= 0 && leaderEpoch >= 0
    return this.needsValidation
  }

  /** The leader's log has what was read. Where it ended before, `offset` and `epoch` are where and in which epoch. */
  validated(offset = this.position, epoch = this.epoch): void {
    this.needsValidation = false
    this.position = offset
    this.epoch = epoch
    this.fetchOffset = offset ?? -1
  }

  /** The broker to read from. */
  get source(): number {
    const isNear = this.#replicaId >= 0 && performance.now() < this.#replicaUntil
    return isNear ? this.#replicaId : this.#leaderId
  }

  /** Reads from this replica for so long. */
  readFrom(replicaId: number, forMs: number): void {
    this.#replicaId = replicaId
    this.#replicaUntil = performance.now() + forMs
  }

  /** Reads from the leader again; whether it did not. */
  readFromLeader(): boolean {
    const wasNear = this.#replicaId >= 0
    this.#replicaId = -1
    return wasNear
  }
}
