import type { Request } from 'tedious'
import type { RowCursor } from '../core/dialect.ts'
import type { Column, RawRow } from '../core/types.ts'
import { sqlServerError } from './sqlserver-error.ts'
import { columnsOf, rawRows } from './sqlserver-rows.ts'
import type { TdsValue } from './sqlserver-rows.ts'

/** How many rows are taken in before the server is made to wait; a packet that was read already may hold some more. */
const readAheadRows = 500
/** How long the server may take to answer that it has stopped. */
const cancelMs = 5000

type Done = (error: Error | null | undefined) => void

interface CursorParts {
  open(done: Done): Request
  ended(): void
  cancel(): boolean
  /** Ends the connection. */
  abandon(): void
}

/** A result that the server sends as it is read: while nobody does, the request is paused and with it the socket. */
export class SqlServerCursor implements RowCursor {
  readonly request: Request
  readonly #parts: CursorParts
  #rows: unknown[][] = []
  #columns: readonly Column[] = []
  #error: unknown = null
  #ended = false
  /** Wakes who waits for a row or the end. */
  #wake: () => void = () => undefined

  constructor(parts: CursorParts) {
    this.#parts = parts
    this.request = parts.open((error) => {
      this.#error = error ?? null
      this.#ended = true
      parts.ended()
      this.#wake()
    })
    this.request.on('columnMetadata', (found) => {
      this.#columns = columnsOf(found)
    })
    this.request.on('row', (row: readonly TdsValue[]) => {
      this.#rows.push(row.map(({ value }) => value))
      if (this.#rows.length >= readAheadRows) this.request.pause()
      this.#wake()
    })
  }

  async read(max: number): Promise<readonly RawRow[]> {
    const read: unknown[][] = []
    for (;;) {
      read.push(...this.#take(max - read.length))
      if (read.length >= max) break
      if (this.#ended) {
        if (this.#error !== null) throw sqlServerError(this.#error)
        break
      }
      const woken = this.#woken()
      this.request.resume()
      await woken
    }
    return rawRows(read, this.#columns)
  }

  columns(): Promise<readonly Column[]> {
    return Promise.resolve(this.#columns)
  }

  /** What has not been read of a result stands before every other answer: it is cancelled, or the connection ended. */
  async close(): Promise<void> {
    this.#rows = []
    if (this.#ended) return
    const limit = setTimeout(() => {
      this.#parts.abandon()
    }, cancelMs)
    try {
      this.#parts.cancel()
      while (!this.#hasEnded()) {
        const woken = this.#woken()
        this.request.resume()
        await woken
        this.#rows = []
      }
    } finally {
      clearTimeout(limit)
    }
  }

  #take(count: number): unknown[][] {
    return this.#rows.splice(0, count)
  }

  #hasEnded(): boolean {
    return this.#ended
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
