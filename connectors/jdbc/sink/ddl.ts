import { ConnectError } from 'sluice/api'
import { bareIdentifier, quoteIdentifier, tableSql } from '../core/identifiers.ts'
import type { IdentifierRules, TableId } from '../core/identifiers.ts'
import type { CellFactory } from './cells.ts'
import { columnType } from './column-types.ts'
import type { DialectKind } from '../core/dialect.ts'
import { literalOf } from './default-literal.ts'
import type { SinkField } from './fields.ts'

/** What the SQL of one database is written with. */
export interface SqlStyle {
  readonly dialect: DialectKind
  readonly rules: IdentifierRules
  /** `quote.sql.identifiers` */
  readonly quote: boolean
  /** `mssql.use.merge.holdlock`, true unless given. */
  readonly holdlock?: boolean
  /** Of SQL Server alone: whether values are written to columns that number their rows; false unless given. */
  readonly identityInsert?: boolean
}

export function nameSql(style: SqlStyle, name: string): string {
  return style.quote ? quoteIdentifier(name, style.rules) : bareIdentifier(name, style.rules)
}

export function tableNameSql(style: SqlStyle, table: TableId): string {
  return tableSql(table, style.rules, style.quote)
}

/** `CREATE TABLE` with a primary key of the key fields. */
export function createTableSql(
  style: SqlStyle,
  table: TableId,
  fields: readonly SinkField[],
  cells: CellFactory,
): string {
  const lines = fields.map((field) => columnSql(style, field, cells))
  const keys = fields.filter(({ isKey }) => isKey).map(({ name }) => nameSql(style, name))
  if (keys.length > 0) lines.push(`PRIMARY KEY(${keys.join(',')})`)
  return `CREATE TABLE ${tableNameSql(style, table)} (\n${lines.join(',\n')})`
}

/** The statements that add columns to a table: one where the database can add several at once. */
export function alterTableSql(
  style: SqlStyle,
  table: TableId,
  fields: readonly SinkField[],
  cells: CellFactory,
): readonly string[] {
  const name = tableNameSql(style, table)
  const lines = fields.map((field) => columnSql(style, field, cells))
  switch (style.dialect) {
    case 'sqlite':
      return lines.map((line) => `ALTER TABLE ${name} ADD ${line}`)
    case 'sqlserver':
      return [`ALTER TABLE ${name} ADD\n${lines.join(',\n')}`]
    case 'postgresql':
    case 'mysql': {
      const only = lines.length === 1 ? ' ' : ' \n'
      return [`ALTER TABLE ${name}${only}${lines.map((line) => `ADD ${line}`).join(',\n')}`]
    }
  }
}

/** A column with a default has nothing but that; a key is always NOT NULL. */
function columnSql(style: SqlStyle, field: SinkField, cells: CellFactory): string {
  const { name, schema, isKey } = field
  const isTimestamp = cells.kindOf(name, schema) === 'EXACT_TIMESTAMP'
  const type =
    cells.semanticColumn(schema, isKey) ??
    columnType(style.dialect, { field: name, schema, isKey, isTimestamp })
  const start = `${nameSql(style, name)} ${type}`
  if (isKey) return `${start} NOT NULL`
  if (schema.defaultValue !== null) {
    // MySQL has no plain default for a text; an expression it takes.
    const cell = cells.cell({ name, schema, typeName: null })
    const literal = literalOf(style.dialect, cell, schema.defaultValue)
    const isText = style.dialect === 'mysql' && type === 'TEXT' && literal.startsWith("'")
    return `${start} DEFAULT ${isText ? `(${literal})` : literal}`
  }
  return `${start} ${schema.optional ? 'NULL' : 'NOT NULL'}`
}

/** Throws where a column cannot be added because the rows that are there would have nothing in it. */
export function checkAddable(table: string, fields: readonly SinkField[]): void {
  const bad = fields.filter(({ schema }) => !schema.optional && schema.defaultValue === null)
  if (bad.length === 0) return
  const names = bad.map(({ name }) => `"${name}"`).join(', ')
  throw new ConnectError(
    `Cannot ALTER TABLE ${table} to add missing field ${names}, as the field is not optional and does not have a default value. Add the column by hand, or give the field a default.`,
  )
}
