import type { SinkTask } from '../api/sink-task.ts'
import type { TopicPartition } from '../api/topic-partition.ts'
import type { GroupConsumer, RebalanceListener } from '../kafka/types.ts'
import type { SinkDelivery } from './sink-delivery.ts'
import type { SinkOffsetCommitter } from './sink-offset-committer.ts'
import type { SinkPartitions } from './sink-partitions.ts'
import type { TaskControl } from './task-control.ts'
import type { TaskServices } from './task.ts'

export interface RebalanceParts {
  readonly task: SinkTask
  readonly consumer: GroupConsumer
  readonly partitions: SinkPartitions
  readonly committer: SinkOffsetCommitter
  readonly delivery: SinkDelivery
  readonly services: TaskServices
  readonly control: TaskControl
  /** Goes to where the task has asked to be. */
  rewind(): void
}

/**
 * Opens partitions for the task as they come and closes them as they go. What was put of a revoked partition
 * is committed before it is given up; of a lost one nothing is (invariant 4).
 */
export class SinkRebalance implements RebalanceListener {
  readonly #parts: RebalanceParts

  constructor(parts: RebalanceParts) {
    this.#parts = parts
  }

  /** The task may ask in `open` for another place than the committed one: it is given nothing from before. */
  async assigned(assigned: readonly TopicPartition[]): Promise<void> {
    if (assigned.length === 0) return
    const { consumer, partitions, control, delivery, services, task } = this.#parts
    for (const partition of assigned) {
      partitions.add(partition, await consumer.position(partition, control.cancelled))
    }
    if (control.paused || delivery.redelivering) consumer.pause(assigned)
    services.counters.set('partitionCount', partitions.size)
    await services.call('open', () => task.open(assigned, control.cancelled))
    this.#parts.rewind()
  }

  async revoked(revoked: readonly TopicPartition[]): Promise<void> {
    const { partitions, committer, control } = this.#parts
    if (control.cancelled.aborted) return
    const states = partitions.assigned(revoked)
    if (states.length > 0) await committer.commitClosing(states, control.cancelled)
    await this.#close(revoked)
  }

  async lost(lost: readonly TopicPartition[]): Promise<void> {
    const text = lost.map(({ topic, partition }) => `${topic}-${partition}`).join(', ')
    this.#parts.services.logger.warn(
      `The partitions ${text} belong to another member already; what was put of them since the last commit is delivered again there.`,
    )
    await this.#close(lost)
  }

  async #close(gone: readonly TopicPartition[]): Promise<void> {
    if (gone.length === 0) return
    const { delivery, partitions, services, task, control } = this.#parts
    delivery.forget(gone)
    partitions.remove(gone)
    services.counters.set('partitionCount', partitions.size)
    await services.call('close', () => task.close(gone, control.cancelled))
  }
}
