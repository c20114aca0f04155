import type { SinkRecord } from 'sluice/api'
import { nameSql, tableNameSql } from './ddl.ts'
import type { SqlStyle } from './ddl.ts'
import { duplicateSql, truncateSql } from './dml.ts'
import { cellValue } from './row-plan.ts'
import type { PlannedColumn, RowPlan } from './row-plan.ts'
import type { WriteGroup } from './write-groups.ts'

/** Characters of one statement, about: far below the smallest `max_allowed_packet` in use. */
const statementChars = 1024 * 1024

/** Statements that write a group, each with its values in it: many rows a statement, one plan, one round trip. */
export function mysqlStatements(style: SqlStyle, { plan, kind, records }: WriteGroup): string[] {
  const table = tableNameSql(style, plan.table)
  const quote = ({ name }: PlannedColumn): string => nameSql(style, name)
  const keys = plan.columns.slice(0, plan.keyCount)
  const nonKeys = plan.columns.slice(plan.keyCount)
  switch (kind) {
    case 'insert':
    case 'upsert': {
      const shape = {
        table: plan.table,
        keys: keys.map(({ name }) => name),
        nonKeys: nonKeys.map(({ name }) => name),
      }
      const start = `INSERT INTO ${table}(${plan.columns.map(quote).join(',')}) VALUES`
      const end = kind === 'upsert' ? duplicateSql(style, shape) : ''
      return listed(records, start, end, (record) => rowText(plan, plan.columns, record))
    }
    case 'truncate':
      return [truncateSql(style, plan.table)]
    case 'delete': {
      const start = `DELETE FROM ${table} WHERE (${keys.map(quote).join(',')}) IN (`
      return listed(records, start, ')', (record) => rowText(plan, keys, record))
    }
    case 'update':
      return records.map((record) => {
        const set = (column: PlannedColumn): string =>
          `${quote(column)}=${literal(plan, column, record)}`
        return `UPDATE ${table} SET ${nonKeys.map(set).join(',')} WHERE ${keys.map(set).join(' AND ')}`
      })
  }
}

function listed(
  records: readonly SinkRecord[],
  start: string,
  end: string,
  row: (record: SinkRecord) => string,
): string[] {
  const statements: string[] = []
  let text = ''
  for (const record of records) {
    text += (text === '' ? start : ',') + row(record)
    if (text.length < statementChars) continue
    statements.push(text + end)
    text = ''
  }
  if (text !== '') statements.push(text + end)
  return statements
}

/** Hot: `(1,'a',NULL)` */
function rowText(plan: RowPlan, columns: readonly PlannedColumn[], record: SinkRecord): string {
  let text = '('
  for (const column of columns) {
    if (text.length > 1) text += ','
    text += literal(plan, column, record)
  }
  return `${text})`
}

function literal(plan: RowPlan, column: PlannedColumn, record: SinkRecord): string {
  const value = cellValue(plan, column, record)
  if (value === null || value === undefined) return 'NULL'
  const text = column.cell.text(value)
  switch (column.cell.form) {
    case 'number':
      return text
    case 'plain':
      return `'${text}'`
    case 'bytes':
      return `x'${text}'`
    case 'text':
      return stringLiteral(text)
  }
}

/**
 * A backslash escapes or does not, as the session's `sql_mode` says: a text that has one goes as its bytes, which no mode reads
 * otherwise.
 */
export function stringLiteral(text: string): string {
  if (text.includes('\\')) return `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`
  return text.includes("'") ? `'${text.replaceAll("'", "''")}'` : `'${text}'`
}
