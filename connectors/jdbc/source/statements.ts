import { offsetText, timestampText } from '../core/temporal-text.ts'
import type { CalendarSystem } from '../core/calendar.ts'
import type { DialectKind } from '../core/dialect.ts'
import { quoteIdentifier } from '../core/identifiers.ts'
import type { IdentifierRules } from '../core/identifiers.ts'
import type { RawValue } from '../core/types.ts'
import type { Zone } from '../core/zone.ts'
import type { Position } from './offsets.ts'
import type { Mode } from './settings.ts'

/** What is read: a table by its SQL name, or a query. */
export type Target =
  | { readonly kind: 'table'; readonly sql: string }
  | { readonly kind: 'query'; readonly sql: string }

export interface StatementSettings {
  readonly kind: DialectKind
  readonly identifiers: IdentifierRules
  readonly quotes: boolean
  readonly mode: Mode
  readonly incrementing: string
  readonly timestamps: readonly string[]
  readonly suffix: string
  readonly zone: Zone
  readonly calendar: CalendarSystem
  /** Whether the timestamp columns are instants, and not clocks on a wall in {@link zone}. */
  readonly timestampsAreInstants: boolean
}

export interface Statement {
  readonly sql: string
  readonly parameters: readonly RawValue[]
}

/** What bounds a read: from (exclusive), and for timestamps up to (exclusive). */
export interface Bounds {
  readonly from: Position
  readonly to: Position
  /** The last key to read, as {@link Statements.highest} has found it; null where there is no such limit. */
  readonly upTo: Key | null
}

/** Timestamp, number, or both, in this order, as the database has them. */
export type Key = readonly RawValue[]

/** Digits after the second that a timestamp has at most; datetime2's are seven. */
const literalDigits: Readonly<Record<DialectKind, number>> = {
  postgresql: 6,
  mysql: 6,
  sqlite: 3,
  sqlserver: 7,
}

/** Builds the statements that read one target. */
export class Statements {
  readonly #target: Target
  readonly #settings: StatementSettings

  constructor(target: Target, settings: StatementSettings) {
    this.#target = target
    this.#settings = settings
  }

  read(bounds: Bounds): Statement {
    const { mode, suffix } = this.#settings
    const parameters: RawValue[] = []
    const base = `SELECT * FROM ${this.#from()}`
    const rows = mode === 'bulk' ? this.#everything() : base + this.#rows(bounds, parameters, 'ASC')
    return { sql: rows + (suffix === '' ? '' : ` ${suffix}`), parameters }
  }

  /** Asks for the last {@link Key} within `bounds`; there is no row where nothing is. */
  highest(bounds: Bounds): Statement {
    const { mode, incrementing } = this.#settings
    const columns = [
      ...(mode.includes('timestamp') ? [this.#timestamp()] : []),
      ...(mode.includes('incrementing') ? [this.#column(incrementing)] : []),
    ]
    const parameters: RawValue[] = []
    const rows = this.#rows(bounds, parameters, 'DESC')
    return { sql: `SELECT ${columns.join(', ')} FROM ${this.#from()}${rows} LIMIT 1`, parameters }
  }

  #everything(): string {
    const { kind, sql } = this.#target
    return kind === 'query' ? sql : `SELECT * FROM ${sql}`
  }

  /** A query is put into parentheses where conditions follow: it may have some of its own. */
  #from(): string {
    const { kind, sql } = this.#target
    return kind === 'query' ? `(${sql}) AS q` : sql
  }

  /** The conditions, and the order in which rows are read, or the other way round. */
  #rows({ from, to, upTo }: Bounds, parameters: RawValue[], order: 'ASC' | 'DESC'): string {
    const add = (value: RawValue): string => {
      parameters.push(value)
      const { kind } = this.#settings
      if (kind === 'postgresql') return `$${parameters.length}`
      return kind === 'sqlserver' ? `@p${parameters.length}` : '?'
    }
    const ts = this.#timestamp()
    const id = this.#column(this.#settings.incrementing)
    const last = upTo?.map(add).join(', ')
    switch (this.#settings.mode) {
      case 'bulk':
        return ''
      case 'incrementing': {
        const end = last === undefined ? '' : `${id} <= ${last} AND `
        return ` WHERE ${end}${id} > ${add(from.id ?? -1)} ORDER BY ${id} ${order}`
      }
      case 'timestamp': {
        const start = `${ts} > ${add(this.#literal(from))}`
        const end = last === undefined ? `${ts} < ${add(this.#literal(to))}` : `${ts} <= ${last}`
        return ` WHERE ${start} AND ${end} ORDER BY ${ts} ${order}`
      }
      case 'timestamp+incrementing': {
        const end =
          last === undefined ? `${ts} < ${add(this.#literal(to))}` : `(${ts}, ${id}) <= (${last})`
        return ` WHERE ${end} AND ${this.#after({ ts, id, from, add })} ORDER BY ${ts} ${order}, ${id} ${order}`
      }
    }
  }

  /** A comparison of rows uses an index of both columns; MySQL's planner does not see that, and is given the long form. */
  #after({
    ts,
    id,
    from,
    add,
  }: {
    readonly ts: string
    readonly id: string
    readonly from: Position
    readonly add: (value: RawValue) => string
  }): string {
    const last = from.id ?? -1
    const { kind } = this.#settings
    if (kind === 'postgresql' || kind === 'sqlite') {
      return `(${ts}, ${id}) > (${add(this.#literal(from))}, ${add(last)})`
    }
    const equal = `${ts} = ${add(this.#literal(from))} AND ${id} > ${add(last)}`
    return `((${equal}) OR ${ts} > ${add(this.#literal(from))})`
  }

  #timestamp(): string {
    const columns = this.#settings.timestamps.map((name) => this.#timestampColumn(name))
    const [first = ''] = columns
    return columns.length > 1 ? `COALESCE(${columns.join(',')})` : first
  }

  /** SQLite compares text with text: whatever way a timestamp is kept becomes the same text. */
  #timestampColumn(name: string): string {
    const column = this.#column(name)
    if (this.#settings.kind !== 'sqlite') return column
    const format = `'%Y-%m-%d %H:%M:%f'`
    return `CASE typeof(${column}) WHEN 'integer' THEN strftime(${format}, ${column} / 1000.0, 'unixepoch') ELSE strftime(${format}, ${column}) END`
  }

  #column(name: string): string {
    const { quotes, identifiers } = this.#settings
    const column = quotes ? quoteIdentifier(name, identifiers) : name
    return `${this.#target.kind === 'query' ? 'q' : this.#target.sql}.${column}`
  }

  /** With its offset PostgreSQL takes it for what the column is; others get the column's own clock. */
  #literal({ secondsMs, nanos }: Position): string {
    const { kind, zone, timestampsAreInstants } = this.#settings
    const instant = secondsMs ?? 0
    const wall = timestampsAreInstants ? instant : zone.wallOf(instant)
    const calendar = this.#settings.calendar
    const digits = literalDigits[kind]
    const text = timestampText(wall, nanos, { calendar, digits })
    return kind === 'postgresql' ? text.replace(/( BC)?$/, `${offsetText(wall - instant)}$1`) : text
  }
}
