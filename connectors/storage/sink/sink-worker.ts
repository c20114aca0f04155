import type { PartitionOffset, SinkTaskContext, TopicPartition } from 'sluice/api'

/** A timer of the worker is set no further ahead. */
const longestWaitMs = 60_000

/** What the writers of a sink task ask of its worker. */
export interface SinkWorker {
  /** In milliseconds since the epoch. */
  now(): number
  /** Has the worker read again from these offsets. */
  rewind(offsets: readonly PartitionOffset[]): void
  /** Has the worker fetch nothing of a partition until {@link resume}. */
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  /** Has the worker call `put` again after so many milliseconds, though nothing has come. */
  wakeIn(ms: number): void
}

/** The worker of a task, by the wall's clock. */
export function sinkWorkerOf(context: SinkTaskContext): SinkWorker {
  return {
    now: () => Date.now(),
    rewind: (offsets) => context.offset(offsets),
    pause: (partition) => context.pause([partition]),
    resume: (partition) => context.resume([partition]),
    wakeIn: (ms) => context.timeout(ms),
  }
}

/** Has the worker come back when the first of these moments has come; does nothing where that is far away. */
export function wakeAt(worker: SinkWorker, nowMs: number, moments: Iterable<number>): void {
  let dueMs = Number.POSITIVE_INFINITY
  for (const each of moments) dueMs = Math.min(dueMs, each)
  if (dueMs < nowMs + longestWaitMs) worker.wakeIn(Math.max(0, dueMs - nowMs))
}

/** What a map knows a partition by. */
export function partitionKey(topic: string, partition: number): string {
  return `${partition}:${topic}`
}

/** Whoever writes a partition of Kafka to files. */
export interface Committing {
  readonly topicPartition: TopicPartition
  /** The offset that may be committed (invariant 1); null where nothing was completed yet. */
  readonly committable: number | null
}

/** What may be committed of the partitions of a task, each offset once. */
export class CommittedOffsets {
  /** By {@link partitionKey}: what was said last. */
  readonly #said = new Map<string, number>()

  /** What was not said before. */
  take(writers: ReadonlyMap<string, Committing>): PartitionOffset[] {
    const offsets: PartitionOffset[] = []
    for (const [key, { committable: offset, topicPartition }] of writers) {
      if (offset === null || offset === this.#said.get(key)) continue
      this.#said.set(key, offset)
      offsets.push({ ...topicPartition, offset })
    }
    return offsets
  }

  /** The partition is another's now. */
  forget(key: string): void {
    this.#said.delete(key)
  }
}
