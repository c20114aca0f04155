import type { TableDescription } from '../core/dialect.ts'
import type { Column, RawRow } from '../core/types.ts'
import { mySqlDataType } from './mysql-types.ts'

/** What JDBC calls the kinds of `information_schema.tables.table_type`. */
const kinds: Readonly<Record<string, string>> = {
  'BASE TABLE': 'TABLE',
  VIEW: 'VIEW',
  'SYSTEM VIEW': 'SYSTEM TABLE',
}

/** Twice the pattern of the database, or null for the one of the connection, or all where there is none. */
export function listTablesSql(types: readonly string[]): string {
  const wanted = Object.entries(kinds).filter(([, kind]) => types.includes(kind))
  const list = wanted.map(([name]) => `'${name}'`).join(', ')
  return `
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_type IN (${list === '' ? "''" : list})
      AND (? IS NULL AND (database() IS NULL OR table_schema = database()) OR table_schema LIKE ?)
      AND table_schema NOT IN ('mysql', 'performance_schema', 'sys')
      AND (table_schema <> 'information_schema' OR table_type = 'SYSTEM VIEW')
    ORDER BY table_schema, table_name`
}

/** The database, or null for the connection's; the table. One row a column, in order. */
export const describeTableSql = `
  SELECT c.table_schema, c.table_name, t.table_type, c.column_name, c.data_type, c.column_type,
    c.is_nullable, c.numeric_precision, c.numeric_scale, c.character_maximum_length, c.extra,
    c.column_default IS NOT NULL AND c.column_default <> 'NULL',
    (SELECT k.ordinal_position FROM information_schema.key_column_usage k
      WHERE k.table_schema = c.table_schema AND k.table_name = c.table_name
        AND k.column_name = c.column_name AND k.constraint_name = 'PRIMARY')
  FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
  WHERE c.table_schema = COALESCE(?, database()) AND c.table_name = ?
  ORDER BY c.ordinal_position`

export function tableOfRows(rows: readonly RawRow[]): TableDescription | null {
  const [first] = rows
  if (first === undefined) return null
  const kind = String(first[2])
  return {
    id: { catalog: String(first[0]), schema: null, table: String(first[1]) },
    type: kinds[kind] ?? kind,
    columns: rows.map(tableColumn),
  }
}

function tableColumn(row: RawRow): Column {
  const dataType = String(row[4]).toLowerCase()
  const columnType = String(row[5]).toLowerCase()
  const extra = String(row[10] ?? '').toLowerCase()
  const isAutomatic = extra.includes('auto_increment')
  const generated = /\b(?:virtual|stored|persistent) generated|generated always/.test(extra)
  return {
    name: String(row[3]),
    type: columnType.startsWith('tinyint(1)') ? 'BIT' : mySqlDataType(dataType),
    typeName: dataType,
    nullable: row[6] === 'YES',
    precision: Number(row[7] ?? row[9] ?? 0),
    scale: Number(row[8] ?? 0),
    unsigned: columnType.includes('unsigned'),
    autoIncrement: isAutomatic,
    keyOrder: row[12] === null || row[12] === undefined ? null : Number(row[12]),
    generated,
    hasDefault: isAutomatic || (Number(row[11]) === 1 && !generated),
    castType: columnType,
  }
}
