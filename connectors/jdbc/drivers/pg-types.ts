import type { SqlType } from '../core/types.ts'

/** Types of PostgreSQL by name, as its JDBC driver reports them. What is not here is OTHER. */
const types: Readonly<Record<string, SqlType>> = {
  bool: 'BOOLEAN',
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  oid: 'BIGINT',
  float4: 'REAL',
  float8: 'DOUBLE',
  money: 'DOUBLE',
  numeric: 'NUMERIC',
  bit: 'BIT',
  bpchar: 'CHAR',
  char: 'CHAR',
  varchar: 'VARCHAR',
  text: 'VARCHAR',
  name: 'VARCHAR',
  uuid: 'VARCHAR',
  json: 'VARCHAR',
  jsonb: 'VARCHAR',
  xml: 'VARCHAR',
  bytea: 'BINARY',
  date: 'DATE',
  time: 'TIME',
  timetz: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMP',
}

/** `kind` is `pg_type.typtype`: an enumeration is text, whatever its name; a stranger's type that is called `text` is not. */
export function pgSqlType(name: string, kind: string, isBuiltIn: boolean): SqlType {
  if (kind === 'e') return 'VARCHAR'
  return isBuiltIn ? (types[name] ?? 'OTHER') : 'OTHER'
}

/** Digits and scale, or length, that a type modifier says; zeros where there is none. */
export function pgModifier(
  name: string,
  modifier: number,
): { readonly precision: number; readonly scale: number } {
  if (modifier < 0) return { precision: 0, scale: 0 }
  switch (name) {
    case 'numeric': {
      const bits = modifier - 4
      // Eleven bits with a sign: since version 15 a scale may be negative, or beyond the precision.
      return { precision: (bits >> 16) & 0xffff, scale: ((bits & 0x7ff) ^ 1024) - 1024 }
    }
    case 'bit':
    case 'varbit':
      return { precision: modifier, scale: 0 }
    case 'bpchar':
    case 'varchar':
      return { precision: modifier - 4, scale: 0 }
    default:
      return { precision: 0, scale: 0 }
  }
}
