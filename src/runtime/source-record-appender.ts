import type { SourceRecord } from '../data/records.ts'
import { DataError } from '../errors/connect-error.ts'
import type { RecordHeader, ValueEncoder } from '../kafka/types.ts'
import type { Schema } from '../data/schema.ts'
import type { PartitionRouter } from './partition-router.ts'
import type { SubmittedRecords } from './submitted-records.ts'

/** Puts records into the batches of their partitions, each with its number. What throws leaves neither number nor bytes. */
export class SourceRecordAppender {
  /** The time of records that have none of their own: set once a batch. In ms since the epoch. */
  now = 0
  readonly #router: PartitionRouter
  readonly #submitted: SubmittedRecords
  /** Whether the current record has its number and may have to give it back. */
  #numbered = false

  constructor(router: PartitionRouter, submitted: SubmittedRecords) {
    this.#router = router
    this.#submitted = submitted
  }

  /** Hot: `sent` is what the transformations made of `record`. */
  append(
    record: SourceRecord,
    sent: SourceRecord,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
  ): void {
    const appender = this.#router.appenderFor(sent, key)
    const number = this.#number(record)
    appender.append(number, timestampOf(sent, this.now), key, value, headers)
    this.#numbered = false
  }

  /** Hot: as {@link append}, without headers, its value written in place. */
  appendEncoded(
    record: SourceRecord,
    sent: SourceRecord,
    key: Uint8Array | null,
    encoder: ValueEncoder<Schema | null>,
  ): void {
    const appender = this.#router.appenderFor(sent, key)
    const number = this.#number(record)
    const time = timestampOf(sent, this.now)
    appender.appendEncoded(number, time, key, null, encoder, sent.valueSchema, sent.value)
    this.#numbered = false
  }

  /** After a failure: the record was not sent, so its number is given back. */
  takeBack(): void {
    if (this.#numbered) this.#submitted.takeBack()
    this.#numbered = false
  }

  #number(record: SourceRecord): number {
    const number = this.#submitted.add(record)
    this.#numbered = true
    return number
  }
}

/** Hot: of a record as it is sent; `now` where it has none. Throws a DataError. */
export function timestampOf({ timestamp }: SourceRecord, now: number): number {
  if (timestamp === null || timestamp === -1) return now
  if (timestamp < 0) throw new DataError(`Invalid record timestamp ${timestamp}`)
  return timestamp
}
