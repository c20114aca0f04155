import { ConnectError, DataError, SchemaBuilder, Struct } from 'sluice/api'
import type { Schema } from 'sluice/api'
import type { Column, RawRow } from '../core/types.ts'
import { columnSchema } from './column-schema.ts'
import type { SchemaSettings } from './column-schema.ts'
import { valueReader } from './value-readers.ts'
import type { ReaderSettings, ValueReader } from './value-readers.ts'

export interface ShapeSettings extends SchemaSettings, ReaderSettings {
  /** Name of the schema: the table's; null for a query. */
  readonly schemaName: string | null
  /** For messages, e.g. `table public.orders`. */
  readonly source: string
}

/** What rows of one description become. Made once for it; equal descriptions share the schema. */
export class RowShape {
  readonly schema: Schema
  readonly columns: readonly Column[]
  /** Columns that were left out, because no schema stands for their types. */
  readonly dropped: readonly Column[]
  readonly #source: string
  readonly #sourceIndexes: readonly number[]
  readonly #readers: readonly ValueReader[]

  constructor(columns: readonly Column[], settings: ShapeSettings) {
    this.columns = columns
    this.#source = settings.source
    const builder = SchemaBuilder.struct()
    if (settings.schemaName !== null) builder.name(settings.schemaName)
    const indexes: number[] = []
    const readers: ValueReader[] = []
    const dropped: Column[] = []
    const seen = new Set<string>()
    for (const [index, column] of columns.entries()) {
      const found = columnSchema(column, settings)
      if (found === null) {
        if (settings.unsupported === 'fail') throw unsupported(column, settings.source)
        dropped.push(column)
        continue
      }
      if (seen.has(column.name)) throw twice(column, settings.source)
      seen.add(column.name)
      builder.field(column.name, found.schema)
      indexes.push(index)
      readers.push(valueReader(found, typeNameOf(column, settings), settings))
    }
    this.schema = builder.build()
    this.dropped = dropped
    this.#sourceIndexes = indexes
    this.#readers = readers
  }

  /** Hot: a row as a struct; a DataError that names the column where a value does not fit. */
  struct(row: RawRow): Struct {
    const readers = this.#readers
    const indexes = this.#sourceIndexes
    const values = new Array<unknown>(readers.length)
    let at = 0
    try {
      for (; at < readers.length; at++) {
        const raw = row[indexes[at] ?? 0] ?? null
        values[at] = raw === null ? null : (readers[at]?.(raw) ?? null)
      }
    } catch (error) {
      throw this.#wrong(at, error)
    }
    return new Struct(this.schema, values)
  }

  /** The place in a raw row of the column of this name: as it is written, else the only one in any case; -1 where none is. */
  indexOf(name: string): number {
    const exact = this.columns.findIndex((column) => column.name === name)
    if (exact >= 0) return exact
    const lower = name.toLowerCase()
    const found = this.columns.filter((column) => column.name.toLowerCase() === lower)
    if (found.length > 1) {
      throw new DataError(
        `${this.#source} has several columns that are called ${name} in some case: ${found.map((column) => column.name).join(', ')}. Write the name as the one that is meant.`,
      )
    }
    return found[0] === undefined ? -1 : this.columns.indexOf(found[0])
  }

  #wrong(at: number, cause: unknown): DataError {
    const column = this.columns[this.#sourceIndexes[at] ?? 0]
    const what = cause instanceof Error ? cause.message : String(cause)
    return new DataError(
      `${what}: column ${column?.name ?? ''} (${column?.typeName ?? ''}) of ${this.#source}, which is ${this.schema.fields?.[at]?.schema.toString() ?? 'nothing'}.`,
      { cause },
    )
  }
}

/** MySQL's TIMESTAMP is an instant, that of others is not. */
function typeNameOf(column: Column, { kind }: ShapeSettings): string {
  return kind === 'mysql' && column.typeName === 'timestamp' ? 'mysql timestamp' : column.typeName
}

function unsupported({ name, typeName }: Column, source: string): ConnectError {
  return new ConnectError(
    `Column ${name} of ${source} is of type ${typeName}, for which there is no schema. Leave it out with a query, or set unsupported.column.handling to drop or string.`,
  )
}

function twice({ name }: Column, source: string): ConnectError {
  return new ConnectError(
    `${source} gives two columns the name ${name}. Give one of them another with AS.`,
  )
}
