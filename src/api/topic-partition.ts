import type { Int64 } from '../util/int64.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** The next offset to read from a partition: one past the last record that counts as done. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: Int64
  readonly metadata?: string
}
