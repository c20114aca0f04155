import type { Schema, SinkRecord } from 'sluice/api'
import type { ObjectWriter } from './object-writer.ts'

/** Objects of a directory that are being written: of values, and of keys and headers where these are kept too. */
export interface OpenFile {
  /** As its writer calls it: the directory, with the topic where a transformation gave the records another. */
  readonly key: string
  readonly topic: string
  readonly partition: number
  /** What the partitioner made. */
  readonly directory: string
  readonly schema: Schema | null
  readonly start: number
  end: number
  records: number
  /** In the order in which they are completed: the object that the others belong to comes last. */
  readonly objects: readonly ObjectWriter[]
  /** Null of what is not written. */
  readonly values: ObjectWriter | null
  readonly keys: ObjectWriter | null
  readonly headers: ObjectWriter | null
  /** Offsets of its first records: the names they would have had. */
  readonly candidates: number[]
  /** Of its bytes in memory, how many the budget knows. */
  accounted: number
  completed: boolean
}

/** How the parts of a record become what their objects hold. */
export interface RecordSide {
  schemaOf(record: SinkRecord): Schema | null
  /** A DataError where there is none. */
  valueOf(record: SinkRecord): unknown
}

/** The bytes that all open objects of a task hold in memory. */
export interface MemoryBudget {
  used: number
  readonly limit: number
}

/** Tells the budget what the objects of a file hold now. */
export function account(file: OpenFile, budget: MemoryBudget): void {
  let bytes = 0
  for (const object of file.objects) bytes += object.memoryBytes
  budget.used += bytes - file.accounted
  file.accounted = bytes
}
