import type { Schema, SinkRecord } from 'sluice/api'

/** A kind of file. One instance serves one task. */
export interface FileFormat {
  /** With its dot. */
  readonly extension: string
  /** Begins a file whose records have this schema; null where they have none. A DataError where the format cannot hold it. */
  open(schema: Schema | null): FileEncoder
}

/** One file that is being written, in memory. Its owner takes the bytes away. */
export interface FileEncoder {
  /** Hot. Appends a value of the file's schema. A DataError leaves the file as it was. */
  write(value: unknown, record: SinkRecord): void
  /** How many bytes {@link take} would give, exactly or near enough. */
  readonly heldBytes: number
  /** How many bytes of memory the file takes, with what is not ready yet and the room for what is to come. */
  readonly memoryBytes: number
  /** What is ready, no longer held; it never changes again. With `release` the room for what is to come is given up, too. */
  take(release?: boolean): Buffer[]
  /** Ends the file; {@link take} then gives the rest. */
  finish(): void
}
