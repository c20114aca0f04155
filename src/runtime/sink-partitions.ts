import type { PartitionOffset, TopicPartition } from '../api/topic-partition.ts'

/** What is known of one assigned partition. Offsets are those of the next record. */
export interface SinkPartition extends TopicPartition {
  /** Everything before it was put. */
  current: number
  /** Everything before it is committed. */
  committed: number
  /** Paused by the task itself: stays so when the connector is resumed. */
  pausedByTask: boolean
}

/** The partitions assigned to a sink task, in the order they came. */
export class SinkPartitions {
  readonly #partitions = new Map<string, SinkPartition>()

  get size(): number {
    return this.#partitions.size
  }

  add({ topic, partition }: TopicPartition, position: number): void {
    const state = { topic, partition, current: position, committed: position, pausedByTask: false }
    this.#partitions.set(keyOf(state), state)
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#partitions.delete(keyOf(partition))
  }

  get(partition: TopicPartition): SinkPartition | undefined {
    return this.#partitions.get(keyOf(partition))
  }

  all(): readonly SinkPartition[] {
    return [...this.#partitions.values()]
  }

  /** Those of `partitions` that are assigned. */
  assigned(partitions: readonly TopicPartition[]): readonly SinkPartition[] {
    return partitions.flatMap((partition) => this.get(partition) ?? [])
  }

  /** What was put of `partitions`, as `preCommit` is given it. */
  offsets(partitions: readonly SinkPartition[]): readonly PartitionOffset[] {
    return partitions.map(({ topic, partition, current }) => ({
      topic,
      partition,
      offset: current,
    }))
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition}:${topic}`
}
