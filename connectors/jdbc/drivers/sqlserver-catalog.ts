import type { TableDescription } from '../core/dialect.ts'
import { quoteIdentifier } from '../core/identifiers.ts'
import type { TableId } from '../core/identifiers.ts'
import type { Column, RawRow } from '../core/types.ts'
import { sqlServerType } from './sqlserver-types.ts'

/** What JDBC calls the kinds of `sys.objects.type`. */
const kinds: Readonly<Record<string, string>> = {
  U: 'TABLE',
  V: 'VIEW',
  SN: 'SYNONYM',
  S: 'SYSTEM TABLE',
}

const brackets = { open: '[', close: ']', twoParts: 'catalog' } as const

/** @p1: pattern of the database, @p2: of the schema; null is any. The database of the connection alone has tables to list. */
export function listTablesSql(types: readonly string[]): string {
  const wanted = Object.entries(kinds).filter(([, kind]) => types.includes(kind))
  const list = wanted.map(([kind]) => `'${kind}'`).join(', ')
  return `
    SELECT DB_NAME(), s.name, o.name FROM sys.objects o
    JOIN sys.schemas s ON s.schema_id = o.schema_id
    WHERE o.type IN (${list === '' ? "''" : list}) AND (o.is_ms_shipped = 0 OR o.type = 'S')
      AND (@p1 IS NULL OR DB_NAME() LIKE @p1) AND (@p2 IS NULL OR s.name LIKE @p2)
    ORDER BY s.name, o.name`
}

/**
 * @p1: schema, or null for the user's own; @p2: table. One row a column, in order. A synonym has the columns of what it stands
 * for. Views of another database are asked under its name.
 */
export function describeTableSql({ catalog }: TableId): string {
  const db = catalog === null ? '' : `${quoteIdentifier(catalog, brackets)}.`
  return `
    SELECT ${catalog === null ? 'DB_NAME()' : textLiteral(catalog)}, s.name, o.name, RTRIM(o.type),
      c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)),
      CAST(c.is_nullable AS int), CAST(c.precision AS int), CAST(c.scale AS int), CAST(c.max_length AS int),
      CAST(c.is_identity AS int), CAST(c.is_computed AS int), CAST(c.default_object_id AS int),
      CAST(k.key_ordinal AS int)
    FROM ${db}sys.objects o
    JOIN ${db}sys.schemas s ON s.schema_id = o.schema_id
    LEFT JOIN ${db}sys.synonyms y ON y.object_id = o.object_id
    JOIN ${db}sys.columns c ON c.object_id = COALESCE(OBJECT_ID(y.base_object_name), o.object_id)
    LEFT JOIN ${db}sys.indexes i ON i.object_id = c.object_id AND i.is_primary_key = 1
    LEFT JOIN ${db}sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
      AND k.column_id = c.column_id
    WHERE o.type IN ('U', 'V', 'SN', 'S') AND s.name = COALESCE(@p1, SCHEMA_NAME()) AND o.name = @p2
    ORDER BY c.column_id`
}

export function tableOfRows(rows: readonly RawRow[]): TableDescription | null {
  const [first] = rows
  if (first === undefined) return null
  return {
    id: { catalog: String(first[0]), schema: String(first[1]), table: String(first[2]) },
    type: kinds[String(first[3])] ?? String(first[3]),
    columns: rows.map(tableColumn),
  }
}

function tableColumn(row: RawRow): Column {
  const typeName = String(row[5] ?? 'udt')
  const isIdentity = row[10] === 1
  // A rowversion is called `timestamp` there, and written by the server alone.
  const generated = row[11] === 1 || typeName === 'timestamp'
  return {
    name: String(row[4]),
    type: sqlServerType(typeName),
    typeName,
    nullable: row[6] === 1,
    precision: Number(row[7] ?? 0),
    scale: Number(row[8] ?? 0),
    unsigned: typeName === 'tinyint',
    autoIncrement: isIdentity,
    keyOrder: row[13] === null || row[13] === undefined ? null : Number(row[13]),
    generated,
    hasDefault: isIdentity || (row[12] !== null && row[12] !== 0),
  }
}

function textLiteral(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`
}
