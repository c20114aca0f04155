import type { FileStatus } from './answers.ts'
import type { HdfsBody } from './exchange.ts'

/** A part of a file. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/** What connectors ask of a file system. Paths are absolute. Rejects with a RetriableError for what may pass, else with a ConnectError. */
export interface Hdfs {
  /**
   * Writes a file whole, with the directories above it. A client that dies leaves a finished file that is too short: its length is to be checked before it is
   * given its name. Without `overwrite` rejects with a FileAlreadyExistsException where there is one.
   */
  create(
    path: string,
    body: HdfsBody,
    options: { readonly overwrite: boolean },
    signal: AbortSignal,
  ): Promise<void>
  /** The bytes of a file, all of them or those of a range, which begins before its end. */
  open(
    path: string,
    range: ByteRange | null,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>
  /** Null where there is none. */
  status(path: string, signal: AbortSignal): Promise<FileStatus | null>
  /** What is in a directory; null where there is none. */
  list(path: string, signal: AbortSignal): Promise<readonly FileStatus[] | null>
  /** With those above it; one that is there is no error. */
  makeDirectory(path: string, signal: AbortSignal): Promise<void>
  /** False where the source or the directory of the target is not there, or the target is. */
  rename(from: string, to: string, signal: AbortSignal): Promise<boolean>
  /** Puts a file in the place of another at once. False where the server cannot, and there is another. */
  replace(from: string, to: string, signal: AbortSignal): Promise<boolean>
  /** A file, or an empty directory. False where there is none. */
  delete(path: string, signal: AbortSignal): Promise<boolean>
}
