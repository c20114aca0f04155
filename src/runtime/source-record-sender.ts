import type { SourceRecord } from '../data/records.ts'
import type { RecordHeader, RecordProducer } from '../kafka/types.ts'
import { isPromise } from '../util/maybe-promise.ts'
import { HeldRecord } from './held-record.ts'
import type { PartitionRouter } from './partition-router.ts'
import { asSent, rawHeaders } from './record-as-sent.ts'
import type { RecordFates } from './record-fates.ts'
import { SourceRecordAppender } from './source-record-appender.ts'
import { SourceRecordConversion } from './source-record-conversion.ts'
import type { SubmittedRecords } from './submitted-records.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

export interface SenderParts {
  readonly plugins: TaskPlugins
  readonly producer: RecordProducer
  readonly router: PartitionRouter
  readonly fates: RecordFates
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
  readonly #held = new HeldRecord<void>()

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
    const { submitted, services, producer, router, fates, plugins } = this.#parts
    submitted.begin()
    router.beginBatch()
    this.#appender.now = Date.now()
    plugins.chain?.timeNext()
    let convertMs = 0
    for (let at = 0; at < records.length;) {
      signal.throwIfAborted()
      fates.throwIfFailed()
      const from = at
      const began = performance.now()
      at = await services.call('convert', () => this.#appendSome(records, from))
      const stoppedAt = records[at]
      if (stoppedAt !== undefined && this.#held.isHeld) {
        await this.#held.finish(services.call, (error) => this.#slowly.recover(stoppedAt, error))
        at++
      }
      convertMs += performance.now() - began
      if (!producer.hasRoom) await producer.room(signal)
    }
    services.counters.observe('convert', convertMs)
    services.counters.setActive(submitted.outstanding)
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
          this.#held.waitsFor(waiting)
          return at
        }
      }
    } catch (error) {
      this.#held.failed(error)
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
    this.#parts.fates.commitRecord(record, null)
    return undefined
  }

  /** `sent` is what the transformations made of `record`. */
  #convert(record: SourceRecord, sent: SourceRecord): Promise<void> | undefined {
    const { topic, value, headers } = sent
    const slowly = this.#slowly
    slowly.sent = sent
    if (!this.#parts.router.knows(topic)) return slowly.convert(record, sent)
    const { converters } = this.#parts.plugins
    if ((headers !== null && headers.size > 0) || converters.addsHeaders) {
      return this.#convertWithHeaders(record, sent)
    }
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

  /** Hot: as {@link #convert}, of a record that has headers, or is given some by its converters. Nothing is written in place. */
  #convertWithHeaders(record: SourceRecord, sent: SourceRecord): Promise<void> | undefined {
    const { key, value, header } = this.#parts.plugins.converters
    const { topic } = sent
    const slowly = this.#slowly
    slowly.stage = 'HEADER_CONVERTER'
    const own: RecordHeader[] = []
    if (sent.headers !== null) {
      for (const each of sent.headers) {
        const bytes = header.fromConnectHeader(topic, each.key, each.schema, each.value)
        if (isPromise(bytes)) return slowly.convert(record, sent, { own, pending: bytes })
        own.push({ key: each.key, value: bytes })
      }
    }
    const headers = asSent(own)
    slowly.stage = 'KEY_CONVERTER'
    const keyBytes = key.converter.fromConnectData(topic, headers, sent.keySchema, sent.key)
    if (isPromise(keyBytes)) return slowly.convert(record, sent, { headers, key: keyBytes })
    slowly.stage = 'VALUE_CONVERTER'
    const bytes = value.converter.fromConnectData(topic, headers, sent.valueSchema, sent.value)
    if (isPromise(bytes)) {
      return slowly.convert(record, sent, { headers, key: keyBytes, value: bytes })
    }
    slowly.stage = 'KAFKA_PRODUCE'
    this.#appender.append(record, sent, keyBytes, bytes, rawHeaders(headers))
    return undefined
  }
}
