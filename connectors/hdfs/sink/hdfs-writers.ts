import { isRetriable } from 'sluice/api'
import type { PartitionOffset, RejectedRecord, SinkRecord, TopicPartition } from 'sluice/api'
import { CommittedOffsets, partitionKey, wakeAt } from 'sluice/storage'
import type { SinkWorker } from 'sluice/storage'
import type { SinkParts } from './sink-parts.ts'
import { TopicPartitionWriter } from './topic-partition-writer.ts'

/** Over the budget, the largest files go to disk until so much of it is used. */
const relievedShare = 0.7

export interface HdfsWritersOptions extends SinkWorker {
  readonly parts: SinkParts
  readonly retryBackoffMs: number
}

/** Partitions that are taken over at once: each is some ten requests to the NameNode. */
const recoveredAtOnce = 8

/** The writers of a task's partitions. */
export class HdfsWriters {
  readonly #options: HdfsWritersOptions
  readonly #writers = new Map<string, TopicPartitionWriter>()
  readonly #committed = new CommittedOffsets()
  /** When partitions that rest are taken over again, in milliseconds since the epoch. */
  readonly #retries = new Map<TopicPartitionWriter, number>()
  /** Of partitions that were not taken over yet, the first offset that has come. */
  readonly #missed = new Map<TopicPartitionWriter, number>()
  /** Of the record before: mostly the next one is of the same partition. */
  #last: TopicPartitionWriter | null = null

  constructor(options: HdfsWritersOptions) {
    this.#options = options
  }

  /** They are taken over at the next {@link put}: what it rewinds is read again before the one that follows. */
  open(partitions: readonly TopicPartition[]): void {
    const { parts } = this.#options
    const nowMs = this.#options.now()
    this.#last = null
    for (const { topic, partition } of partitions) {
      const writer = new TopicPartitionWriter(parts, { topic, partition }, nowMs)
      this.#writers.set(partitionKey(topic, partition), writer)
    }
    this.#options.wakeIn(0)
  }

  /** Takes over a batch. What it could not write for the moment is read again: an error here is for good. */
  async put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<readonly RejectedRecord[] | undefined> {
    // One moment for all, so that records of a batch lie in one directory by the clock.
    const nowMs = this.#options.now()
    const rejected: RejectedRecord[] = []
    const left = await this.#recoverAll(nowMs, records, signal)
    for (const record of records) {
      const writer = this.#writerOf(record)
      if (writer === undefined || (left.size > 0 && left.has(writer))) continue
      const pending = this.#take(writer, record, nowMs, rejected, signal)
      if (pending !== null && !(await pending)) left.add(writer)
    }
    for (const writer of this.#writers.values()) {
      if (left.has(writer) || !writer.isDue(nowMs)) continue
      await this.#guarded(writer, nowMs, signal, () => writer.rotate(nowMs, signal))
    }
    this.#wake(nowMs)
    return rejected.length === 0 ? undefined : rejected
  }

  /** What may be committed that was not said before. */
  takeCommittable(): readonly PartitionOffset[] {
    return this.#committed.take(this.#writers)
  }

  close(partitions: readonly TopicPartition[]): void {
    this.#last = null
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition)
      const writer = this.#writers.get(key)
      this.#writers.delete(key)
      this.#committed.forget(key)
      if (writer === undefined) continue
      this.#retries.delete(writer)
      this.#missed.delete(writer)
      writer.forget()
    }
  }

  async stop(): Promise<void> {
    this.#last = null
    for (const writer of this.#writers.values()) writer.forget()
    this.#writers.clear()
    await this.#options.parts.spill.close()
  }

  /** Answers with the partitions whose records of this batch are not to be written: they are read again. */
  async #recoverAll(
    nowMs: number,
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<Set<TopicPartitionWriter>> {
    const left = new Set<TopicPartitionWriter>()
    const waiting = [...this.#writers.values()].filter(({ recovered }) => !recovered)
    if (waiting.length === 0) return left
    for (const writer of waiting) this.#noteFirst(writer, records)
    const queue = waiting.values()
    const recoverNext = async (): Promise<void> => {
      for (const writer of queue) {
        if ((this.#retries.get(writer) ?? 0) > nowMs) left.add(writer)
        else if (await this.#recover(writer, nowMs, signal)) left.add(writer)
      }
    }
    const done = await Promise.allSettled(Array.from({ length: recoveredAtOnce }, recoverNext))
    const failed = done.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return left
  }

  /** Whether the partition is read again, or has to wait. */
  async #recover(
    writer: TopicPartitionWriter,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { parts } = this.#options
    const found: { offset: number | null } = { offset: null }
    const done = await this.#guarded(writer, nowMs, signal, async () => {
      found.offset = await writer.recover(nowMs, signal)
    })
    if (!done) return true
    const resumes = this.#retries.delete(writer)
    if (resumes) this.#options.resume(writer.topicPartition)
    const first = this.#missed.get(writer) ?? null
    this.#missed.delete(writer)
    const { topic, partition } = writer.topicPartition
    const offset = found.offset ?? (resumes ? first : null)
    if (offset === null) return false
    parts.log.info(`${topic}-${partition} is read from offset ${offset} on`)
    this.#options.rewind([{ ...writer.topicPartition, offset }])
    return true
  }

  #noteFirst(writer: TopicPartitionWriter, records: readonly SinkRecord[]): void {
    if (this.#missed.has(writer)) return
    const first = records.find((record) => this.#writerOf(record) === writer)
    if (first !== undefined) this.#missed.set(writer, Number(first.originalKafkaOffset))
  }

  /** Hot. Null where the record is written; else a promise of whether it is, or is read again. */
  #take(
    writer: TopicPartitionWriter,
    record: SinkRecord,
    nowMs: number,
    rejected: RejectedRecord[],
    signal: AbortSignal,
  ): Promise<boolean> | null {
    try {
      const outcome = writer.offer(record, nowMs)
      const { budget } = this.#options.parts
      if (outcome === 'written') return budget.used <= budget.limit ? null : this.#relieve()
      return this.#rotate(writer, nowMs, signal, async () => {
        if (outcome === 'full') return true
        return (await this.#take(writer, record, nowMs, rejected, signal)) ?? true
      })
    } catch (error) {
      rejected.push({ record, error })
      return null
    }
  }

  async #rotate(
    writer: TopicPartitionWriter,
    nowMs: number,
    signal: AbortSignal,
    then: () => Promise<boolean>,
  ): Promise<boolean> {
    const done = await this.#guarded(writer, nowMs, signal, () => writer.rotate(nowMs, signal))
    return done && (await then())
  }

  /** False where the partition rests, and is then taken over and read again from what is durable (invariant 2). */
  async #guarded(
    writer: TopicPartitionWriter,
    nowMs: number,
    signal: AbortSignal,
    work: () => Promise<void>,
  ): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      if (signal.aborted || !isRetriable(error)) throw error
      const { parts, retryBackoffMs } = this.#options
      const { topic, partition } = writer.topicPartition
      parts.log.warn(`${topic}-${partition} rests for ${retryBackoffMs} ms`, error)
      // Read again from here, where HDFS has nothing of the partition.
      for (const { start } of writer.files) {
        this.#missed.set(writer, Math.min(start, this.#missed.get(writer) ?? start))
      }
      writer.forget()
      if (!this.#retries.has(writer)) this.#options.pause(writer.topicPartition)
      this.#retries.set(writer, nowMs + retryBackoffMs)
      return false
    }
  }

  /** The largest files go to disk: their bounds stay what the records make them. */
  async #relieve(): Promise<boolean> {
    const { budget } = this.#options.parts
    const files = Array.from(this.#writers.values(), (writer) => Array.from(writer.files)).flat()
    for (const file of files.sort((a, b) => b.accounted - a.accounted)) {
      if (budget.used <= budget.limit * relievedShare) break
      await file.spill(budget)
    }
    return true
  }

  #wake(nowMs: number): void {
    const dueMs = Array.from(this.#writers.values(), (writer) => writer.dueMs)
    wakeAt(this.#options, nowMs, [...this.#retries.values(), ...dueMs])
  }

  #writerOf(record: SinkRecord): TopicPartitionWriter | undefined {
    const { originalTopic: topic, originalKafkaPartition: partition } = record
    const last = this.#last
    if (last?.topicPartition.partition === partition && last.topicPartition.topic === topic) {
      return last
    }
    const writer = this.#writers.get(partitionKey(topic, partition))
    if (writer !== undefined) this.#last = writer
    return writer
  }
}
