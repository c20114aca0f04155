import type pg from 'pg'
import type { Column, RawRow } from '../core/types.ts'
import { describeOriginsSql, describeTypesSql } from './pg-catalog.ts'
import { pgModifier, pgSqlType } from './pg-types.ts'

interface PgType {
  readonly name: string
  readonly kind: string
  readonly isBuiltIn: boolean
}

interface Origin {
  readonly notNull: boolean
  readonly autoIncrement: boolean
}

type Run = (
  sql: string,
  parameters: readonly unknown[],
) => Promise<{ readonly rows: readonly RawRow[] }>

/** What the columns of a result are: types are looked up once a connection, where they come from each time it is asked. */
export class PgColumns {
  readonly #run: Run
  readonly #types = new Map<number, PgType>()

  constructor(run: Run) {
    this.#run = run
  }

  async describe(fields: readonly pg.FieldDef[]): Promise<readonly Column[]> {
    await this.#lookUpTypes(fields)
    const origins = await this.#origins(fields)
    return fields.map((field) => {
      const { name, kind, isBuiltIn } = this.#types.get(field.dataTypeID) ?? unknownType
      const origin = origins.get(originKey(field.tableID, field.columnID))
      return {
        name: field.name,
        type: pgSqlType(name, kind, isBuiltIn),
        typeName: name,
        nullable: origin === undefined ? null : !origin.notNull,
        ...pgModifier(name, field.dataTypeModifier),
        unsigned: false,
        autoIncrement: origin?.autoIncrement ?? false,
      }
    })
  }

  async #lookUpTypes(fields: readonly pg.FieldDef[]): Promise<void> {
    const unknown = new Set(fields.map(({ dataTypeID }) => dataTypeID))
    for (const id of this.#types.keys()) unknown.delete(id)
    if (unknown.size === 0) return
    const { rows } = await this.#run(describeTypesSql, [[...unknown]])
    for (const [id, name, kind, isBuiltIn] of rows) {
      const type = { name: String(name), kind: String(kind), isBuiltIn: isBuiltIn === 't' }
      this.#types.set(Number(id), type)
    }
  }

  async #origins(fields: readonly pg.FieldDef[]): Promise<ReadonlyMap<string, Origin>> {
    const known = fields.filter(({ tableID }) => tableID !== 0)
    if (known.length === 0) return new Map()
    const { rows } = await this.#run(describeOriginsSql, [
      known.map(({ tableID }) => tableID),
      known.map(({ columnID }) => columnID),
    ])
    return new Map(
      rows.map(([table, column, notNull, auto]) => [
        originKey(Number(table), Number(column)),
        { notNull: notNull === 't', autoIncrement: auto === 't' },
      ]),
    )
  }
}

const unknownType: PgType = { name: 'unknown', kind: 'b', isBuiltIn: false }

function originKey(table: number, column: number): string {
  return `${table}.${column}`
}
