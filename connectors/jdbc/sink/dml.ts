import { ConnectError } from 'sluice/api'
import type { DialectKind } from '../core/dialect.ts'
import type { TableId } from '../core/identifiers.ts'
import { nameSql, tableNameSql } from './ddl.ts'
import type { SqlStyle } from './ddl.ts'

/** The number-th parameter of a statement, from 1, as the database's driver has it. */
export function placeholder(dialect: DialectKind, number: number): string {
  if (dialect === 'postgresql') return `$${number}`
  return dialect === 'sqlserver' ? `@p${number}` : '?'
}

/** What a statement writes: names as they stand in the table. */
export interface StatementShape {
  readonly table: TableId
  readonly keys: readonly string[]
  readonly nonKeys: readonly string[]
  /** Casts of placeholders by column, e.g. `uuid`; PostgreSQL alone. */
  readonly casts?: ReadonlyMap<string, string>
}

/** `INSERT` of one row. */
export function insertSql(style: SqlStyle, shape: StatementShape): string {
  const names = [...shape.keys, ...shape.nonKeys]
  const columns = names.map((name) => nameSql(style, name)).join(',')
  const values = names.map((name) => `?${castOf(shape, name)}`).join(',')
  const table = tableNameSql(style, shape.table)
  // The spaces are those that the JVM's connectors have.
  return style.dialect === 'postgresql'
    ? `INSERT INTO ${table} (${columns}) VALUES (${values})`
    : `INSERT INTO ${table}(${columns}) VALUES(${values})`
}

/** Inserts a row, or replaces its other columns where the key is there; a ConnectError without a key. */
export function upsertSql(style: SqlStyle, shape: StatementShape): string {
  requireKeys(shape, 'UPSERT')
  const { keys, nonKeys } = shape
  const quote = (name: string): string => nameSql(style, name)
  const table = tableNameSql(style, shape.table)
  switch (style.dialect) {
    case 'postgresql':
      return `${insertSql(style, shape)}${conflictSql(style, shape)}`
    case 'sqlite':
      return `${insertSql(style, shape)}${conflictSql(style, shape)}`
    case 'mysql': {
      const names = [...keys, ...nonKeys].map(quote)
      const values = names.map(() => '?').join(',')
      return `insert into ${table}(${names.join(',')}) values(${values})${duplicateSql(style, shape)}`
    }
    case 'sqlserver':
      return mergeSql(style, shape)
  }
}

/** ` ON CONFLICT …` of PostgreSQL and SQLite. */
export function conflictSql(style: SqlStyle, { keys, nonKeys }: StatementShape): string {
  const target = keys.map((name) => nameSql(style, name)).join(',')
  const excluded = style.dialect === 'sqlite' ? 'excluded' : 'EXCLUDED'
  const set = nonKeys.map((name) => {
    const quoted = nameSql(style, name)
    return `${quoted}=${excluded}.${quoted}`
  })
  const action = set.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${set.join(',')}`
  return ` ON CONFLICT (${target}) ${action}`
}

/** ` on duplicate key update …` of MySQL and MariaDB. */
export function duplicateSql(style: SqlStyle, { keys, nonKeys }: StatementShape): string {
  const updated = nonKeys.length === 0 ? keys : nonKeys
  const set = updated.map((name) => {
    const quoted = nameSql(style, name)
    return `${quoted}=values(${quoted})`
  })
  return ` on duplicate key update ${set.join(',')}`
}

/** `MERGE` of SQL Server; `source` is a query of the columns by their names, of one row unless given. */
export function mergeSql(
  style: SqlStyle,
  { table, keys, nonKeys }: StatementShape,
  source?: string,
): string {
  const hint = style.holdlock === false ? '' : ' with (HOLDLOCK)'
  const quote = (name: string): string => nameSql(style, name)
  const oneRow = [...keys, ...nonKeys].map((name) => `? AS ${quote(name)}`).join(', ')
  const on = keys.map((name) => `target.${quote(name)}=incoming.${quote(name)}`)
  const set = nonKeys.map((name) => `${quote(name)}=incoming.${quote(name)}`)
  const inserted = [...nonKeys, ...keys].map(quote)
  const matched = set.length === 0 ? '' : ` when matched then update set ${set.join(',')}`
  return (
    `merge into ${tableNameSql(style, table)}${hint} AS target ` +
    `using (${source ?? `select ${oneRow}`}) AS incoming on (${on.join(' and ')})${matched} ` +
    `when not matched then insert (${inserted.join(', ')}) values (${inserted.map((name) => `incoming.${name}`).join(',')});`
  )
}

/** `UPDATE` of one row by its key: placeholders of the other columns come first. */
export function updateSql(style: SqlStyle, shape: StatementShape): string {
  requireKeys(shape, 'UPDATE')
  const set = shape.nonKeys.map((name) => `${nameSql(style, name)} = ?${castOf(shape, name)}`)
  return `UPDATE ${tableNameSql(style, shape.table)} SET ${set.join(', ')}${whereSql(style, shape)}`
}

/** `DELETE` of one row by its key. */
export function deleteSql(style: SqlStyle, shape: StatementShape): string {
  requireKeys(shape, 'DELETE')
  return `DELETE FROM ${tableNameSql(style, shape.table)}${whereSql(style, shape)}`
}

/** Empties a table, in the transaction it is run in: MySQL would commit that at a TRUNCATE. */
export function truncateSql(style: SqlStyle, table: TableId): string {
  const name = tableNameSql(style, table)
  const isPlain = style.dialect === 'mysql' || style.dialect === 'sqlite'
  return isPlain ? `DELETE FROM ${name}` : `TRUNCATE TABLE ${name}`
}

function whereSql(style: SqlStyle, { keys }: StatementShape): string {
  return ` WHERE ${keys.map((name) => `${nameSql(style, name)} = ?`).join(' AND ')}`
}

function castOf({ casts }: StatementShape, name: string): string {
  const cast = casts?.get(name)
  return cast === undefined ? '' : `::${cast}`
}

function requireKeys({ keys, table }: StatementShape, what: string): void {
  if (keys.length > 0) return
  throw new ConnectError(
    `Write to table '${table.table}' in ${what} mode requires key field names to be known, check the primary key configuration (pk.mode, pk.fields).`,
  )
}
