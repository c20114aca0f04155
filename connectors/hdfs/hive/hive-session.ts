import { ConnectError, RetriableError } from 'sluice/api'

/** The cells of a row, in the order of its columns. */
export type HiveRow = readonly unknown[]

/** A conversation with HiveServer2. After an error it is closed, and another one opened. */
export interface HiveSession {
  /** Runs a statement to its end. Rejects with a {@link HiveRefusedError} or a {@link HiveAwayError}. */
  execute(statement: string, signal: AbortSignal): Promise<readonly HiveRow[]>
  close(): Promise<void>
}

/** Rejects as {@link HiveSession} does. */
export type OpenHiveSession = (signal: AbortSignal) => Promise<HiveSession>

/** HiveServer2 has read a statement, and will not have it. */
export class HiveRefusedError extends ConnectError {
  /** Hive's number for the error, as in `ErrorMsg`; null where it has none. */
  readonly code: number | null

  constructor(message: string, code: number | null) {
    super(message)
    this.code = code
  }
}

/** HiveServer2 gave no answer. */
export class HiveAwayError extends RetriableError {}
