import { setTimeout as delay } from 'node:timers/promises'
import { databaseOf } from '../../../connectors/jdbc/core/connect.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import type { Struct } from '../../../src/api/index.ts'
import { waitFor } from '../../support/wait-for.ts'
import { SourceRun } from './source-run.ts'
import type { TestDatabase } from './source-run.ts'

const signal = new AbortController().signal

interface LateWriters {
  readonly seconds: number
  readonly horizon: boolean
}

/** Numbers read while some writers commit at once and others two seconds after their rows, and those there are. */
export async function readBesideLateWriters(
  db: TestDatabase,
  { seconds, horizon }: LateWriters,
): Promise<{ readonly found: readonly number[]; readonly written: readonly number[] }> {
  await db.sql.query('DROP TABLE IF EXISTS late_rows')
  await db.sql.query('CREATE TABLE late_rows (id serial PRIMARY KEY, t text)')
  await using source = await SourceRun.start({
    ...db.props,
    ...{ 'topic.prefix': '', tables: '"public"."late_rows"', mode: 'incrementing' },
    ...{ 'incrementing.column.name': 'id', 'snapshot.horizon': String(horizon) },
  })
  const until = Date.now() + seconds * 1000
  const writing = Promise.all([
    ...[1, 2, 3].map(() => write(db, until, { rows: 20, heldMs: 0 })),
    ...[1, 2].map(() => write(db, until, { rows: 3, heldMs: 2000 })),
  ])
  const written = new AbortController()
  const ended = writing.finally(() => written.abort())
  const found: number[] = []
  const poll = async (): Promise<number> => {
    const records = (await source.task.poll(signal)) ?? []
    for (const { value } of records) found.push(Number((value as Struct).get('id')))
    return records.length
  }
  while (!written.signal.aborted) await poll()
  await ended
  const { rows } = await db.sql.query('SELECT id FROM late_rows ORDER BY id')
  if (horizon) {
    await waitFor('every row', async () => {
      await poll()
      return found.length >= rows.length
    })
  } else {
    // What is not there after so many looks is not going to come.
    for (let empty = 0; empty < 20;) empty = (await poll()) === 0 ? empty + 1 : 0
  }
  return { found, written: rows.map(([id]) => Number(id)) }
}

/** Transactions one after the other, each open for so long. */
async function write(
  db: TestDatabase,
  until: number,
  { rows, heldMs }: { readonly rows: number; readonly heldMs: number },
): Promise<void> {
  const connection = await open(db)
  while (Date.now() < until) {
    await connection.begin(null)
    await connection.query(`INSERT INTO late_rows (t) SELECT 'x' FROM generate_series(1, ${rows})`)
    await delay(heldMs === 0 ? 2 : heldMs)
    await connection.commit()
  }
  await connection.close()
}

function open({ props }: TestDatabase): Promise<Connection> {
  const database = databaseOf({
    ...{ url: props['connection.url'] ?? '', user: props['connection.user'] ?? '' },
    password: props['connection.password'] ?? '',
    ...{ dialectName: '', attempts: 1, backoffMs: 0, extras: new Map(), applicationName: 'writer' },
  })
  return database.connect(signal)
}
