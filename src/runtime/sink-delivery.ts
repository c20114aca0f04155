import type { SinkTask } from '../api/sink-task.ts'
import type { TopicPartition } from '../api/topic-partition.ts'
import type { SinkRecord } from '../data/records.ts'
import { asError, isRetriable } from '../errors/connect-error.ts'
import type { FetchedRecords, GroupConsumer } from '../kafka/types.ts'
import type { ErrantRecords } from './errant-records.ts'
import type { SinkPartitions } from './sink-partitions.ts'
import type { SinkRecordReader } from './sink-record-reader.ts'
import type { TaskServices } from './task.ts'
import type { TransformationChain } from './transformation-chain.ts'
import { faultPoint } from '../util/fault-point.ts'

/** Records read and not put yet, and where their partitions stand once they are. */
interface Batch {
  readonly records: readonly SinkRecord[]
  readonly ends: readonly (TopicPartition & { readonly nextOffset: number })[]
}

const emptyBatch: Batch = { records: [], ends: [] }

export interface DeliveryParts {
  readonly task: SinkTask
  readonly reader: SinkRecordReader
  readonly consumer: GroupConsumer
  readonly partitions: SinkPartitions
  readonly errant: ErrantRecords
  readonly chain: TransformationChain | null
  readonly services: TaskServices
  /** Whether the task is stopping. */
  readonly stops: () => boolean
}

/**
 * Gives what was fetched to the task. A batch that the task wants again is kept, and nothing more is fetched until
 * it has taken it: that is the back-pressure of a sink.
 */
export class SinkDelivery {
  readonly #parts: DeliveryParts
  #pending: Batch | null = null

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Whether a batch waits to be given again. */
  get redelivering(): boolean {
    return this.#pending !== null
  }

  /** Puts what was fetched, or the batch kept; `redelivering` says whether one is kept now. */
  async deliver(fetched: readonly FetchedRecords[], signal: AbortSignal): Promise<void> {
    const batch = this.#pending ?? (fetched.length === 0 ? emptyBatch : await this.#read(fetched))
    let isPut: boolean
    try {
      isPut = await this.#put(batch.records, signal)
    } catch (error) {
      if (!isRetriable(error)) throw error
      const { logger, counters } = this.#parts.services
      logger.warn(`put asked for the batch again: ${asError(error).message}`, error)
      counters.add('retries', 1)
      this.#pending = batch
      return
    }
    this.#pending = null
    if (batch !== emptyBatch) this.#parts.services.counters.set('waitingSince', 0)
    if (!isPut) return
    for (const { nextOffset, ...partition } of batch.ends) {
      const state = this.#parts.partitions.get(partition)
      if (state !== undefined) state.current = nextOffset
    }
  }

  /** Drops what is kept of partitions that were taken away; their next owner reads it. */
  forget(partitions: readonly TopicPartition[]): void {
    if (this.#pending === null) return
    const gone = new Set(partitions.map(({ topic, partition }) => `${partition}:${topic}`))
    const ends = this.#pending.ends.filter((end) => !gone.has(`${end.partition}:${end.topic}`))
    const records = this.#pending.records.filter(
      (record) => !gone.has(`${record.originalKafkaPartition}:${record.originalTopic}`),
    )
    this.#pending = ends.length === 0 ? null : { records, ends }
    if (this.#pending === null) this.#parts.services.counters.set('waitingSince', 0)
  }

  async #read(fetched: readonly FetchedRecords[]): Promise<Batch> {
    const { reader, services, chain } = this.#parts
    const { counters } = services
    const records: SinkRecord[] = []
    const ends = []
    const began = performance.now()
    counters.set('waitingSince', Date.now())
    chain?.timeNext()
    for (const slice of fetched) {
      counters.add('read', await reader.read(slice, records))
      ends.push({ topic: slice.topic, partition: slice.partition, nextOffset: slice.nextOffset })
    }
    counters.observe('convert', performance.now() - began)
    counters.set('lastRecordAt', Date.now())
    return { records, ends }
  }

  /** False where the records may not be put any more: the next poll gives up their partitions, which others read. */
  async #put(records: readonly SinkRecord[], signal: AbortSignal): Promise<boolean> {
    const { task, services, consumer, errant, stops } = this.#parts
    const { counters } = services
    if (records.length > 0) {
      counters.setActive(records.length)
      faultPoint('sink.put')
      // Invariant 4: the worker may be out of its group, and the process may have been stopped since these were read.
      if (!services.lease.held) await services.lease.regained(stops)
      if (!services.lease.held || !consumer.stillHolds()) return this.#drop(records)
    }
    signal.throwIfAborted()
    const began = performance.now()
    const rejected = await services.call('put', () => task.put(records, signal))
    const tookMs = performance.now() - began
    if (rejected !== undefined) await errant.reject(rejected)
    errant.throwIfFailed()
    counters.set('lastPutAt', Date.now())
    if (records.length === 0) return true
    counters.add('put', records.length)
    faultPoint('sink.delivered')
    counters.set('active', 0)
    counters.add('batches', 1)
    counters.add('batchTimeMs', tookMs)
    counters.max('batchTimeMaxMs', tookMs)
    counters.add('batchRecords', records.length)
    counters.max('batchSizeMax', records.length)
    counters.observe('put', tookMs)
    return true
  }

  #drop(records: readonly SinkRecord[]): false {
    const { counters, logger } = this.#parts.services
    counters.set('active', 0)
    logger.warn(
      `${records.length} records are not put: the session they were read in is over. Whoever has their partitions reads them again.`,
    )
    return false
  }
}
