import type { Column, RawRow } from '../core/types.ts'
import { rawValue, sqlServerColumn } from './sqlserver-types.ts'
import type { TdsColumn } from './sqlserver-types.ts'

/** What a row consists of, as tedious has it. */
export interface TdsValue {
  readonly value: unknown
}

/** By name it would be an object; that is asked for nowhere. */
export function columnsOf(
  found: readonly TdsColumn[] | Readonly<Record<string, TdsColumn>>,
): readonly Column[] {
  return Object.values(found).map((column) => sqlServerColumn(column))
}

/** Hot: rows as the readers of this connector take them; what was given is changed and given back. */
export function rawRows(rows: readonly unknown[][], columns: readonly Column[]): readonly RawRow[] {
  for (const row of rows) {
    for (let at = 0; at < row.length; at++) {
      const column = columns[at]
      if (column !== undefined) row[at] = rawValue(row[at], column)
    }
  }
  return rows as readonly RawRow[]
}
