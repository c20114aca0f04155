import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourceRecord, Struct } from '../../../src/api/index.ts'
import { SourceRun, committed, databases } from './source-run.ts'
import type { StoredOffsets, TestDatabase } from './source-run.ts'

const kinds = ['PostgreSQL', 'MariaDB', 'SQLite'] as const
const ids = (records: readonly SourceRecord[]): unknown[] =>
  records.map(({ value }) => (value as Struct).get('id'))
const offsets = (records: readonly SourceRecord[]): unknown[] =>
  records.map(({ sourceOffset }) => sourceOffset)

describe.each(kinds)('a source of %s', (kind) => {
  let db: TestDatabase
  const q = (name: string): string => (kind === 'PostgreSQL' ? `"${name}"` : `\`${name}\``)
  const full = { PostgreSQL: 'public.', MariaDB: 'sluice.', SQLite: '' }[kind]
  const fraction = kind === 'MariaDB' ? 'datetime(6)' : 'timestamp'
  const run = async (...statements: readonly string[]): Promise<void> => {
    for (const statement of statements) {
      // Tried once more, a test finds what it left.
      const [, table] = /^CREATE TABLE (\w+)/.exec(statement) ?? []
      if (table !== undefined) await db.sql.query(`DROP TABLE IF EXISTS ${table}`)
      await db.sql.query(statement)
    }
  }
  const partition = (table: string): string =>
    JSON.stringify({ table: full + table, protocol: '1' })
  const props = (
    table: string,
    more: Readonly<Record<string, string>>,
  ): Record<string, string> => ({
    ...db.props,
    'topic.prefix': 'p-',
    tables: full === '' ? q(table) : `${q(full.slice(0, -1))}.${q(table)}`,
    ...more,
  })

  beforeAll(async () => {
    db = await databases[kind]()
  }, 240_000)
  afterAll(() => db[Symbol.asyncDispose]())

  test('reads a whole table each time in bulk mode, and stores no offset', async () => {
    await run(
      `CREATE TABLE bulk_t (id int NOT NULL, t varchar(10))`,
      `INSERT INTO bulk_t VALUES (1, 'a')`,
    )
    await using source = await SourceRun.start(props('bulk_t', { mode: 'bulk' }))
    const first = await source.take(1)
    const [record] = first
    expect(ids(first)).toEqual([1])
    expect([
      record?.topic,
      record?.sourcePartition,
      record?.sourceOffset,
      record?.keySchema,
    ]).toEqual(['p-bulk_t', { table: 'bulk_t' }, null, null])
    expect(record?.valueSchema?.name).toBe('bulk_t')
    expect(ids(await source.take(1))).toEqual([1])
    await run(`INSERT INTO bulk_t VALUES (2, 'b')`)
    const later = ids(await source.take(6))
    expect(later.slice(-2)).toEqual([1, 2])
  })

  test('follows a growing column, and goes on where it was', async () => {
    await run(`CREATE TABLE inc_t (id int PRIMARY KEY NOT NULL)`, `INSERT INTO inc_t VALUES (1)`)
    const given = props('inc_t', { mode: 'incrementing', 'incrementing.column.name': 'ID' })
    let stored: StoredOffsets
    {
      await using source = await SourceRun.start(given)
      const first = await source.take(1)
      expect([ids(first), offsets(first)]).toEqual([[1], [{ incrementing: 1 }]])
      await run(`INSERT INTO inc_t VALUES (2), (3)`)
      const next = await source.take(2)
      expect(ids(next)).toEqual([2, 3])
      expect(await source.rest()).toEqual([])
      stored = committed(next)
    }
    expect([...stored]).toEqual([[partition('inc_t'), { incrementing: 3 }]])
    await run(`INSERT INTO inc_t VALUES (4)`)
    await using again = await SourceRun.start(given, stored)
    expect(ids(await again.take(1))).toEqual([4])
  })

  test('finds out which column grows', async () => {
    const column = {
      PostgreSQL: 'id serial PRIMARY KEY',
      MariaDB: 'id int auto_increment PRIMARY KEY',
      SQLite: 'id INTEGER PRIMARY KEY AUTOINCREMENT',
    }[kind]
    await run(
      `CREATE TABLE auto_t (t text, ${column})`,
      `INSERT INTO auto_t (t) VALUES ('x'), ('y')`,
    )
    await using source = await SourceRun.start(props('auto_t', { mode: 'incrementing' }))
    expect(ids(await source.take(2))).toEqual([1, 2])
    await run(`CREATE TABLE no_auto (id int NOT NULL)`)
    await expect(SourceRun.start(props('no_auto', { mode: 'incrementing' }))).rejects.toThrow(
      'has no column that numbers its rows',
    )
  })

  test('says that a timestamp is done with only when a later one was seen', async () => {
    await run(
      `CREATE TABLE ts_t (id int, ts ${fraction} NOT NULL)`,
      `INSERT INTO ts_t VALUES (3, '2020-01-02 00:00:00.000001'), (1, '2020-01-01 00:00:00'),
       (2, '2020-01-01 00:00:00'), (4, '2020-01-02 00:00:00.000001'), (5, '2020-01-03 00:00:00.5')`,
    )
    const given = props('ts_t', { mode: 'timestamp', 'timestamp.column.name': 'ts' })
    await using source = await SourceRun.start(given)
    const records = await source.take(5)
    expect(ids(records).slice(-1)).toEqual([5])
    const at = (text: string, nanos: number): unknown => ({
      timestamp: Date.parse(`${text}Z`),
      timestamp_nanos: nanos,
    })
    const [one, two, three] = [
      at('2020-01-01T00:00:00', 0),
      at('2020-01-02T00:00:00', 1000),
      at('2020-01-03T00:00:00.5', 500_000_000),
    ]
    expect(offsets(records)).toEqual([{}, one, one, two, three])
    expect(await source.rest()).toEqual([])
    await run(`INSERT INTO ts_t VALUES (6, '2020-01-03 00:00:00.5'), (7, '2020-01-03 00:00:00.6')`)
    expect(ids(await source.take(1))).toEqual([7])
    // From the middle of one instant: all of its rows come again, none is lost.
    await using again = await SourceRun.start(given, committed(records.slice(0, 3)))
    expect(ids(await again.take(4)).sort()).toEqual([3, 4, 5, 6, 7].slice(0, 5))
  })

  test('follows a timestamp and a growing column together', async () => {
    await run(
      `CREATE TABLE both_t (id int NOT NULL, ts ${fraction} NOT NULL)`,
      `INSERT INTO both_t VALUES (2, '2020-01-01 00:00:09'), (3, '2020-01-01 00:00:10'),
       (4, '2020-01-01 00:00:11'), (5, '2020-01-01 00:00:12'), (1, '2020-01-01 00:00:13'),
       (9, '2020-01-01 00:00:10')`,
    )
    const given = props('both_t', {
      mode: 'timestamp+incrementing',
      'timestamp.column.name': 'ts',
      'incrementing.column.name': 'id',
    })
    const stored: StoredOffsets = new Map([
      [partition('both_t'), { timestamp: Date.parse('2020-01-01T00:00:10Z'), incrementing: 3 }],
    ])
    await using source = await SourceRun.start(given, stored)
    const records = await source.take(4)
    expect(ids(records)).toEqual([9, 4, 5, 1])
    expect(offsets(records)[0]).toEqual({
      ...{ incrementing: 9, timestamp: Date.parse('2020-01-01T00:00:10Z'), timestamp_nanos: 0 },
    })
  })

  test('takes the first timestamp that is not null, and a row again when the other is set', async () => {
    await run(
      `CREATE TABLE two_ts (id int, modified ${fraction} NULL, created ${fraction} NOT NULL)`,
      `INSERT INTO two_ts VALUES (1, NULL, '2020-01-01 10:00:00'), (2, NULL, '2020-01-01 10:00:01')`,
    )
    const given = { mode: 'timestamp', 'timestamp.column.name': 'modified,created' }
    await using source = await SourceRun.start(props('two_ts', given))
    expect(ids(await source.take(2))).toEqual([1, 2])
    await run(`UPDATE two_ts SET modified = '2020-01-02 00:00:00' WHERE id = 1`)
    expect(ids(await source.take(1))).toEqual([1])
  })

  test('reads local times in db.timezone, and compares with them there', async () => {
    await run(
      `CREATE TABLE zone_t (id int, ts ${fraction} NOT NULL)`,
      `INSERT INTO zone_t VALUES (1, '2020-01-15 10:00:00.123')`,
    )
    const given = {
      ...{ mode: 'timestamp', 'timestamp.column.name': 'ts' },
      'db.timezone': 'America/Los_Angeles',
    }
    await using source = await SourceRun.start(props('zone_t', given))
    const [record] = await source.take(1)
    expect((record?.value as Struct).get('ts')).toEqual(new Date('2020-01-15T18:00:00.123Z'))
    expect(await source.rest()).toEqual([])
    await run(`INSERT INTO zone_t VALUES (2, '2020-01-15 10:00:00.124')`)
    expect(ids(await source.take(1))).toEqual([2])
  })

  test('reads a query, in bulk and by what grows in it, with conditions of its own', async () => {
    await run(
      `CREATE TABLE q_t (id int NOT NULL, kind varchar(5))`,
      `INSERT INTO q_t VALUES (1, 'a'), (2, 'b'), (3, 'a')`,
    )
    const query = `SELECT x.id, x.kind AS what FROM q_t x JOIN q_t y ON x.id = y.id WHERE x.kind = 'a'; -- all`
    const base = { ...db.props, query, 'topic.prefix': 'whole' }
    {
      await using source = await SourceRun.start({ ...base, mode: 'bulk' })
      const [record] = await source.take(2)
      expect([record?.topic, record?.sourcePartition, record?.valueSchema?.name]).toEqual([
        ...['whole', { query: 'query' }, null],
      ])
    }
    const incremental = { ...base, mode: 'incrementing', 'incrementing.column.name': 'id' }
    await using source = await SourceRun.start(incremental)
    expect(ids(await source.take(2))).toEqual([1, 3])
    await run(`INSERT INTO q_t VALUES (4, 'b'), (5, 'a')`)
    expect(ids(await source.take(1))).toEqual([5])
  })

  test('reads a table to its end, and then the next one', async () => {
    await run(
      `CREATE TABLE turn_a (id int NOT NULL)`,
      `CREATE TABLE turn_b (id int NOT NULL)`,
      `INSERT INTO turn_a VALUES (1), (2)`,
      `INSERT INTO turn_b VALUES (3)`,
    )
    const a = props('turn_a', {}).tables ?? ''
    await using source = await SourceRun.start({
      ...props('turn_b', { mode: 'incrementing', 'incrementing.column.name': 'id' }),
      ...{ tables: `${a},${props('turn_b', {}).tables ?? ''}`, 'batch.max.rows': '1' },
    })
    const records = await source.take(3)
    expect(ids(records)).toEqual([1, 2, 3])
    expect(new Set(records.map(({ topic }) => topic))).toEqual(new Set(['p-turn_a', 'p-turn_b']))
  })

  test('goes on with a column that was added or dropped', async () => {
    await run(
      `CREATE TABLE alter_t (id int PRIMARY KEY, gone int)`,
      `INSERT INTO alter_t VALUES (1, 7)`,
    )
    const given = {
      mode: 'incrementing',
      'incrementing.column.name': 'id',
      'validate.non.null': 'false',
    }
    await using source = await SourceRun.start(props('alter_t', given))
    await source.take(1)
    await run(
      `ALTER TABLE alter_t ADD COLUMN fresh varchar(5)`,
      `ALTER TABLE alter_t DROP COLUMN gone`,
      `INSERT INTO alter_t VALUES (2, 'new')`,
    )
    const [record] = await source.take(1)
    expect(record?.valueSchema?.fields?.map(({ name }) => name)).toEqual(['id', 'fresh'])
    expect((record?.value as Struct).get('fresh')).toBe('new')
  })

  test('refuses columns that are absent or may be null', async () => {
    await run(`CREATE TABLE null_t (id int, ts ${fraction} NULL)`)
    const start = (more: Readonly<Record<string, string>>): Promise<SourceRun> =>
      SourceRun.start(props('null_t', more))
    await expect(
      start({ mode: 'incrementing', 'incrementing.column.name': 'nope' }),
    ).rejects.toThrow('has no column nope')
    await expect(start({ mode: 'incrementing', 'incrementing.column.name': 'id' })).rejects.toThrow(
      'because this column is nullable',
    )
    await expect(start({ mode: 'timestamp', 'timestamp.column.name': 'ts' })).rejects.toThrow(
      'because this column is nullable',
    )
    await expect(SourceRun.start({ ...db.props, mode: 'bulk' })).rejects.toThrow(
      'no table and no query',
    )
    await expect(start({ mode: 'bulk', query: 'SELECT 1' })).rejects.toThrow('one of the two')
  })

  test('an offset of an older connector is taken, and written on as today', async () => {
    await run(`CREATE TABLE old_t (id int NOT NULL)`, `INSERT INTO old_t VALUES (1), (2), (3)`)
    const given = props('old_t', { mode: 'incrementing', 'incrementing.column.name': 'id' })
    const legacy: StoredOffsets = new Map([
      [JSON.stringify({ table: 'old_t' }), { incrementing: 1 }],
    ])
    {
      await using source = await SourceRun.start(given, legacy)
      const records = await source.take(2)
      expect(ids(records)).toEqual([2, 3])
      expect(records[0]?.sourcePartition).toEqual({ table: `${full}old_t`, protocol: '1' })
    }
    legacy.set(partition('old_t'), { incrementing: 2 })
    await using source = await SourceRun.start(given, legacy)
    expect(ids(await source.take(1))).toEqual([3])
  })

  test('begins where it is told to, and now where that is asked for', async () => {
    await run(
      `CREATE TABLE begin_t (id int, ts ${fraction} NOT NULL)`,
      `INSERT INTO begin_t VALUES (1, '2020-01-01 00:00:00'), (2, '2020-01-03 00:00:00')`,
    )
    const given = { mode: 'timestamp', 'timestamp.column.name': 'ts' }
    {
      const initial = String(Date.parse('2020-01-02T00:00:00Z'))
      await using source = await SourceRun.start(
        props('begin_t', { ...given, 'timestamp.initial': initial }),
      )
      expect(ids(await source.take(1))).toEqual([2])
    }
    await using source = await SourceRun.start(
      props('begin_t', { ...given, 'timestamp.initial': '-1' }),
    )
    expect(await source.rest()).toEqual([])
    const now = {
      PostgreSQL: 'now()',
      MariaDB: 'utc_timestamp(6)',
      SQLite: `strftime('%Y-%m-%d %H:%M:%f', 'now')`,
    }[kind]
    await run(`INSERT INTO begin_t VALUES (3, ${now})`)
    expect(ids(await source.take(1))).toEqual([3])
  })

  test('a poll ends when it is told to, and the next one goes on', async () => {
    await run(`CREATE TABLE poll_t (id int NOT NULL)`)
    const given = props('poll_t', { mode: 'incrementing', 'incrementing.column.name': 'id' })
    await using source = await SourceRun.start({ ...given, 'poll.linger.ms': '600000' })
    const pausing = new AbortController()
    const polled = source.task.poll(pausing.signal)
    pausing.abort()
    expect(await polled).toBeNull()
    await run(`INSERT INTO poll_t VALUES (1)`)
    expect(ids(await source.take(1))).toEqual([1])
  })
})
