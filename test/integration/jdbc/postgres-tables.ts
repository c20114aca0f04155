import type { SourceRecord, Struct } from '../../../src/api/index.ts'
import type { TestDatabase } from './source-run.ts'

export const idsOf = (records: readonly SourceRecord[]): unknown[] =>
  records.map(({ value }) => (value as Struct).get('id'))

/** Makes a table anew. */
export async function createTable(
  { sql }: TestDatabase,
  table: string,
  columns: string,
): Promise<void> {
  await sql.query(`DROP TABLE IF EXISTS ${table}`)
  await sql.query(`CREATE TABLE ${table} (${columns})`)
}

/** Of a source that reads one table into the topic of its name. */
export function tableProps(
  db: TestDatabase,
  table: string,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...db.props, 'topic.prefix': '', tables: `"public"."${table}"`, ...more }
}
