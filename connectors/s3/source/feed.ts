import type { Schema, SourceOffset, SourcePartition } from 'sluice/api'
import type { ListedObject } from './source-bucket.ts'

/** An object that is to be read, and what its records become. */
export interface ObjectPlan {
  readonly object: ListedObject
  /** The index of its first record that was not read yet. */
  readonly from: number
  readonly sourcePartition: SourcePartition
  readonly topic: string
  readonly kafkaPartition: number | null
  readonly keySchema: Schema | null
  readonly key: unknown
  /** How far the source has come once so many of its records are sent; `isLast` where there are no more. */
  offset(records: number, isLast: boolean): SourceOffset
}

/** Says what is read next. */
export interface ObjectFeed {
  /** In the order in which records are to be sent; null where there is nothing now. */
  next(signal: AbortSignal): Promise<ObjectPlan | null>
  /** The object gave no record that could carry its offset: it is not asked for again by this task. */
  barren(key: string): void
}

/** How many records of an object a stored offset says were read, and whether those were all. */
export function progressOf(offset: SourceOffset | null): { records: number; isComplete: boolean } {
  const records = Number(offset?.recordCount ?? 0)
  return {
    records: Number.isSafeInteger(records) && records > 0 ? records : 0,
    isComplete: offset?.complete === true,
  }
}

/** The offset behind a number of records of an object; `complete` is ours and spares the next start a look into it. */
export function countOffset(records: number, isLast: boolean): SourceOffset {
  return isLast ? { recordCount: records, complete: true } : { recordCount: records }
}
