import { DataError, asError, isConnectError, isRetriable } from 'sluice/api'
import type { Schema } from 'sluice/api'
import type { FileCompression } from '../compression.ts'
import type { RangedBytes } from './ranged-bytes.ts'

/** Records of a file that follow each other and have one schema. */
export interface RecordBatch {
  /** The index of its first record in the file, from 0 on. */
  readonly first: number
  /** Null where they have none. */
  readonly schema: Schema | null
  readonly values: readonly unknown[]
}

export interface ReadOptions {
  /** The index of the first record that is wanted. Those before it are passed over, without being decoded where the format allows. */
  readonly from: number
  /** Most records of a batch. */
  readonly batchRecords: number
  /** How the whole file is compressed. What is compressed within a format is no matter of this. */
  readonly compression: FileCompression
  readonly signal: AbortSignal
}

/** Reads one kind of file. One instance serves one task, one file at a time. */
export interface FileReader {
  /**
   * The records of a file, in order, in batches that are never empty. Memory is bounded by a few chunks and one batch; of Parquet by one row group
   * and the rows of a part of it. The same file gives the same records under the same indexes each time. Leave the loop to end it.
   *
   * Rejects with an {@link UnreadableError} for what cannot be read, which says where to go on; with whatever the bytes reject with
   * (a RetriableError: read on later, from the record after the last one that came); with the signal's reason.
   */
  read(file: RangedBytes, options: ReadOptions): AsyncGenerator<RecordBatch, void, undefined>
}

/** A file, or a record in it, that cannot be read: what it is, and where. */
export class UnreadableError extends DataError {
  /** The object's key or the file's path. */
  readonly file: string
  /** The index of the record that cannot be read. */
  readonly record: number
  /** The index of the record to go on with; null where nothing behind can be read. */
  readonly next: number | null

  constructor(
    { file, record, next }: Pick<UnreadableError, 'file' | 'record' | 'next'>,
    reason: unknown,
  ) {
    const rest =
      next === null
        ? 'Nothing behind it can be read'
        : `The record to go on with has the index ${next}`
    super(
      `Cannot read the record with the index ${record} of ${file}: ${asError(reason).message} ${rest}.`,
      { cause: reason },
    )
    this.file = file
    this.record = record
    this.next = next
  }
}

/** Throws what was caught while a record was decoded: as an {@link UnreadableError}, unless it has nothing to do with the bytes. */
export function throwUnreadable(
  error: unknown,
  place: Pick<UnreadableError, 'file' | 'record' | 'next'>,
  signal: AbortSignal,
): never {
  signal.throwIfAborted()
  if (error instanceof UnreadableError || isRetriable(error)) throw error
  if (isConnectError(error) && !(error instanceof DataError)) throw error
  throw new UnreadableError(place, error)
}

/** Collects records until a batch is full, or the schema is another. */
export class BatchBuilder {
  #values: unknown[] = []
  #first = 0
  #schema: Schema | null = null
  readonly #most: number

  constructor(most: number) {
    this.#most = Math.max(1, most)
  }

  /** Hot. The batch that ends before this record, where one does. */
  add(index: number, schema: Schema | null, value: unknown): RecordBatch | null {
    const { length } = this.#values
    if (length > 0 && length < this.#most && schema === this.#schema) {
      this.#values.push(value)
      return null
    }
    const done = this.take()
    this.#first = index
    this.#schema = schema
    this.#values.push(value)
    return done
  }

  /** What there is. */
  take(): RecordBatch | null {
    if (this.#values.length === 0) return null
    const batch = { first: this.#first, schema: this.#schema, values: this.#values }
    this.#values = []
    return batch
  }
}
