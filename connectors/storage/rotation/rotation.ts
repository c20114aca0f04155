import type { Schema } from 'sluice/api'
import type { JodaZone } from '../partitioners/joda-zone.ts'
import { nextRotation } from './rotation-schedule.ts'
import { schemaChange } from './schema-compatibility.ts'
import type { SchemaChange, SchemaCompatibility } from './schema-compatibility.ts'

/** When the files of a topic partition are completed. */
export interface RotationRules {
  /** Most records in the files of a topic partition together. */
  readonly flushSize: number
  /** How far records may be apart by their own time, in milliseconds; off where it is not positive. */
  readonly intervalMs: number
  /** By the clock on the wall, in milliseconds; off where it is not positive. */
  readonly scheduleMs: number
  /** Of the schedule. */
  readonly zone: JodaZone | null
  /** Whether records that go to and fro between directories rotate too, where `intervalMs` is on. */
  readonly onPartitionChange: boolean
  readonly compatibility: SchemaCompatibility
  /** Most files open at once; without limit where it is not positive. */
  readonly maxOpenFiles: number
  /** Between the other directories and this one records may change without a rotation. */
  readonly tombstoneDirectory: string | null
}

export type RotationReason =
  | 'size'
  | 'interval'
  | 'partition change'
  | 'schedule'
  | 'null schema'
  | 'open files'
  | SchemaChange

/** What decides about a record. */
export interface Candidate {
  readonly directory: string
  readonly schema: Schema | null
  readonly timestampMs: number | null
}

/**
 * When the files of one topic partition are to be completed, as Confluent's S3 sink decides it. A rotation completes all of them, whichever
 * record asked for it; that record is then the first of the next.
 */
export class Rotation {
  readonly #rules: RotationRules
  readonly #schemas = new Map<string, Schema | null>()
  #records = 0
  #baseMs: number | null = null
  /** Of the record before, and the schema of the file there: mostly the next one is written to it too. */
  #directory: string | null = null
  #schema: Schema | null = null
  #dueMs: number

  constructor(rules: RotationRules, nowMs: number) {
    this.#rules = rules
    this.#dueMs = this.#nextDue(nowMs)
  }

  /** When the schedule asks for a rotation next, in milliseconds since the epoch; never where it is off. */
  get dueMs(): number {
    return this.#dueMs
  }

  get records(): number {
    return this.#records
  }

  /** The schema of the file open in a directory; undefined where none is. */
  schemaOf(directory: string): Schema | null | undefined {
    return this.#schemas.get(directory)
  }

  /** Hot. Why the files must be completed before this record; null where it can be written. Throws a SchemaProjectorError. */
  before(candidate: Candidate, nowMs: number): RotationReason | null {
    const { directory, schema, timestampMs } = candidate
    if (this.#baseMs === null && timestampMs !== null) this.#baseMs = timestampMs
    const current = directory === this.#directory ? this.#schema : this.#schemas.get(directory)
    if (current !== undefined && (current === null) !== (schema === null)) return 'null schema'
    const byTime = this.#byTime(directory, timestampMs, nowMs)
    if (byTime !== null) return byTime
    if (current !== undefined && current !== schema && this.#records > 0) {
      const change = schemaChange(this.#rules.compatibility, schema, current)
      if (change !== null) return change
    }
    const { maxOpenFiles } = this.#rules
    const opensFile = current === undefined
    return opensFile && maxOpenFiles > 0 && this.#schemas.size >= maxOpenFiles ? 'open files' : null
  }

  /** Hot. A record was written; whether that makes the files full. */
  written({ directory, schema }: Candidate): boolean {
    if (directory !== this.#directory) {
      const known = this.#schemas.get(directory)
      if (known === undefined) this.#schemas.set(directory, schema)
      this.#schema = known === undefined ? schema : known
      this.#directory = directory
    }
    this.#records++
    return this.#records >= this.#rules.flushSize
  }

  /** Whether the schedule asks for a rotation though no record has come. With nothing to complete, the timer alone moves on. */
  isDue(nowMs: number): boolean {
    if (nowMs < this.#dueMs) return false
    if (this.#records > 0) return true
    this.#dueMs = this.#nextDue(nowMs)
    return false
  }

  /** The files were completed. */
  reset(nowMs: number): void {
    this.#schemas.clear()
    this.#records = 0
    this.#baseMs = null
    this.#directory = null
    if (nowMs >= this.#dueMs) this.#dueMs = this.#nextDue(nowMs)
  }

  #byTime(directory: string, timestampMs: number | null, nowMs: number): RotationReason | null {
    if (this.#records === 0) {
      if (nowMs >= this.#dueMs) this.#dueMs = this.#nextDue(nowMs)
      return null
    }
    const { intervalMs, onPartitionChange } = this.#rules
    if (intervalMs > 0 && timestampMs !== null) {
      if (timestampMs - (this.#baseMs ?? timestampMs) >= intervalMs) return 'interval'
      if (onPartitionChange && this.#changes(directory)) return 'partition change'
    }
    return nowMs >= this.#dueMs ? 'schedule' : null
  }

  #changes(directory: string): boolean {
    const tombstones = this.#rules.tombstoneDirectory
    if (this.#directory === null || directory === this.#directory) return false
    return directory !== tombstones && this.#directory !== tombstones
  }

  #nextDue(nowMs: number): number {
    const { scheduleMs, zone } = this.#rules
    return scheduleMs > 0 && zone !== null ? nextRotation(nowMs, scheduleMs, zone) : Infinity
  }
}
