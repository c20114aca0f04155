import type { RawRow } from '../core/types.ts'

/** What a page is to hold at most, by what its rows have been seen to take. */
const PAGE_BYTES = 8 * 1024 * 1024
/** Rows of the first page, before anything is known of them. */
const FIRST_ROWS = 100
/** Rows of a page that are measured. */
const SAMPLES = 16

/** How many rows to ask for: as many as the configuration allows, fewer where they are wide, so that memory has a bound. */
export class PageSize {
  readonly #maxRows: number
  #averageBytes: number | null = null

  constructor(maxRows: number) {
    this.#maxRows = maxRows
  }

  get rows(): number {
    if (this.#averageBytes === null) return Math.min(FIRST_ROWS, this.#maxRows)
    const fitting = Math.floor(PAGE_BYTES / this.#averageBytes)
    return Math.max(1, Math.min(fitting, this.#maxRows))
  }

  learn(rows: readonly RawRow[]): void {
    if (rows.length === 0) return
    const step = Math.max(1, Math.floor(rows.length / SAMPLES))
    let bytes = 0
    let count = 0
    for (let at = 0; at < rows.length; at += step) {
      bytes += sizeOf(rows[at] ?? [])
      count++
    }
    this.#averageBytes = Math.max(1, bytes / count)
  }
}

function sizeOf(row: RawRow): number {
  let bytes = 16
  for (const value of row) {
    bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length + 16 : 8
  }
  return bytes
}
