import type { Column, RawRow, SqlType } from '../core/types.ts'
import type { SqliteResultColumn } from './sqlite-connection.ts'

/**
 * Declared types by their first words, as the Java driver reads them; it looks at the first row besides, which makes a
 * schema flip with its data. Here a declaration alone decides, and values are made to fit it or refused.
 */
const declared: Readonly<Record<string, SqlType>> = {
  ...{ BOOLEAN: 'BOOLEAN', TINYINT: 'TINYINT', SMALLINT: 'SMALLINT', INT2: 'SMALLINT' },
  ...{ BIGINT: 'BIGINT', INT8: 'BIGINT', 'UNSIGNED BIG INT': 'BIGINT' },
  ...{ INT: 'INTEGER', INTEGER: 'INTEGER', MEDIUMINT: 'INTEGER' },
  ...{ DATE: 'DATE', DATETIME: 'TIMESTAMP', TIMESTAMP: 'TIMESTAMP', TIME: 'TIME' },
  ...{ DECIMAL: 'DECIMAL', NUMERIC: 'NUMERIC', REAL: 'REAL', FLOAT: 'DOUBLE' },
  ...{ DOUBLE: 'DOUBLE', 'DOUBLE PRECISION': 'DOUBLE' },
  ...{ CHARACTER: 'CHAR', NCHAR: 'CHAR', 'NATIVE CHARACTER': 'CHAR', CHAR: 'CHAR' },
  ...{ VARCHAR: 'VARCHAR', 'VARYING CHARACTER': 'VARCHAR', NVARCHAR: 'VARCHAR', TEXT: 'VARCHAR' },
  ...{ CLOB: 'VARCHAR', BLOB: 'BINARY', BINARY: 'BINARY', VARBINARY: 'BINARY' },
}

interface Declaration {
  readonly type: SqlType
  readonly typeName: string
  readonly precision: number
  readonly scale: number
}

function readDeclaration(text: string | null): Declaration {
  const match = /^\s*([^(]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)\s*)?$/.exec(text ?? '')
  const typeName = (match?.[1] ?? '').toUpperCase()
  return {
    type: declared[typeName] ?? byAffinity(typeName),
    typeName: typeName.toLowerCase(),
    precision: Number(match?.[2] ?? 0),
    scale: Number(match?.[3] ?? 0),
  }
}

/** SQLite's own rules for a declaration it has no name for (datatype3, section 3.1). An expression has no affinity. */
function byAffinity(typeName: string): SqlType {
  if (typeName === '') return 'VARCHAR'
  if (typeName.includes('INT')) return 'BIGINT'
  if (/CHAR|CLOB|TEXT/.test(typeName)) return 'VARCHAR'
  if (typeName.includes('BLOB')) return 'BINARY'
  if (/REAL|FLOA|DOUB/.test(typeName)) return 'DOUBLE'
  return 'NUMERIC'
}

/** A column of a result; `origin` is the column of the table it comes from, where it does. */
export function sqliteColumn(column: SqliteResultColumn, origin: Column | null): Column {
  if (origin !== null) return { ...origin, name: column.name }
  return {
    name: column.name,
    ...readDeclaration(column.type),
    nullable: null,
    unsigned: false,
    autoIncrement: false,
  }
}

/**
 * A row of `PRAGMA table_xinfo`: cid, name, type, notnull, dflt_value, pk, hidden. An `INTEGER PRIMARY KEY` is the row's
 * number: of 64 bits, and never null.
 */
export function sqliteTableColumn(
  row: RawRow,
  table: { readonly keys: number; readonly sql: string },
): Column {
  const keyOrder = Number(row[5])
  const declaration = readDeclaration(String(row[2] ?? ''))
  const isRowId = keyOrder > 0 && table.keys === 1 && /^integer$/i.test(String(row[2] ?? '').trim())
  const hidden = Number(row[6])
  return {
    name: String(row[1]),
    ...declaration,
    type: isRowId ? 'BIGINT' : declaration.type,
    nullable: Number(row[3]) === 0 && !isRowId,
    unsigned: false,
    autoIncrement: isRowId && /\bAUTOINCREMENT\b/i.test(table.sql),
    keyOrder: keyOrder > 0 ? keyOrder : null,
    generated: hidden === 2 || hidden === 3,
    hasDefault: row[4] !== null || isRowId,
  }
}
