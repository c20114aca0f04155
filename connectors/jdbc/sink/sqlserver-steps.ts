import type { SinkRecord } from 'sluice/api'
import type { RawValue } from '../core/types.ts'
import { writtenType } from '../drivers/sqlserver-types.ts'
import { nameSql, tableNameSql } from './ddl.ts'
import type { SqlStyle } from './ddl.ts'
import { mergeSql, truncateSql } from './dml.ts'
import { cellValue } from './row-plan.ts'
import type { PlannedColumn, RowPlan } from './row-plan.ts'
import type { WriteGroup, WriteKind } from './write-groups.ts'

/** A statement takes 2,100 parameters, two of which are its own text and declarations; a list of VALUES 1,000 rows. */
const mostParameters = 2098
const mostRows = 1000

export interface SqlServerStep {
  readonly sql: string
  readonly parameters: readonly RawValue[]
}

/** Statements that write a group, each with as many rows as its parameters allow. */
export function sqlServerSteps(style: SqlStyle, group: WriteGroup): readonly SqlServerStep[] {
  const { plan, kind, records } = group
  if (kind === 'truncate') return [{ sql: truncateSql(style, plan.table), parameters: [] }]
  const columns = kind === 'delete' ? plan.columns.slice(0, plan.keyCount) : plan.columns
  const rows = Math.max(1, Math.min(mostRows, Math.floor(mostParameters / columns.length)))
  const steps: SqlServerStep[] = []
  for (let from = 0; from < records.length; from += rows) {
    const some = records.slice(from, from + rows)
    const sql = statementSql(style, plan, kind, rowsSql(style, plan, columns, some.length))
    steps.push({ sql, parameters: parametersOf(plan, columns, some) })
  }
  return steps
}

function statementSql(
  style: SqlStyle,
  plan: RowPlan,
  kind: Exclude<WriteKind, 'truncate'>,
  rows: string,
): string {
  const table = tableNameSql(style, plan.table)
  const quote = ({ name }: PlannedColumn): string => nameSql(style, name)
  const keys = plan.columns.slice(0, plan.keyCount)
  const nonKeys = plan.columns.slice(plan.keyCount)
  const on = keys.map((key) => `target.${quote(key)}=incoming.${quote(key)}`).join(' and ')
  switch (kind) {
    case 'insert':
      return withIdentity(
        style,
        plan,
        `INSERT INTO ${table}(${plan.columns.map(quote).join(',')}) ${rows}`,
      )
    case 'upsert': {
      const shape = {
        table: plan.table,
        keys: keys.map(({ name }) => name),
        nonKeys: nonKeys.map(({ name }) => name),
      }
      return withIdentity(style, plan, mergeSql(style, shape, rows))
    }
    case 'update': {
      const set = nonKeys.map((column) => `${quote(column)}=incoming.${quote(column)}`).join(',')
      return `UPDATE target SET ${set} FROM ${table} AS target JOIN (${rows}) AS incoming ON ${on}`
    }
    case 'delete':
      return `DELETE target FROM ${table} AS target JOIN (${rows}) AS incoming ON ${on}`
  }
}

/** Values for a column that numbers its rows by itself are taken only while the session says so. */
function withIdentity(style: SqlStyle, plan: RowPlan, sql: string): string {
  const isWritten = plan.columns.some(({ column }) => column.autoIncrement)
  if (style.identityInsert !== true || !isWritten) return sql
  const table = tableNameSql(style, plan.table)
  return `SET IDENTITY_INSERT ${table} ON; ${sql.replace(/;$/, '')}; SET IDENTITY_INSERT ${table} OFF;`
}

/**
 * `select convert(int,v.[id]) AS [id] from (values (@p1,…),…) AS v([id],…)`. All values go as text: a list has one type a column
 * whatever is null in it, and the text is made what its column is.
 */
function rowsSql(
  style: SqlStyle,
  plan: RowPlan,
  columns: readonly PlannedColumn[],
  count: number,
): string {
  const names = columns.map(({ name }) => nameSql(style, name))
  const selected = columns.map((column, at) => {
    const name = names[at] ?? ''
    return `${convertedSql(`v.${name}`, column, at < plan.keyCount)} AS ${name}`
  })
  const rows: string[] = []
  for (let row = 0; row < count; row++) {
    rows.push(`(${columns.map((_, at) => `@p${row * columns.length + at + 1}`).join(',')})`)
  }
  return `select ${selected.join(', ')} from (values ${rows.join(',')}) AS v(${names.join(',')})`
}

function convertedSql(value: string, { column, cell }: PlannedColumn, isKey: boolean): string {
  const type = writtenType(column.typeName, { ...column, isKey })
  if (cell.form === 'bytes' && type.startsWith('varbinary')) return `convert(${type},${value},1)`
  // It reads three digits after the second and no more.
  if (type === 'datetime' || type === 'smalldatetime') {
    return `convert(${type},convert(datetime2,${value}))`
  }
  return `convert(${type},${value})`
}

/** Row after row. */
function parametersOf(
  plan: RowPlan,
  columns: readonly PlannedColumn[],
  records: readonly SinkRecord[],
): RawValue[] {
  const parameters: RawValue[] = []
  for (const record of records) {
    for (const column of columns) {
      const value = cellValue(plan, column, record)
      if (value === null || value === undefined) parameters.push(null)
      else {
        const text = column.cell.text(value)
        parameters.push(column.cell.form === 'bytes' ? `0x${text}` : text)
      }
    }
  }
  return parameters
}
