import type { TableDescription } from '../core/dialect.ts'
import type { Column, RawRow } from '../core/types.ts'
import { pgModifier, pgSqlType } from './pg-types.ts'

/** What `pg_class.relkind` is called in JDBC; `r` apart, which may be a system table. */
const kinds: Readonly<Record<string, string>> = {
  p: 'PARTITIONED TABLE',
  v: 'VIEW',
  m: 'MATERIALIZED VIEW',
  f: 'FOREIGN TABLE',
}

const isSystem = `n.nspname IN ('pg_catalog', 'information_schema')`

/** JDBC's name for the kind of the relation `c` in the namespace `n`. */
const kindSql = `CASE c.relkind ${Object.entries(kinds)
  .map(([kind, name]) => `WHEN '${kind}' THEN '${name}'`)
  .join(' ')} ELSE CASE WHEN ${isSystem} THEN 'SYSTEM TABLE' ELSE 'TABLE' END END`

/** $1: pattern of the schema, or null; $2: kinds as JDBC names them. */
export const listTablesSql = `
  SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
    AND n.nspname NOT LIKE 'pg\\_toast%' AND (c.relkind <> 'v' OR NOT ${isSystem})
    AND ($1::text IS NULL OR n.nspname LIKE $1::text)
    AND ${kindSql} = ANY($2::text[])
  ORDER BY n.nspname, c.relname`

/**
 * $1: schema, or null for what the search path finds; $2: table. One row a column, in order. The 14th is the type without a length: -1
 * says so, where NULL would have `character` and `bit`, which are of one.
 */
export const describeTableSql = `
  SELECT n.nspname, c.relname, ${kindSql},
    a.attname, b.typname, b.typtype, b.typnamespace = 'pg_catalog'::regnamespace,
    CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
    a.attnotnull OR (t.typtype = 'd' AND t.typnotnull), a.attidentity, a.attgenerated,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid),
    (SELECT k.place FROM pg_catalog.pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
      WHERE i.indrelid = c.oid AND i.indisprimary AND k.attnum = a.attnum),
    pg_catalog.format_type(a.atttypid, -1), t.typdelim <> ','
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = $2::text
    AND CASE WHEN $1::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = $1::text END
  ORDER BY a.attnum`

export function tableOfRows(rows: readonly RawRow[]): TableDescription | null {
  const [first] = rows
  if (first === undefined) return null
  return {
    id: { catalog: null, schema: String(first[0]), table: String(first[1]) },
    type: String(first[2]),
    columns: rows.filter((row) => row[3] !== null).map(tableColumn),
  }
}

function tableColumn(row: RawRow): Column {
  const typeName = String(row[4])
  const { precision, scale } = pgModifier(typeName, Number(row[7]))
  const fallback = row[11] ?? null
  const identity = String(row[9] ?? '')
  const generated = String(row[10] ?? '') !== ''
  return {
    name: String(row[3]),
    type: pgSqlType(typeName, String(row[5]), row[6] === 't'),
    typeName,
    nullable: row[8] !== 't',
    precision,
    scale,
    unsigned: false,
    autoIncrement: identity !== '' || String(fallback).startsWith('nextval('),
    keyOrder: row[12] === null || row[12] === undefined ? null : Number(row[12]),
    generated: generated || identity === 'a',
    hasDefault: identity !== '' || (fallback !== null && !generated),
    castType: String(row[13]),
    hasOwnDelimiter: row[14] === 't',
  }
}

/** $1: ids of types. */
export const describeTypesSql = `
  SELECT oid, typname, typtype, typnamespace = 'pg_catalog'::regnamespace
  FROM pg_catalog.pg_type WHERE oid = ANY($1::oid[])`

/** $1 and $2: ids of tables and numbers of columns, in pairs. What is not there has no row. */
export const describeOriginsSql = `
  SELECT a.attrelid, a.attnum, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull),
    a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') LIKE 'nextval(%'
  FROM unnest($1::oid[], $2::int2[]) AS o(relid, num)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = o.relid AND a.attnum = o.num
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind NOT IN ('v', 'm')
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum`
