import type { Schema } from 'sluice/api'
import { nextRotation, schemaChange } from 'sluice/storage'
import type { JodaZone, SchemaChange, SchemaCompatibility } from 'sluice/storage'

/** When the files of a partition are completed. */
export interface HdfsRotationRules {
  /** Most records in the files of a partition together. */
  readonly flushSize: number
  /** How far records may be apart, in milliseconds; off where it is not positive. */
  readonly intervalMs: number
  /** Whether the interval goes by the time of records, and not by the clock on the wall. */
  readonly byRecordTime: boolean
  /** By the clock on the wall, in milliseconds; off where it is not positive. */
  readonly scheduleMs: number
  /** Of the schedule. */
  readonly zone: JodaZone | null
  readonly compatibility: SchemaCompatibility
}

export type HdfsRotationReason = 'interval' | 'schedule' | 'null schema' | SchemaChange

/**
 * When the files of one partition are to be completed, as Confluent's HDFS sink decides it: other than that for S3 it has one schema for all directories, and an
 * interval with every partitioner. A rotation completes all files.
 */
export class HdfsRotation {
  readonly #rules: HdfsRotationRules
  #schema: Schema | null | undefined = undefined
  #records = 0
  /** By the clock that the interval goes by; null before the first record where that is the records' own. */
  #lastMs: number | null
  #dueMs: number

  constructor(rules: HdfsRotationRules, nowMs: number) {
    this.#rules = rules
    this.#lastMs = rules.byRecordTime ? null : nowMs
    this.#dueMs = this.#nextDue(nowMs)
  }

  /** Of the files that are open, or opened next. */
  get schema(): Schema | null {
    return this.#schema ?? null
  }

  /** When files are to be completed though no record comes, in milliseconds since the epoch. */
  get dueMs(): number {
    const { intervalMs, byRecordTime } = this.#rules
    if (this.#records === 0 || intervalMs <= 0 || byRecordTime) return this.#dueMs
    return Math.min(this.#dueMs, (this.#lastMs ?? 0) + intervalMs)
  }

  /** Of a run before: the schema of the file that was completed last. */
  resume(schema: Schema | null): void {
    this.#schema = schema
  }

  /** Hot. Why the files must be completed before this record; null where it can be written. Throws a SchemaProjectorError. */
  before(
    schema: Schema | null,
    timestampMs: number | null,
    nowMs: number,
  ): HdfsRotationReason | null {
    if (schema !== this.#schema) {
      const change = this.#change(schema)
      if (change !== null) {
        this.#schema = schema
        if (this.#records > 0) return change
      }
    }
    return this.#byTime(timestampMs, nowMs)
  }

  /** Hot. A record was written; whether that makes the files full. */
  written(): boolean {
    this.#records++
    return this.#records >= this.#rules.flushSize
  }

  /** Whether files are to be completed though no record has come. With nothing to complete, the timers alone move on. */
  isDue(nowMs: number): boolean {
    return this.#byTime(null, nowMs) !== null
  }

  /** The files were completed; `timestampMs` is that of the record that asked for it, where one did. */
  reset(timestampMs: number | null, nowMs: number): void {
    this.#records = 0
    this.#lastMs = this.#rules.byRecordTime ? timestampMs : nowMs
    if (nowMs >= this.#dueMs) this.#dueMs = this.#nextDue(nowMs)
  }

  #change(schema: Schema | null): HdfsRotationReason | null {
    const current = this.#schema
    if (current === undefined || (this.#records === 0 && current === null)) return 'null schema'
    const { compatibility } = this.#rules
    if (compatibility === 'NONE' && (schema === null) !== (current === null)) return 'null schema'
    return schemaChange(compatibility, schema, current)
  }

  #byTime(timestampMs: number | null, nowMs: number): HdfsRotationReason | null {
    const { intervalMs, byRecordTime } = this.#rules
    const clockMs = byRecordTime ? timestampMs : nowMs
    this.#lastMs ??= clockMs
    const past =
      intervalMs > 0 && clockMs !== null && clockMs - (this.#lastMs ?? clockMs) >= intervalMs
    const due = nowMs >= this.#dueMs
    if (!past && !due) return null
    if (this.#records > 0) return past ? 'interval' : 'schedule'
    if (past) this.#lastMs = clockMs
    if (due) this.#dueMs = this.#nextDue(nowMs)
    return null
  }

  #nextDue(nowMs: number): number {
    const { scheduleMs, zone } = this.#rules
    return scheduleMs > 0 && zone !== null ? nextRotation(nowMs, scheduleMs, zone) : Infinity
  }
}
