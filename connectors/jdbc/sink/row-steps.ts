import type { SinkRecord } from 'sluice/api'
import type { RawValue } from '../core/types.ts'
import type { SqlStyle } from './ddl.ts'
import { deleteSql, insertSql, truncateSql, updateSql, upsertSql } from './dml.ts'
import { cellValue } from './row-plan.ts'
import type { PlannedColumn, RowPlan } from './row-plan.ts'
import type { WriteGroup, WriteKind } from './write-groups.ts'

/** A statement of one row, and the rows it is run with. */
export interface RowStep {
  readonly sql: string
  readonly rows: readonly (readonly RawValue[])[]
}

/** A prepared statement of one row, run once a row: for SQLite, where nothing is quicker. */
export function rowStep(style: SqlStyle, { plan, kind, records }: WriteGroup): RowStep {
  const columns = parameterOrder(plan, kind)
  return {
    sql: rowSql(style, plan, kind),
    rows: records.map((record) => columns.map((column) => bound(plan, column, record))),
  }
}

function rowSql(style: SqlStyle, plan: RowPlan, kind: WriteKind): string {
  const names = plan.columns.map(({ name }) => name)
  const shape = {
    table: plan.table,
    keys: names.slice(0, plan.keyCount),
    nonKeys: names.slice(plan.keyCount),
  }
  switch (kind) {
    case 'insert':
      return insertSql(style, shape)
    case 'upsert':
      return upsertSql(style, shape)
    case 'update':
      return updateSql(style, shape)
    case 'delete':
      return deleteSql(style, shape)
    case 'truncate':
      return truncateSql(style, plan.table)
  }
}

/** An update names its key last. */
function parameterOrder(plan: RowPlan, kind: WriteKind): readonly PlannedColumn[] {
  const keys = plan.columns.slice(0, plan.keyCount)
  if (kind === 'delete') return keys
  return kind === 'update' ? [...plan.columns.slice(plan.keyCount), ...keys] : plan.columns
}

function bound(plan: RowPlan, column: PlannedColumn, record: SinkRecord): RawValue {
  const value = cellValue(plan, column, record)
  if (value === null || value === undefined) return null
  const { kind, form } = column.cell
  if (kind === 'SEMANTIC') {
    const text = column.cell.text(value)
    return form === 'bytes' ? Buffer.from(text, 'hex') : text
  }
  if (form === 'bytes') return value as Uint8Array
  if (kind === 'BOOLEAN') return value === true ? 1n : 0n
  if (kind === 'DATE' || kind === 'TIME' || kind === 'TIMESTAMP') return epochMs(value)
  // Its text is exact, and refused where it is no number.
  if (kind === 'FLOAT32' || kind === 'FLOAT64') return Number(column.cell.text(value))
  // A number would be bound as a REAL.
  if (form === 'number' && kind !== 'DECIMAL') return BigInt(value as number | bigint)
  return column.cell.text(value)
}

/** What SQLite's driver for Java stores by default. */
function epochMs(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt((value as Date).getTime())
}
