import type { RawValue } from '../core/types.ts'
import { sqliteError } from './sqlite-connection.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** Runs a statement once a row, prepared once; throws the SqlError of the first row that fails. */
export function runSqliteRows(
  { db }: SqliteConnection,
  sql: string,
  rows: readonly (readonly RawValue[])[],
): void {
  try {
    const statement = db.prepare(sql)
    for (const row of rows) statement.run(row)
  } catch (error) {
    throw sqliteError(error)
  }
}
