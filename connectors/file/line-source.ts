import type { LineBuffer } from './line-buffer.ts'

/**
 * What reading on brought: `read`: look for lines; `nothing`: wait; `ended`: this input will bring no more, what is
 * pending is its last line, and the next read begins with what has taken its place.
 */
export type ReadOutcome = 'read' | 'nothing' | 'ended'

/** Where a task's lines come from. Not to be closed while a read is going on. */
export interface LineSource {
  readonly lines: LineBuffer
  /** Reads more bytes into {@link lines}. */
  read(): Promise<ReadOutcome>
  /** Until there may be more to read, or `signal` aborts. Never rejects. */
  wait(signal: AbortSignal): Promise<void>
  /** Bytes that are there and have not been read, or null where nobody knows. */
  readonly unreadBytes: number | null
  close(): Promise<void>
}
