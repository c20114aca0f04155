import type { SinkRecord } from 'sluice/api'
import { copyMessage } from '../drivers/pg-flight.ts'
import type { PgStep } from '../drivers/pg-flight.ts'
import { quotedElement } from './cells.ts'
import { nameSql, tableNameSql } from './ddl.ts'
import type { SqlStyle } from './ddl.ts'
import { conflictSql, truncateSql } from './dml.ts'
import { cellValue } from './row-plan.ts'
import type { PlannedColumn, RowPlan } from './row-plan.ts'
import type { WriteGroup } from './write-groups.ts'

/** From so many rows on COPY is quicker than one INSERT of arrays. */
const fewestCopied = 50
/** Characters of one CopyData message, about. */
const copyChars = 256 * 1024

/** When COPY is used for inserts: for many rows, whatever their number, or not at all. */
export type CopyUse = 'many' | 'always' | 'never'

/** The statement that writes a group: COPY for inserts, else one whose parameters are arrays, a column each. */
export function pgStep(style: SqlStyle, group: WriteGroup, copy: CopyUse): PgStep {
  const { plan, kind, records } = group
  if (kind === 'truncate') return { sql: truncateSql(style, plan.table), parameters: [] }
  const enough = copy === 'always' || (copy === 'many' && records.length >= fewestCopied)
  if (kind === 'insert' && enough && plan.takesCopies) {
    return { sql: copySql(style, plan), copy: copyRows(plan, records) }
  }
  const columns = kind === 'delete' ? plan.columns.slice(0, plan.keyCount) : plan.columns
  return {
    sql: pgStatement(style, plan, kind),
    parameters: columns.map((column) => arrayText(plan, column, records)),
  }
}

function copySql(style: SqlStyle, plan: RowPlan): string {
  const names = plan.columns.map(({ name }) => nameSql(style, name)).join(',')
  return `COPY ${tableNameSql(style, plan.table)} (${names}) FROM STDIN`
}

/** `kind` with a parameter a column, each an array of texts. */
export function pgStatement(style: SqlStyle, plan: RowPlan, kind: WriteGroup['kind']): string {
  const table = tableNameSql(style, plan.table)
  const keys = plan.columns.slice(0, plan.keyCount)
  const nonKeys = plan.columns.slice(plan.keyCount)
  const quote = ({ name }: PlannedColumn): string => nameSql(style, name)
  const where = keys.map((key) => `target.${quote(key)}=${fromRow(style, key)}`).join(' AND ')
  switch (kind) {
    case 'truncate':
      return truncateSql(style, plan.table)
    case 'delete':
      return `DELETE FROM ${table} AS target USING ${rowsSql(style, keys)} WHERE ${where}`
    case 'update': {
      const set = nonKeys.map((column) => `${quote(column)}=${fromRow(style, column)}`).join(',')
      return `UPDATE ${table} AS target SET ${set} FROM ${rowsSql(style, plan.columns)} WHERE ${where}`
    }
    case 'insert':
    case 'upsert': {
      const names = plan.columns.map(quote).join(',')
      const values = plan.columns.map((column) => fromRow(style, column)).join(',')
      const insert = `INSERT INTO ${table} (${names}) SELECT ${values} FROM ${rowsSql(style, plan.columns)}`
      if (kind === 'insert') return insert
      const shape = {
        table: plan.table,
        keys: keys.map(({ name }) => name),
        nonKeys: nonKeys.map(({ name }) => name),
      }
      return insert + conflictSql(style, shape)
    }
  }
}

/** `unnest($1::bigint[],…) AS incoming("id",…)`. What would come apart, or not come apart, in an array comes as a text. */
function rowsSql(style: SqlStyle, columns: readonly PlannedColumn[]): string {
  const parameters = columns.map((column, at) => {
    return `$${at + 1}::${comesAsText(column) ? 'text' : castType(column)}[]`
  })
  const names = columns.map(({ name }) => nameSql(style, name))
  return `unnest(${parameters.join(',')}) AS incoming(${names.join(',')})`
}

function fromRow(style: SqlStyle, column: PlannedColumn): string {
  const name = `incoming.${nameSql(style, column.name)}`
  return comesAsText(column) ? `${name}::${castType(column)}` : name
}

function comesAsText(column: PlannedColumn): boolean {
  return castType(column).endsWith('[]') || column.column.hasOwnDelimiter === true
}

function castType({ column }: PlannedColumn): string {
  return column.castType ?? column.typeName
}

/** Hot: a column of all records as the text of an array. */
function arrayText(plan: RowPlan, column: PlannedColumn, records: readonly SinkRecord[]): string {
  const { cell } = column
  const isText = cell.form === 'text'
  let text = '{'
  for (let at = 0; at < records.length; at++) {
    const record = records[at]
    if (record === undefined) continue
    if (at > 0) text += ','
    const value = cellValue(plan, column, record)
    if (value === null || value === undefined) text += 'NULL'
    else text += isText ? quotedElement(cell.text(value)) : cell.text(value)
  }
  return `${text}}`
}

/** Hot: rows as COPY's text, in messages of {@link copyChars} or a row more. */
function copyRows(plan: RowPlan, records: readonly SinkRecord[]): Buffer[] {
  const { columns } = plan
  const messages: Buffer[] = []
  let text = ''
  for (const record of records) {
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at]
      if (column === undefined) continue
      if (at > 0) text += '\t'
      const value = cellValue(plan, column, record)
      if (value === null || value === undefined) text += '\\N'
      else if (column.cell.form === 'text') text += escapedForCopy(column.cell.text(value))
      else text += column.cell.text(value)
    }
    text += '\n'
    if (text.length < copyChars) continue
    messages.push(copyMessage(text))
    text = ''
  }
  if (text !== '') messages.push(copyMessage(text))
  return messages
}

const specialInCopy = /[\\\t\n\r]/
const everySpecialInCopy = /[\\\t\n\r]/g
const copyEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

/** Hot: `text` as COPY's text format has it. */
export function escapedForCopy(text: string): string {
  if (!specialInCopy.test(text)) return text
  return text.replace(everySpecialInCopy, (char) => copyEscapes[char] ?? char)
}
