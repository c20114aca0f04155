import type { TopicPartition } from '../../api/topic-partition.ts'
import { partitionText } from '../topic-partitions.ts'
import { capacityFor, hashOfPartition, inHashOrder } from '../../util/java-hash-order.ts'

/** From one member to another. */
interface Move {
  readonly from: string
  readonly to: string
}

/** Partitions of one topic that moved between the same two members, and the size of the table Java keeps them in. */
interface Moved {
  partitions: TopicPartition[]
  capacity: number
}

/**
 * What was moved between members while an assignment is evened out. Before a partition of a topic is moved from one member
 * to another, one that went the other way is moved back: so no two members swap partitions of a topic.
 */
export class PartitionMovements {
  readonly #byPartition = new Map<string, Move>()
  readonly #byMove = new Map<string, Moved>()

  /** The partition to move in place of this one. */
  actual(partition: TopicPartition, from: string, to: string): TopicPartition {
    const source = this.#byPartition.get(partitionText(partition))?.from ?? from
    const back = this.#byMove.get(keyOf(partition, { from: to, to: source }))
    if (back === undefined) return partition
    return inHashOrder(back.partitions, hashOfPartition, back.capacity)[0] ?? partition
  }

  moved(partition: TopicPartition, from: string, to: string): void {
    const before = this.#byPartition.get(partitionText(partition))
    if (before === undefined) this.#add(partition, { from, to })
    else {
      this.#remove(partition, before)
      if (before.from !== to) this.#add(partition, { from: before.from, to })
    }
  }

  #add(partition: TopicPartition, move: Move): void {
    this.#byPartition.set(partitionText(partition), move)
    const key = keyOf(partition, move)
    const moved = this.#byMove.get(key) ?? { partitions: [], capacity: capacityFor(0) }
    moved.partitions.push(partition)
    moved.capacity = capacityFor(moved.partitions.length, moved.capacity)
    this.#byMove.set(key, moved)
  }

  #remove(partition: TopicPartition, move: Move): void {
    this.#byPartition.delete(partitionText(partition))
    const key = keyOf(partition, move)
    const moved = this.#byMove.get(key)
    if (moved === undefined) return
    moved.partitions = moved.partitions.filter((each) => each.partition !== partition.partition)
    if (moved.partitions.length === 0) this.#byMove.delete(key)
  }
}

function keyOf({ topic }: TopicPartition, { from, to }: Move): string {
  return JSON.stringify([topic, from, to])
}
