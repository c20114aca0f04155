import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseOf } from '../../../connectors/jdbc/core/connect.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import type { JdbcSourceTask } from '../../../connectors/jdbc/source/jdbc-source-task.ts'
import type { SourceRecord } from '../../../src/api/index.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createTable, idsOf, tableProps } from './postgres-tables.ts'
import { SourceRun, databases } from './source-run.ts'
import type { StoredOffsets, TestDatabase } from './source-run.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await databases.PostgreSQL()
}, 180_000)
afterAll(() => db[Symbol.asyncDispose]())

async function second(): Promise<Connection> {
  const database = databaseOf({
    ...{ url: db.props['connection.url'] ?? '', user: db.props['connection.user'] ?? '' },
    password: db.props['connection.password'] ?? '',
    ...{ dialectName: '', attempts: 1, backoffMs: 0, extras: new Map(), applicationName: 'second' },
  })
  return database.connect(new AbortController().signal)
}

const step = fc.record({
  what: fc.constantFrom('write', 'write', 'commit', 'rollback', 'look', 'look'),
  who: fc.nat(2),
})

/** Polls until the task says that rows have been held back for so long; none may come meanwhile. */
async function untilHeld(task: JdbcSourceTask, ms: number): Promise<void> {
  await waitFor('rows to be held back', async () => {
    const records = (await task.poll(new AbortController().signal)) ?? []
    expect(idsOf(records)).toEqual([])
    return (task.progress().lag ?? 0) > ms
  })
}

const incrementing = { mode: 'incrementing', 'incrementing.column.name': 'id' }

describe('snapshot.horizon', () => {
  test('reads no row past a transaction that is still open, and then both', async () => {
    await createTable(db, 'late', 'id serial PRIMARY KEY')
    await using source = await SourceRun.start(
      tableProps(db, 'late', { ...incrementing, 'snapshot.horizon': 'true' }),
    )
    const slow = await second()
    await slow.begin(null)
    await slow.query('INSERT INTO late DEFAULT VALUES')
    await db.sql.query('INSERT INTO late DEFAULT VALUES')
    // A plain poll would read 2 here, and never 1.
    expect(await source.rest()).toEqual([])
    await slow.commit()
    const records = await source.take(2)
    expect(idsOf(records)).toEqual([1, 2])
    expect(records[0]?.valueSchema?.fields?.map(({ name }) => name)).toEqual(['id'])
    await slow.close()
  })

  const timestamps = { 'timestamp.column.name': 'at' }
  const crossing: readonly (readonly [string, string, Record<string, string>])[] = [
    ['numbers', 'crossed_id', incrementing],
    ['timestamps', 'crossed_at', { mode: 'timestamp', ...timestamps }],
    ['both', 'crossed_both', { ...incrementing, mode: 'timestamp+incrementing', ...timestamps }],
    [
      'numbers of a query',
      'crossed_query',
      { ...incrementing, tables: '', query: 'SELECT * FROM crossed_query WHERE id > 0' },
    ],
  ]

  test.each(crossing)(
    'follows %s past no row of a transaction that began later and is still open',
    async (_, table, mode) => {
      await createTable(
        db,
        table,
        'id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp()',
      )
      const insert = `INSERT INTO ${table} DEFAULT VALUES`
      const [a, b] = [await second(), await second()]
      const offsets: StoredOffsets = new Map()
      const config = tableProps(db, table, { ...mode, 'snapshot.horizon': 'true' })
      const { task } = await SourceRun.start(config, offsets)
      for (const writer of [a, b]) await writer.begin(null)
      for (const writer of [a, b, a]) await writer.query(insert)
      await a.commit()
      // 1 and 3 are there; to read 3 would be to pass 2 by.
      await untilHeld(task, 400)
      await task.stop()
      await using again = await SourceRun.start(config, offsets)
      await untilHeld(again.task, 400)
      await b.commit()
      expect(idsOf(await again.take(3))).toEqual([1, 2, 3])
      await a.close()
      await b.close()
    },
  )

  test('goes on though there is always a transaction open', async () => {
    await createTable(db, 'always', 'id serial PRIMARY KEY')
    await using source = await SourceRun.start(
      tableProps(db, 'always', { ...incrementing, 'snapshot.horizon': 'true' }),
    )
    let [open, next] = [await second(), await second()]
    await open.begin(null)
    await open.query('INSERT INTO always DEFAULT VALUES')
    const found: SourceRecord[] = []
    await waitFor('three reads', async () => {
      await next.begin(null)
      await next.query('INSERT INTO always DEFAULT VALUES')
      await open.commit()
      ;[open, next] = [next, open]
      found.push(...((await source.task.poll(new AbortController().signal)) ?? []))
      return found.length > 30
    })
    expect(idsOf(found)).toEqual(found.map((_, index) => index + 1))
    await open.close()
    await next.close()
  })

  test('reads every row once and in order, however transactions overlap', async () => {
    const writers = await Promise.all([0, 1, 2].map(() => second()))
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 16, maxLength: 24 }), async (steps) => {
        const table = `overlapping_${++round}`
        await createTable(db, table, 'id serial PRIMARY KEY')
        await using source = await SourceRun.start(
          tableProps(db, table, {
            ...incrementing,
            'snapshot.horizon': 'true',
            'poll.linger.ms': '100',
          }),
        )
        const found: SourceRecord[] = []
        const poll = async (): Promise<void> => {
          found.push(...((await source.task.poll(new AbortController().signal)) ?? []))
        }
        const isOpen = writers.map(() => false)
        const end = async (who: number, commits: boolean): Promise<void> => {
          if (isOpen[who]) await (commits ? writers[who]?.commit() : writers[who]?.rollback())
          isOpen[who] = false
        }
        for (const { what, who } of steps) {
          if (what === 'look') await poll()
          else if (what !== 'write') await end(who, what === 'commit')
          else {
            if (!isOpen[who]) await writers[who]?.begin(null)
            isOpen[who] = true
            await writers[who]?.query(`INSERT INTO ${table} DEFAULT VALUES`)
          }
        }
        for (const who of writers.keys()) await end(who, true)
        const { rows } = await db.sql.query(`SELECT id FROM ${table} ORDER BY id`)
        await waitFor('every row', async () => {
          if (found.length < rows.length) await poll()
          return found.length >= rows.length
        })
        expect(idsOf(found)).toEqual(rows.map(([id]) => Number(id)))
      }),
      { numRuns: 4 },
    )
    for (const writer of writers) await writer.close()
  })

  test('forgets no notification that comes while rows are held back', async () => {
    await createTable(db, 'told_held', 'id serial PRIMARY KEY')
    await using source = await SourceRun.start(
      tableProps(db, 'told_held', {
        ...incrementing,
        ...{ 'snapshot.horizon': 'true', 'wakeup.channel': 'held' },
        'poll.interval.ms': '3600000',
      }),
    )
    expect(await source.rest(3)).toEqual([])
    await waitFor('somebody to listen', async () => {
      const { rows } = await db.sql.query(
        `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN "held"' AND state = 'idle'`,
      )
      return rows[0]?.[0] === '1'
    })
    const slow = await second()
    await slow.begin(null)
    await slow.query('INSERT INTO told_held DEFAULT VALUES')
    await db.sql.query('INSERT INTO told_held DEFAULT VALUES')
    await db.sql.query('NOTIFY held')
    await untilHeld(source.task, 300)
    await slow.query('INSERT INTO told_held DEFAULT VALUES')
    await slow.query('NOTIFY held')
    await slow.commit()
    expect(idsOf(await source.take(3))).toEqual([1, 2, 3])
    await slow.close()
  })

  test('is refused where the database does not tell which transactions are open', async () => {
    await using sqlite = await databases.SQLite()
    await sqlite.sql.query('CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)')
    const config = { ...sqlite.props, ...incrementing, tables: '"t"', 'topic.prefix': '' }
    await expect(SourceRun.start({ ...config, 'snapshot.horizon': 'true' })).rejects.toThrow(
      /snapshot\.horizon is for PostgreSQL: SQLite does not tell/,
    )
  })

  test('waits no longer than horizon.max.delay.ms', async () => {
    await createTable(db, 'late_max', 'id serial PRIMARY KEY')
    const slow = await second()
    await slow.begin(null)
    await slow.query('INSERT INTO late_max DEFAULT VALUES')
    await db.sql.query('INSERT INTO late_max DEFAULT VALUES')
    await using source = await SourceRun.start(
      tableProps(db, 'late_max', {
        ...incrementing,
        ...{ 'snapshot.horizon': 'true', 'horizon.max.delay.ms': '100' },
      }),
    )
    expect(idsOf(await source.take(1))).toEqual([2])
    await slow.close()
  })

  test('two writers with open transactions lose nothing', async () => {
    await createTable(db, 'writers', 'id serial PRIMARY KEY')
    await using source = await SourceRun.start(
      tableProps(db, 'writers', { ...incrementing, 'snapshot.horizon': 'true' }),
    )
    const found: SourceRecord[] = []
    const written = new AbortController()
    const write = async (connection: Connection, rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        await connection.begin(null)
        for (let row = 0; row < 1; row++) {
          await connection.query('INSERT INTO writers DEFAULT VALUES')
        }
        await connection.commit()
      }
    }
    const [a, b] = [await second(), await second()]
    const writing = Promise.all([write(a, 100), write(b, 100)]).finally(() => {
      written.abort()
    })
    const signal = new AbortController().signal
    while (!written.signal.aborted) found.push(...((await source.task.poll(signal)) ?? []))
    await writing
    await waitFor('every row', async () => {
      found.push(...((await source.task.poll(signal)) ?? []))
      return found.length >= 200
    })
    expect(idsOf(found)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
    await a.close()
    await b.close()
  })
})
