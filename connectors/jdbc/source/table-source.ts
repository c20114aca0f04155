import { SourceRecord } from 'sluice/api'
import type { Logger, SourceOffset, SourcePartition, Struct } from 'sluice/api'
import type { Connection, RowCursor } from '../core/dialect.ts'
import type { Column, RawRow } from '../core/types.ts'
import { databaseNow, earlier, initialPosition } from './database-clock.ts'
import { Horizon } from './horizon.ts'
import type { OpenTransactions } from './horizon.ts'
import { compareTimestamps, offsetOf } from './offsets.ts'
import type { Position } from './offsets.ts'
import { PageSize } from './page-size.ts'
import { RowShape } from './row-shape.ts'
import type { ShapeSettings } from './row-shape.ts'
import type { SourceSettings } from './settings.ts'
import type { Bounds, Statements } from './statements.ts'
import { RowPositions } from './row-positions.ts'

export interface TableSourceParts {
  /** For messages, e.g. `table public.orders`. */
  readonly name: string
  readonly topic: string
  readonly partition: SourcePartition
  readonly settings: SourceSettings
  readonly shape: ShapeSettings
  readonly statements: Statements
  readonly incrementing: string
  readonly timestamps: readonly string[]
  readonly timestampsAreInstants: boolean
  readonly position: Position
  readonly log: Logger
}

/**
 * One table, or the query, of a task: where it stands, and the read that goes on. States: idle until `dueAt`; `open`
 * begins a read, or leaves it idle where nothing may be read yet; `next` gives its records page by page, and after the last
 * page it is idle again. `fail` puts it back to where its last record says.
 */
export class TableSource {
  readonly name: string
  /** Failures since the last page. */
  failures = 0
  readonly #parts: TableSourceParts
  readonly #pageSize: PageSize
  readonly #horizon: Horizon
  /** What the next read begins after. */
  #position: Position
  #shape: RowShape | null = null
  #read: OpenRead | null = null
  #dueAt = 0
  /** Whether there is something that what is under way may have missed. */
  #isWoken = false

  constructor(parts: TableSourceParts) {
    this.name = parts.name
    this.#parts = parts
    this.#position = parts.position
    this.#pageSize = new PageSize(parts.settings.batchMaxRows)
    const { name, log } = parts
    this.#horizon = new Horizon({ name, log, maxDelayMs: parts.settings.horizonMaxDelayMs })
  }

  /** When to read again, in milliseconds since the epoch. */
  get dueAt(): number {
    return this.#dueAt
  }

  get isReading(): boolean {
    return this.#read !== null
  }

  /**
   * How far behind the database's clock the reading is, while it goes on, or how long rows have been held back; null where
   * nobody can say.
   */
  get lagMs(): number | null {
    const heldMs = Math.round(this.#horizon.heldMs(performance.now()))
    const { mode } = this.#parts.settings
    if (this.#read === null || !mode.includes('timestamp')) return heldMs === 0 ? null : heldMs
    const { to } = this.#read.bounds
    return Math.max(heldMs, (to.secondsMs ?? 0) - (this.#position.secondsMs ?? 0))
  }

  /** There is something to read: at once, or after what is under way, which may not see it. */
  wake(): void {
    this.#isWoken = true
    if (!this.isReading && !this.#horizon.isHolding) this.#dueAt = 0
  }

  /** Begins a read, in a transaction of its own; not where nothing may be read yet. */
  async open(connection: Connection): Promise<void> {
    const { settings, statements } = this.#parts
    if (!this.#horizon.isHolding) this.#isWoken = false
    await connection.begin(settings.isolation)
    const bounds = await this.#bounds(connection)
    if (bounds === null) {
      await connection.commit()
      this.failures = 0
      return
    }
    const { sql, parameters } = statements.read(bounds)
    const cursor = await connection.cursor(sql, parameters)
    this.#read = { cursor, bounds, columns: null, page: null, held: null }
    this.#readOn(this.#read)
  }

  /** The next records; none only at the end of the read, which is then closed. */
  async next(connection: Connection, page: Page): Promise<readonly SourceRecord[]> {
    const from = this.#position
    try {
      return await this.#recordsOf(connection, page)
    } catch (error) {
      // Invariant 2: nobody has the records that were made, so they are read again.
      this.#position = from
      throw error
    }
  }

  async #recordsOf(connection: Connection, page: Page): Promise<readonly SourceRecord[]> {
    const read = this.#opened()
    if (page.rows.length > 0) this.#shape = this.#shapeOf(page.columns)
    const isLast = page.rows.length < page.asked
    // The next page is on its way while this one is made records of.
    if (!isLast) this.#readOn(read)
    const records: SourceRecord[] = []
    this.#addRecords(page.rows, read, records)
    if (isLast) await this.#finish(connection, read, records)
    this.failures = 0
    return records
  }

  /** The page that is being read; the same one until {@link next} has taken it. */
  page(): Promise<Page> {
    const { page } = this.#opened()
    if (page === null) throw new Error('No page is being read.')
    return page
  }

  /** Gives up what is open, with its connection; the next read goes on after what {@link next} has given. */
  release(): void {
    const { failures } = this
    this.fail(0)
    this.failures = failures
  }

  /** After an error: what was open is gone with its connection. */
  fail(retryAt: number): void {
    this.#read?.page?.catch(() => undefined)
    this.#read = null
    this.#horizon.reset()
    this.failures++
    this.#dueAt = retryAt
  }

  /** Null where nothing may be read yet. */
  async #bounds(connection: Connection): Promise<Bounds | null> {
    const { settings } = this.#parts
    if (settings.mode === 'bulk') return { from: this.#position, to: this.#position, upTo: null }
    const at = performance.now()
    const { now, transactions } = await databaseNow(connection, settings)
    if (settings.mode.includes('timestamp') && this.#position.secondsMs === null) {
      this.#position = initialPosition(this.#position, now, settings)
    }
    const bounds = {
      from: { ...this.#position, id: this.#position.id ?? settings.initialId },
      to: earlier(now, settings.delayMs),
      upTo: null,
    }
    if (transactions === null) return bounds
    return this.#horizon.isHolding
      ? this.#released(bounds, transactions, at)
      : this.#noted(connection, bounds)
  }

  /** Invariant 2: reads up to a key before which nobody can still commit a row. `at` is not after `transactions`. */
  #released(bounds: Bounds, transactions: OpenTransactions, at: number): Bounds | null {
    const horizon = this.#horizon
    const upTo = horizon.release(transactions, at)
    if (upTo !== null) return { ...bounds, upTo }
    if (horizon.isOverdue(at)) return bounds
    this.#dueAt = Date.now() + horizon.waitMs(at)
    return null
  }

  async #noted(connection: Connection, bounds: Bounds): Promise<null> {
    const horizon = this.#horizon
    const { sql, parameters } = this.#parts.statements.highest(bounds)
    const [highest] = (await connection.query(sql, parameters)).rows
    if (highest === undefined) {
      this.#rest()
      return null
    }
    horizon.note(highest, performance.now())
    this.#dueAt = Date.now() + horizon.waitMs(performance.now())
    return null
  }

  #readOn(read: OpenRead): void {
    const asked = this.#pageSize.rows
    const page = read.cursor.read(asked).then(async (rows) => {
      // Of one cursor all rows are alike, so that they are described once.
      if (rows.length > 0) read.columns ??= await read.cursor.columns()
      this.#pageSize.learn(rows)
      return { rows, columns: read.columns ?? [], asked }
    })
    page.catch(() => undefined)
    read.page = page
  }

  #shapeOf(columns: readonly Column[]): RowShape {
    const known = this.#shape
    if (known !== null && sameColumns(known.columns, columns)) return known
    const shape = new RowShape(columns, this.#parts.shape)
    const { log, name } = this.#parts
    if (known !== null) log.info(`The columns of ${name} have changed; records go on with them.`)
    for (const { name: column, typeName } of shape.dropped) {
      log.warn(
        `Column ${column} of ${name} is of type ${typeName}, for which there is no schema; it is left out. Set unsupported.column.handling=string to have its text.`,
      )
    }
    return shape
  }

  #addRecords(rows: readonly RawRow[], read: OpenRead, records: SourceRecord[]): void {
    const shape = this.#shape
    if (rows.length === 0 || shape === null) return
    const { mode } = this.#parts.settings
    if (mode === 'bulk') {
      for (const row of rows) records.push(this.#record(shape.struct(row), null))
      return
    }
    const positions = new RowPositions(shape, this.#parts)
    for (const row of rows) {
      const position = positions.of(row)
      const struct = shape.struct(row)
      if (mode === 'timestamp') this.#addHeld(read, position, records)
      if (mode === 'timestamp') read.held = { struct, position }
      else this.#add(struct, position, records)
    }
  }

  /**
   * A timestamp is done with only when a row with a later one is seen, or the end: until then its rows carry the one
   * before, so that a restart among rows of one instant reads all of them again (invariant 2).
   */
  #addHeld(read: OpenRead, next: Position | null, records: SourceRecord[]): void {
    const { held } = read
    if (held === null) return
    read.held = null
    const isDone = next === null || compareTimestamps(next, held.position) > 0
    if (isDone) this.#add(held.struct, held.position, records)
    else records.push(this.#record(held.struct, offsetOf(this.#position)))
  }

  #add(struct: Struct, position: Position, records: SourceRecord[]): void {
    this.#position = position
    records.push(this.#record(struct, offsetOf(position)))
  }

  #record(struct: Struct, offset: SourceOffset | null): SourceRecord {
    const { partition, topic } = this.#parts
    return new SourceRecord(partition, offset, topic, null, null, null, struct.schema, struct)
  }

  async #finish(connection: Connection, read: OpenRead, records: SourceRecord[]): Promise<void> {
    this.#addHeld(read, null, records)
    this.#read = null
    await read.page?.catch(() => undefined)
    await read.cursor.close()
    await connection.commit()
    this.#rest()
  }

  #rest(): void {
    this.#dueAt = this.#isWoken ? 0 : Date.now() + this.#parts.settings.pollIntervalMs
  }

  #opened(): OpenRead {
    if (this.#read === null) throw new Error(`${this.name} is not being read.`)
    return this.#read
  }
}

/** Rows that were read together, and what they consist of. */
export interface Page {
  readonly rows: readonly RawRow[]
  readonly columns: readonly Column[]
  /** How many rows were asked for: fewer are the last. */
  readonly asked: number
}

interface OpenRead {
  readonly cursor: RowCursor
  readonly bounds: Bounds
  columns: readonly Column[] | null
  page: Promise<Page> | null
  /** In timestamp mode, the last row, until the next one shows whether its timestamp is done with. */
  held: { readonly struct: Struct; readonly position: Position } | null
}

function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
