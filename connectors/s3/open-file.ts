import type { Logger, Schema, SinkRecord } from 'sluice/api'
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
  /** Of its first record; `none` where that has no time. By it a topic is known from one of the same name that was there before. */
  readonly firstTimestamp: string
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

/** The object that says by its being there that the file is: that of values, or of keys where there are no values. */
export function mainObjectOf({ objects }: OpenFile): ObjectWriter | null {
  return objects.at(-1) ?? null
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

export function firstTimestampOf({ timestamp }: SinkRecord): string {
  return timestamp === null ? 'none' : String(timestamp)
}

/** Forgets a file. An upload that cannot be aborted is left to a rule of the bucket, and logged. */
export async function abortFile(
  file: OpenFile,
  { log, budget }: { readonly log: Logger; readonly budget: MemoryBudget },
  signal: AbortSignal,
): Promise<void> {
  for (const object of file.objects) {
    await object.abort(signal).catch((error: unknown) => {
      log.warn(`The upload of ${object.key} could not be aborted.`, error)
    })
  }
  account(file, budget)
}
