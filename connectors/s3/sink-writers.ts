import { isRetriable } from 'sluice/api'
import type { PartitionOffset, RejectedRecord, SinkRecord, TopicPartition } from 'sluice/api'
import { CommittedOffsets, partitionKey, wakeAt } from 'sluice/storage'
import type { SinkWorker } from 'sluice/storage'
import { TakenError } from './file-committer.ts'
import { account } from './open-file.ts'
import type { OpenFile } from './open-file.ts'
import type { PartitionWriter } from './partition-writer.ts'
import type { SharedParts } from './sink-parts.ts'
import { TornError } from './topic-partition-writer.ts'

/** Over the budget, the largest objects go to disk until so much of it is used. */
const relievedShare = 0.7
/** Partitions that are completed at once. */
const partitionsAtOnce = 8

export interface SinkWritersOptions extends SinkWorker {
  readonly parts: SharedParts
  /** Begins a partition. */
  open(topicPartition: TopicPartition, nowMs: number): PartitionWriter
  /** Whether records without a value are left out. */
  readonly ignoresTombstones: boolean
  readonly retryBackoffMs: number
  /** Whether records that cannot be written may be reported. */
  readonly reports: boolean
}

/** The writers of a task's partitions. */
export class SinkWriters {
  readonly #options: SinkWritersOptions
  readonly #writers = new Map<string, PartitionWriter>()
  readonly #committed = new CommittedOffsets()
  /** Of the record before: mostly the next one is of the same partition. */
  #last: PartitionWriter | null = null
  /** When partitions that rest are read again, in milliseconds since the epoch. */
  readonly #retries = new Map<PartitionWriter, number>()

  constructor(options: SinkWritersOptions) {
    this.#options = options
  }

  /** Takes over a batch. What it could not write for the moment is read again: an error here is for good. */
  async put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<readonly RejectedRecord[] | undefined> {
    // One moment for all, so that records of a batch lie in one directory by the clock.
    const nowMs = this.#options.now()
    this.#resume(nowMs)
    const rejected: RejectedRecord[] = []
    const rewound = new Set<PartitionWriter>()
    for (const record of records) {
      const writer = this.#writerOf(record, nowMs)
      if (rewound.size > 0 && rewound.has(writer)) continue
      const pending = this.#take(writer, record, nowMs, rejected, signal)
      if (pending !== null && !(await pending)) rewound.add(writer)
    }
    for (const writer of this.#writers.values()) {
      if (!rewound.has(writer) && writer.isDue(nowMs)) {
        await this.#guarded(writer, nowMs, signal, async () => {
          await writer.rotate(nowMs, signal)
          return true
        })
      }
    }
    this.#wake(nowMs)
    return rejected.length === 0 ? undefined : rejected
  }

  /** Completes what is open, of several partitions at once. What the store could not take for the moment is read again: an error here is for good. */
  async completeAll(signal: AbortSignal): Promise<void> {
    const nowMs = this.#options.now()
    const left = this.#writers.values()
    const complete = async (): Promise<void> => {
      for (const writer of left) {
        if (this.#retries.has(writer)) continue
        await this.#guarded(writer, nowMs, signal, async () => {
          await writer.rotate(nowMs, signal)
          return true
        })
      }
    }
    const done = await Promise.allSettled(Array.from({ length: partitionsAtOnce }, complete))
    this.#wake(nowMs)
    const failed = done.find((each) => each.status === 'rejected')
    if (failed === undefined) return
    for (const writer of this.#writers.values()) await writer.rewind(failed.reason, nowMs, signal)
    throw failed.reason
  }

  /** What may be committed that was not said before. */
  takeCommittable(): readonly PartitionOffset[] {
    return this.#committed.take(this.#writers)
  }

  async close(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    this.#last = null
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      const writer = this.#writers.get(key)
      this.#writers.delete(key)
      this.#committed.forget(key)
      if (writer === undefined) continue
      this.#retries.delete(writer)
      await writer.abort(signal)
    }
  }

  async stop(signal: AbortSignal): Promise<void> {
    this.#last = null
    for (const writer of this.#writers.values()) await writer.abort(signal)
    this.#writers.clear()
    await this.#options.parts.objects.spill.close()
  }

  /** Hot. Null where the record is written; else a promise of whether it is, or is read again. */
  #take(
    writer: PartitionWriter,
    record: SinkRecord,
    nowMs: number,
    rejected: RejectedRecord[],
    signal: AbortSignal,
  ): Promise<boolean> | null {
    try {
      const outcome = writer.offer(record, nowMs)
      if (outcome === 'rotate first') {
        return this.#guarded(writer, nowMs, signal, async () => {
          await writer.rotate(nowMs, signal)
          return (await this.#take(writer, record, nowMs, rejected, signal)) ?? true
        })
      }
      const file = writer.lastFile
      const { budget } = this.#options.parts
      if (outcome === 'written' && !isFull(file) && budget.used <= budget.limit) return null
      return this.#guarded(writer, nowMs, signal, async () => {
        if (outcome === 'full') await writer.completeFull(nowMs, signal)
        else if (file !== null) await this.#drain(file, signal)
        if (budget.used > budget.limit) await this.#relieve(signal)
        return true
      })
    } catch (error) {
      if (error instanceof TornError) {
        return this.#guarded(writer, nowMs, signal, () => Promise.reject(error))
      }
      this.#reject(record, error, rejected)
      return null
    }
  }

  /** Records without a value are left out in silence where nobody is there to be told. */
  #reject(record: SinkRecord, error: unknown, rejected: RejectedRecord[]): void {
    const { ignoresTombstones, reports } = this.#options
    const isTombstone = record.value === null || record.value === undefined
    if (isTombstone && ignoresTombstones && !reports) return
    rejected.push({ record, error })
  }

  /** False where the partition is read again, from what is durable (invariant 2). */
  async #guarded(
    writer: PartitionWriter,
    nowMs: number,
    signal: AbortSignal,
    work: () => Promise<boolean>,
  ): Promise<boolean> {
    try {
      return await work()
    } catch (error) {
      const again = error instanceof TakenError || error instanceof TornError
      if (!again && !isRetriable(error)) throw error
      const { parts, retryBackoffMs } = this.#options
      const { topic, partition } = writer.topicPartition
      const offset = await writer.rewind(error, nowMs, signal)
      parts.log.warn(`${topic}-${partition} is read again from offset ${offset ?? 0}`, error)
      if (offset !== null) this.#options.rewind([{ ...writer.topicPartition, offset }])
      if (!again) {
        this.#options.pause(writer.topicPartition)
        this.#retries.set(writer, nowMs + retryBackoffMs)
      }
      return false
    }
  }

  async #drain(file: OpenFile, signal: AbortSignal): Promise<void> {
    for (const object of file.objects) if (object.isFull) await object.drain(signal)
    account(file, this.#options.parts.budget)
  }

  /** The largest objects go to disk: their bounds stay what the records make them. */
  async #relieve(signal: AbortSignal): Promise<void> {
    const { budget } = this.#options.parts
    const files = Array.from(this.#writers.values(), (writer) => Array.from(writer.files)).flat()
    for (const file of files.sort((a, b) => b.accounted - a.accounted)) {
      if (budget.used <= budget.limit * relievedShare) return
      for (const object of file.objects) await object.spill(signal)
      account(file, budget)
    }
  }

  /** Partitions whose store was not to be had rest for a while. */
  #resume(nowMs: number): void {
    for (const [writer, dueMs] of this.#retries) {
      if (dueMs > nowMs) continue
      this.#retries.delete(writer)
      this.#options.resume(writer.topicPartition)
    }
  }

  #wake(nowMs: number): void {
    const dueMs = Array.from(this.#writers.values(), (writer) => writer.dueMs)
    wakeAt(this.#options, nowMs, [...this.#retries.values(), ...dueMs])
  }

  #writerOf(record: SinkRecord, nowMs: number): PartitionWriter {
    const { originalTopic: topic, originalKafkaPartition: partition } = record
    const last = this.#last
    if (last?.topicPartition.partition === partition && last.topicPartition.topic === topic) {
      return last
    }
    const key = partitionKey(topic, partition)
    let writer = this.#writers.get(key)
    if (writer === undefined) {
      writer = this.#options.open({ topic, partition }, nowMs)
      this.#writers.set(key, writer)
    }
    this.#last = writer
    return writer
  }
}

function isFull(file: OpenFile | null): boolean {
  if (file === null) return false
  for (const object of file.objects) if (object.isFull) return true
  return false
}
