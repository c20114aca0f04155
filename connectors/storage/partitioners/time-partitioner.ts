import type { SinkRecord } from 'sluice/api'
import type { JodaPattern } from './joda-pattern.ts'
import type { JodaZone } from './joda-zone.ts'
import { PartitionError } from './partitioner.ts'
import type { Partitioner } from './partitioner.ts'
import type { TimestampExtractor } from './timestamp-extractor.ts'

/** Most buckets whose directories are remembered: late records go back and forth between a few. */
const mostBuckets = 1024

export interface TimePartitionerOptions {
  readonly extractor: TimestampExtractor
  readonly zone: JodaZone
  readonly pattern: JodaPattern
  /** How long a bucket lasts. */
  readonly durationMs: number
}

/** Directories by time: the start of the record's bucket, as a pattern of Joda prints it in a zone. */
export class TimePartitioner implements Partitioner {
  readonly byTime = true
  readonly deterministic: boolean
  readonly #options: TimePartitionerOptions
  readonly #texts = new Map<number, string>()
  #last = Number.NaN
  #lastText = ''

  constructor(options: TimePartitionerOptions) {
    this.#options = options
    this.deterministic = options.extractor.deterministic
  }

  timestampOf(record: SinkRecord, nowMs: number): number {
    return this.#options.extractor.extract(record, nowMs)
  }

  /** Hot. */
  encode(record: SinkRecord, timestampMs: number | null): string {
    if (timestampMs === null) {
      throw new PartitionError(
        `Unable to determine timestamp using timestamp.extractor for record of ${record.topic}-${record.kafkaPartition} at offset ${record.kafkaOffset}`,
      )
    }
    const bucket = this.bucketOf(timestampMs)
    if (bucket === this.#last) return this.#lastText
    this.#last = bucket
    return (this.#lastText = this.#textOf(bucket))
  }

  /** The first instant of the bucket of a time. Buckets are aligned to the clock on the wall, so an hour begins at its full hour in every zone. */
  bucketOf(timestampMs: number): number {
    const { zone, durationMs } = this.#options
    const local = timestampMs + zone.offsetAt(timestampMs)
    return zone.toUtc(Math.trunc(local / durationMs) * durationMs)
  }

  #textOf(bucket: number): string {
    let text = this.#texts.get(bucket)
    if (text === undefined) {
      if (this.#texts.size >= mostBuckets) this.#texts.clear()
      text = this.#options.pattern.format(bucket, this.#options.zone)
      this.#texts.set(bucket, text)
    }
    return text
  }
}
