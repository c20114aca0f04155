import { ConnectDate, ConnectError, ConnectTime, ConnectTimestamp, Decimal } from 'sluice/api'
import type { Schema, SchemaType } from 'sluice/api'
import type { DialectKind } from '../core/dialect.ts'

/** What decides a column's type: a Connect type, or one of the logical types on it. */
export type ValueKind =
  | SchemaType
  | 'DECIMAL'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'
  | 'EXACT_TIMESTAMP'
  // By a name of Debezium's.
  | 'SEMANTIC'

const logicalKinds: Readonly<Record<string, ValueKind>> = {
  [Decimal.LOGICAL_NAME]: 'DECIMAL',
  [ConnectDate.LOGICAL_NAME]: 'DATE',
  [ConnectTime.LOGICAL_NAME]: 'TIME',
  [ConnectTimestamp.LOGICAL_NAME]: 'TIMESTAMP',
}

/** `isTimestamp` says that `timestamp.fields.list` names the field. */
export function kindOf(schema: Schema, isTimestamp: boolean): ValueKind {
  const logical = schema.name === null ? undefined : logicalKinds[schema.name]
  if (logical !== undefined) return logical
  const holdsTimestamp = isTimestamp && (schema.type === 'INT64' || schema.type === 'STRING')
  return holdsTimestamp ? 'EXACT_TIMESTAMP' : schema.type
}

interface ColumnTypeRequest {
  readonly field: string
  readonly schema: Schema
  readonly isKey: boolean
  readonly isTimestamp: boolean
}

type TypeTable = Readonly<Partial<Record<ValueKind, string>>>

const postgres: TypeTable = {
  INT8: 'SMALLINT',
  INT16: 'SMALLINT',
  INT32: 'INT',
  INT64: 'BIGINT',
  FLOAT32: 'REAL',
  FLOAT64: 'DOUBLE PRECISION',
  BOOLEAN: 'BOOLEAN',
  STRING: 'TEXT',
  BYTES: 'BYTEA',
  DECIMAL: 'DECIMAL',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  EXACT_TIMESTAMP: 'TIMESTAMP',
}

const mysql: TypeTable = {
  INT8: 'TINYINT',
  INT16: 'SMALLINT',
  INT32: 'INT',
  INT64: 'BIGINT',
  FLOAT32: 'FLOAT',
  FLOAT64: 'DOUBLE',
  BOOLEAN: 'TINYINT',
  STRING: 'TEXT',
  BYTES: 'VARBINARY(1024)',
  DATE: 'DATE',
  TIME: 'TIME(3)',
  TIMESTAMP: 'DATETIME(3)',
  EXACT_TIMESTAMP: 'DATETIME(6)',
}

const sqlite: TypeTable = {
  INT8: 'INTEGER',
  INT16: 'INTEGER',
  INT32: 'INTEGER',
  INT64: 'INTEGER',
  FLOAT32: 'REAL',
  FLOAT64: 'REAL',
  BOOLEAN: 'INTEGER',
  STRING: 'TEXT',
  BYTES: 'BLOB',
  DECIMAL: 'NUMERIC',
  DATE: 'NUMERIC',
  TIME: 'NUMERIC',
  TIMESTAMP: 'NUMERIC',
  EXACT_TIMESTAMP: 'NUMERIC',
}

const sqlserver: TypeTable = {
  INT8: 'tinyint',
  INT16: 'smallint',
  INT32: 'int',
  INT64: 'bigint',
  FLOAT32: 'real',
  FLOAT64: 'float',
  BOOLEAN: 'bit',
  STRING: 'varchar(max)',
  BYTES: 'varbinary(max)',
  DATE: 'date',
  TIME: 'time',
  TIMESTAMP: 'datetime2',
  EXACT_TIMESTAMP: 'datetime2',
}

const tables: Readonly<Record<DialectKind, TypeTable>> = {
  postgresql: postgres,
  mysql,
  sqlite,
  sqlserver,
}

/** The type of a new column; a ConnectError that names the field where the database has none for its schema. */
export function columnType(dialect: DialectKind, request: ColumnTypeRequest): string {
  const { schema, isKey } = request
  const kind = kindOf(schema, request.isTimestamp)
  if (kind === 'DECIMAL' && dialect === 'mysql') return `DECIMAL(65,${scaleOf(schema)})`
  if (kind === 'DECIMAL' && dialect === 'sqlserver') return `decimal(38,${scaleOf(schema)})`
  // A text of any length cannot be a key there.
  if (kind === 'STRING' && isKey && dialect === 'mysql') return 'VARCHAR(255)'
  if (kind === 'STRING' && isKey && dialect === 'sqlserver') return 'varchar(900)'
  if (kind === 'ARRAY' && dialect === 'postgresql' && schema.valueSchema !== null) {
    return `${columnType(dialect, { ...request, schema: schema.valueSchema, isKey: false })}[]`
  }
  const type = tables[dialect][kind]
  if (type !== undefined) return type
  throw new ConnectError(
    `Field "${request.field}" cannot become a column: ${schema.name ?? ''} (${schema.type}) type doesn't have a mapping to the SQL database column type. Leave it out by fields.whitelist, or change it by a transformation, such as Flatten.`,
  )
}

function scaleOf(schema: Schema): string {
  return schema.parameters?.get(Decimal.SCALE_FIELD) ?? '0'
}
