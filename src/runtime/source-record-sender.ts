import type { SourceRecord } from '../data/records.ts'
import type { Schema } from '../data/schema.ts'
import { DataError } from '../errors/connect-error.ts'
import type { RecordHeader, RecordProducer } from '../kafka/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { TaskConverters } from './converters.ts'
import type { PartitionRouter } from './partition-router.ts'
import type { RecordErrors, Stage } from './record-errors.ts'
import type { SourceAcknowledgements } from './source-acknowledgements.ts'
import { producerClassName } from './source-acknowledgements.ts'
import type { SubmittedRecords } from './submitted-records.ts'
import type { TaskServices } from './task.ts'
import type { TransformationChain } from './transformation-chain.ts'

export interface SenderParts {
  readonly producer: RecordProducer
  readonly router: PartitionRouter
  readonly acknowledgements: SourceAcknowledgements
  readonly converters: TaskConverters
  readonly chain: TransformationChain | null
  readonly errors: RecordErrors
  readonly submitted: SubmittedRecords
  readonly services: TaskServices
}

/**
 * Takes polled records to Kafka: transformations, converters, partition, batch. Synchronous for as long as
 * nothing has to wait; a record that waits is finished before the next is begun, so order holds (invariant 3).
 */
export class SourceRecordSender {
  readonly #parts: SenderParts
  readonly #cancelled: AbortSignal
  #stage: Stage = 'TRANSFORMATION'
  /** Whether the current record has its number and may have to give it back. */
  #numbered = false
  #now = 0
  #waiting: Promise<void> | null = null

  /** `cancelled` aborts the waits for topics. */
  constructor(parts: SenderParts, cancelled: AbortSignal) {
    this.#parts = parts
    this.#cancelled = cancelled
  }

  /**
   * Sends the records of one poll; resolves once all lie in batches and there is room for more: that wait is the
   * back-pressure. Rejects where a record failed and is not tolerated, or an earlier one could not be sent.
   */
  async send(records: readonly SourceRecord[], signal: AbortSignal): Promise<void> {
    const { submitted, services, producer, router, acknowledgements, chain } = this.#parts
    submitted.begin()
    router.beginBatch()
    this.#now = Date.now()
    chain?.timeNext()
    let convertMs = 0
    for (let at = 0; at < records.length;) {
      acknowledgements.throwIfFailed()
      const from = at
      const began = performance.now()
      at = await services.call('convert', () => this.#appendSome(records, from))
      if (this.#waiting !== null) {
        const waiting = this.#waiting
        this.#waiting = null
        await services.call('convert', () => waiting)
        at++
      }
      convertMs += performance.now() - began
      if (!producer.hasRoom) await producer.room(signal)
    }
    services.counters.observe('convert', convertMs)
    services.counters.setActive(submitted.outstanding)
  }

  /** Hot: appends records from `from` on; answers where it stopped, for want of room or because one must wait. */
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
      return at
    } catch (error) {
      this.#skipOrThrow(records[at], error)
      return at + 1
    }
  }

  /** Hot: one record. A promise where it must wait; that promise sees to everything about the record. */
  #appendOne(record: SourceRecord): Promise<void> | undefined {
    const { chain } = this.#parts
    if (chain === null) return this.#convert(record, record)
    this.#stage = 'TRANSFORMATION'
    const transformed = chain.apply(record)
    if (isPromise(transformed)) return this.#transformLater(record, transformed)
    if (transformed !== null) return this.#convert(record, transformed)
    this.#parts.acknowledgements.commitRecord(record, null)
    return undefined
  }

  /** `sent` is what the transformations made of `record`. */
  #convert(record: SourceRecord, sent: SourceRecord): Promise<void> | undefined {
    const { topic, value, headers } = sent
    if (!this.#parts.router.knows(topic)) return this.#prepareTopic(record, sent)
    if (headers !== null && headers.size > 0) return this.#convertLater(record, sent)
    const { converters } = this.#parts
    this.#stage = 'KEY_CONVERTER'
    const key = converters.key.converter.fromConnectData(topic, null, sent.keySchema, sent.key)
    if (isPromise(key)) return this.#convertLater(record, sent, key)
    this.#stage = 'VALUE_CONVERTER'
    const encoder = converters.value.inPlace
    if (encoder !== null && value !== null && value !== undefined) {
      if (encoder.maxEncodedBytes(sent.valueSchema, value) >= 0) {
        const appender = this.#parts.router.appenderFor(sent, key)
        const number = this.#number(record)
        const time = this.#timestampOf(sent)
        const schema: Schema | null = sent.valueSchema
        appender.appendEncoded(number, time, key, null, encoder, schema, value)
        this.#numbered = false
        return undefined
      }
    }
    const plain = converters.value.converter
    const bytes = plain.fromConnectData(topic, null, sent.valueSchema, value)
    if (isPromise(bytes)) return this.#convertLater(record, sent, key, bytes)
    this.#append(record, sent, key, bytes, null)
    return undefined
  }

  #append(
    record: SourceRecord,
    sent: SourceRecord,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
  ): void {
    this.#stage = 'KAFKA_PRODUCE'
    const appender = this.#parts.router.appenderFor(sent, key)
    const number = this.#number(record)
    appender.append(number, this.#timestampOf(sent), key, value, headers)
    this.#numbered = false
  }

  #number(record: SourceRecord): number {
    const number = this.#parts.submitted.add(record)
    this.#numbered = true
    return number
  }

  #timestampOf({ timestamp }: SourceRecord): number {
    if (timestamp === null || timestamp === -1) return this.#now
    if (timestamp < 0) throw new DataError(`Invalid record timestamp ${timestamp}`)
    return timestamp
  }

  async #transformLater(
    record: SourceRecord,
    transforming: Promise<SourceRecord | null>,
  ): Promise<void> {
    try {
      const transformed = await transforming
      if (transformed === null) this.#parts.acknowledgements.commitRecord(record, null)
      else await this.#calling(() => this.#convert(record, transformed))
    } catch (error) {
      this.#skipOrThrow(record, error)
    }
  }

  /** The first record for a topic. A topic that cannot be had fails the task, whatever is tolerated of records. */
  async #prepareTopic(record: SourceRecord, sent: SourceRecord): Promise<void> {
    await this.#parts.router.prepare(sent.topic, this.#cancelled)
    try {
      await this.#calling(() => this.#convert(record, sent))
    } catch (error) {
      this.#skipOrThrow(record, error)
    }
  }

  /** A record with headers, or of which a converter waits. What is left out is converted here. */
  async #convertLater(
    record: SourceRecord,
    sent: SourceRecord,
    keyBytes?: Promise<Uint8Array | null> | Uint8Array | null,
    valueBytes?: Promise<Uint8Array | null>,
  ): Promise<void> {
    const { key, value } = this.#parts.converters
    const { topic, headers } = sent
    try {
      this.#stage = 'HEADER_CONVERTER'
      const headersDone = await this.#headersOf(sent)
      this.#stage = 'KEY_CONVERTER'
      const keyDone = await (keyBytes === undefined
        ? this.#calling(() =>
            key.converter.fromConnectData(topic, headers, sent.keySchema, sent.key),
          )
        : keyBytes)
      this.#stage = 'VALUE_CONVERTER'
      const valueDone = await (valueBytes ??
        this.#calling(() =>
          value.converter.fromConnectData(topic, headers, sent.valueSchema, sent.value),
        ))
      this.#append(record, sent, keyDone, valueDone, headersDone)
    } catch (error) {
      this.#skipOrThrow(record, error)
    }
  }

  /** What goes on after a wait is no longer within the call that began it. */
  #calling<T>(call: () => MaybePromise<T>): MaybePromise<T> {
    return this.#parts.services.call('convert', call)
  }

  async #headersOf(sent: SourceRecord): Promise<readonly RecordHeader[] | null> {
    if (sent.headers === null || sent.headers.size === 0) return null
    const { header } = this.#parts.converters
    const converted: RecordHeader[] = []
    for (const { key, schema, value } of sent.headers) {
      const bytes: MaybePromise<Uint8Array | null> = this.#calling(() =>
        header.fromConnectHeader(sent.topic, key, schema, value),
      )
      converted.push({ key, value: isPromise(bytes) ? await bytes : bytes })
    }
    return converted
  }

  /** The record could not be sent: skipped where `errors.tolerance` says so, else the task fails (invariant 2). */
  #skipOrThrow(record: SourceRecord | undefined, error: unknown): void {
    const { errors, submitted, acknowledgements } = this.#parts
    if (this.#numbered) submitted.takeBack()
    this.#numbered = false
    const where = `a record for topic '${record?.topic ?? ''}' at ${offsetText(record)}`
    errors.failed({ stage: this.#stage, className: this.#className(), error, where })
    acknowledgements.commitRecord(record, null)
  }

  #className(): string {
    const { chain, converters } = this.#parts
    switch (this.#stage) {
      case 'TRANSFORMATION':
        return chain?.lastClassName ?? ''
      case 'KEY_CONVERTER':
        return converters.key.className
      case 'VALUE_CONVERTER':
        return converters.value.className
      case 'HEADER_CONVERTER':
        return converters.headerClassName
      case 'KAFKA_PRODUCE':
      case 'TASK_PUT':
        return producerClassName
    }
  }
}

function offsetText(record: SourceRecord | undefined): string {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'bigint' ? member.toString() : member,
    )
  return `source partition ${text(record?.sourcePartition)}, offset ${text(record?.sourceOffset)}`
}
