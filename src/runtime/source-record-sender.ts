import type { SourceRecord } from '../data/records.ts'
import type { RecordProducer } from '../kafka/types.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { PartitionRouter } from './partition-router.ts'
import type { SourceAcknowledgements } from './source-acknowledgements.ts'
import { SourceRecordAppender } from './source-record-appender.ts'
import { SourceRecordConversion } from './source-record-conversion.ts'
import type { SubmittedRecords } from './submitted-records.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

export interface SenderParts {
  readonly plugins: TaskPlugins
  readonly producer: RecordProducer
  readonly router: PartitionRouter
  readonly acknowledgements: SourceAcknowledgements
  readonly submitted: SubmittedRecords
  readonly services: TaskServices
}

/**
 * Takes polled records to Kafka: transformations, converters, partition, batch. Synchronous for as long as
 * nothing has to wait; a record that waits is finished before the next is begun, so order holds (invariant 3).
 */
export class SourceRecordSender {
  readonly #parts: SenderParts
  readonly #appender: SourceRecordAppender
  /** What takes longer, and where every record notes the stage it is in. */
  readonly #slowly: SourceRecordConversion
  #waiting: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null

  /** `cancelled` aborts the waits for topics. */
  constructor(parts: SenderParts, cancelled: AbortSignal) {
    const appender = new SourceRecordAppender(parts.router, parts.submitted)
    this.#parts = parts
    this.#appender = appender
    this.#slowly = new SourceRecordConversion({ ...parts, appender, cancelled })
  }

  /**
   * Sends the records of one poll; resolves once all lie in batches and there is room for more: that wait is the
   * back-pressure. Rejects where a record failed and is not tolerated, an earlier one could not be sent, or the task stops
   * while one waits to be tried again.
   */
  async send(records: readonly SourceRecord[], signal: AbortSignal): Promise<void> {
    const { submitted, services, producer, router, acknowledgements, plugins } = this.#parts
    submitted.begin()
    router.beginBatch()
    this.#appender.now = Date.now()
    plugins.chain?.timeNext()
    let convertMs = 0
    for (let at = 0; at < records.length;) {
      signal.throwIfAborted()
      acknowledgements.throwIfFailed()
      const from = at
      const began = performance.now()
      at = await services.call('convert', () => this.#appendSome(records, from))
      const stoppedAt = records[at]
      if (stoppedAt !== undefined && (this.#waiting !== null || this.#failure !== null)) {
        await this.#finish(stoppedAt)
        at++
      }
      convertMs += performance.now() - began
      if (!producer.hasRoom) await producer.room(signal)
    }
    services.counters.observe('convert', convertMs)
    services.counters.setActive(submitted.outstanding)
  }

  /** The record at which the loop stopped: it waits for something, or it has failed. */
  async #finish(record: SourceRecord): Promise<void> {
    const waiting = this.#waiting
    const failure = this.#failure
    this.#waiting = null
    this.#failure = null
    let error = failure?.error
    if (failure === null) {
      try {
        await this.#parts.services.call('convert', () => waiting)
        return
      } catch (cause) {
        error = cause
      }
    }
    await this.#slowly.recover(record, error)
  }

  /** Hot: appends records from `from` on; answers where it stopped, for want of room or because one must wait or failed. */
  #appendSome(records: readonly SourceRecord[], from: number): number {
    const { producer } = this.#parts
    let at = from
    try {
      for (; at < records.length; at++) {
        const record = records[at]
        if (!producer.hasRoom || record === undefined) return at
        const waiting = this.#appendOne(record)
        if (waiting !== undefined) {
          this.#waiting = waiting
          return at
        }
      }
    } catch (error) {
      this.#failure = { error }
    }
    return at
  }

  /** Hot: one record. A promise where it must wait. */
  #appendOne(record: SourceRecord): Promise<void> | undefined {
    const { chain } = this.#parts.plugins
    if (chain === null) return this.#convert(record, record)
    this.#slowly.stage = 'TRANSFORMATION'
    const transformed = chain.apply(record)
    if (isPromise(transformed)) return this.#slowly.transformed(record, transformed)
    if (transformed !== null) return this.#convert(record, transformed)
    this.#parts.acknowledgements.commitRecord(record, null)
    return undefined
  }

  /** `sent` is what the transformations made of `record`. */
  #convert(record: SourceRecord, sent: SourceRecord): Promise<void> | undefined {
    const { topic, value, headers } = sent
    const slowly = this.#slowly
    slowly.sent = sent
    if (!this.#parts.router.knows(topic)) return slowly.convert(record, sent)
    if (headers !== null && headers.size > 0) return slowly.convert(record, sent)
    if (this.#parts.plugins.converters.addsHeaders) return slowly.convert(record, sent)
    const { converters } = this.#parts.plugins
    slowly.stage = 'KEY_CONVERTER'
    const key = converters.key.converter.fromConnectData(topic, null, sent.keySchema, sent.key)
    if (isPromise(key)) return slowly.convert(record, sent, { key })
    slowly.stage = 'VALUE_CONVERTER'
    const encoder = converters.value.inPlace
    if (encoder !== null && value !== null && value !== undefined) {
      if (encoder.maxEncodedBytes(sent.valueSchema, value) >= 0) {
        this.#appender.appendEncoded(record, sent, key, encoder)
        return undefined
      }
    }
    const plain = converters.value.converter
    const bytes = plain.fromConnectData(topic, null, sent.valueSchema, value)
    if (isPromise(bytes)) return slowly.convert(record, sent, { key, value: bytes })
    slowly.stage = 'KAFKA_PRODUCE'
    this.#appender.append(record, sent, key, bytes, null)
    return undefined
  }
}
