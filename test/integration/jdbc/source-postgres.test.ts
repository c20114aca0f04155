import { afterAll, beforeAll, expect, test } from 'vitest'
import { Decimal } from '../../../src/api/index.ts'
import type { Struct } from '../../../src/api/index.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createTable, idsOf, tableProps } from './postgres-tables.ts'
import { SourceRun, databases } from './source-run.ts'
import type { TestDatabase } from './source-run.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await databases.PostgreSQL()
}, 180_000)
afterAll(() => db[Symbol.asyncDispose]())

const incrementing = { mode: 'incrementing', 'incrementing.column.name': 'id' }

test('a notification has the table read at once', async () => {
  await createTable(db, 'told', 'id serial PRIMARY KEY')
  await using source = await SourceRun.start(
    tableProps(db, 'told', {
      ...incrementing,
      ...{ 'wakeup.channel': 'Changes "here"', 'poll.interval.ms': '3600000' },
    }),
  )
  expect(await source.rest(3)).toEqual([])
  await db.sql.query('INSERT INTO told DEFAULT VALUES')
  await waitFor('somebody to listen', async () => {
    const { rows } = await db.sql.query(
      `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'`,
    )
    return rows[0]?.[0] === '1'
  })
  await db.sql.query(`NOTIFY "Changes ""here"""`)
  expect(idsOf(await source.take(1))).toEqual([1])
})

test('a connection that is cut is opened again, and no row is lost', async () => {
  await createTable(db, 'cut', 'id int PRIMARY KEY')
  await db.sql.query('INSERT INTO cut SELECT generate_series(1, 5000)')
  await using source = await SourceRun.start(
    tableProps(db, 'cut', { ...incrementing, 'batch.max.rows': '100' }),
  )
  const found = await source.take(300)
  await db.sql.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice test'`,
  )
  found.push(...(await source.take(5000 - found.length)))
  expect(new Set(idsOf(found)).size).toBe(5000)
  expect(idsOf(found).at(-1)).toBe(5000)
})

test('a connection that is cut while nothing is read is opened again', async () => {
  await createTable(db, 'idle', 'id int PRIMARY KEY')
  await db.sql.query('INSERT INTO idle VALUES (1)')
  await using source = await SourceRun.start(tableProps(db, 'idle', incrementing))
  expect(idsOf(await source.take(1))).toEqual([1])
  expect(await source.rest(2)).toEqual([])
  const mine = `application_name = 'sluice test'`
  await db.sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${mine}`)
  await waitFor('it to be gone', async () => {
    const { rows } = await db.sql.query(`SELECT count(*) FROM pg_stat_activity WHERE ${mine}`)
    return rows[0]?.[0] === '0'
  })
  await db.sql.query('INSERT INTO idle VALUES (2)')
  expect(idsOf(await source.take(1))).toEqual([2])
})

test('what no later attempt would heal fails the task with the reason', async () => {
  await createTable(db, 'gone', 'id int PRIMARY KEY')
  await using source = await SourceRun.start(tableProps(db, 'gone', incrementing))
  await db.sql.query('DROP TABLE gone')
  await expect(source.rest(100)).rejects.toThrow('relation "public.gone" does not exist')
})

test('every type becomes what the Java connector makes of it, whatever zone the process is in', async () => {
  const columns = {
    c_bool: ['boolean', 'true', true],
    c_int2: ['int2', '-32768', -32768],
    c_int8: ['int8', '9007199254740993', 9_007_199_254_740_993n],
    c_float4: ['float4', '1.5', 1.5],
    c_float8: ['float8', '0.1', 0.1],
    c_money: ['money', '1234.5', 1234.5],
    c_numeric: ['numeric(10,2)', '12.3', new Decimal(1230n, 2)],
    c_char: ['char(5)', `'a'`, 'a    '],
    c_varchar: ['varchar(5)', `'a'`, 'a'],
    c_uuid: [
      'uuid',
      `'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`,
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    ],
    c_json: ['json', `'{"b": 1.10, "a": 2}'`, '{"b": 1.10, "a": 2}'],
    c_bytea: ['bytea', `'\\x00ff80'`, Buffer.from([0, 255, 128])],
    c_date: ['date', `'1977-02-13'`, new Date('1977-02-13T00:00:00Z')],
    c_time: ['time', `'23:03:20.123456'`, new Date(83_000_123)],
    c_timestamp: ['timestamp', `'1977-02-13 23:03:20.5'`, new Date('1977-02-13T23:03:20.500Z')],
    c_timestamptz: [
      'timestamptz',
      `'1977-02-13 23:03:20+05:45'`,
      new Date('1977-02-13T17:18:20.000Z'),
    ],
    c_mood: ['mood', `'glad'`, 'glad'],
    c_domain: ['positive', '7', 7],
  } as const
  await db.sql.query(`DROP TABLE IF EXISTS types`)
  await db.sql.query(`DROP TYPE IF EXISTS mood; DROP DOMAIN IF EXISTS positive`)
  await db.sql.query(`CREATE TYPE mood AS ENUM ('glad', 'sad')`)
  await db.sql.query(`CREATE DOMAIN positive AS int CHECK (value > 0)`)
  const names = Object.keys(columns)
  await createTable(
    db,
    'types',
    [...Object.entries(columns).map(([name, [type]]) => `${name} ${type}`), 'c_inet inet'].join(
      ', ',
    ),
  )
  const literals = Object.values(columns).map(([, literal]) => literal)
  await db.sql.query(`INSERT INTO types (${names.join(', ')}) VALUES (${literals.join(', ')})`)
  await db.sql.query('INSERT INTO types DEFAULT VALUES')
  await using source = await SourceRun.start(tableProps(db, 'types', { mode: 'bulk' }))
  const [first, second] = await source.take(2)
  const { schema, values } = first?.value as Struct
  expect(schema.fields?.map(({ name }) => name)).toEqual(names)
  expect(values).toEqual(Object.values(columns).map(([, , value]) => value))
  expect((second?.value as Struct).values).toEqual(names.map(() => null))
  expect(schema.fields?.every((field) => field.schema.optional)).toBe(true)
})

test('reads on where a name has dots, quotes, patterns, or is a word of SQL', async () => {
  for (const name of ['a.b', 'se"lect', 'x_y', 'Ünï']) {
    const quoted = `"${name.replaceAll('"', '""')}"`
    await db.sql.query(`DROP TABLE IF EXISTS ${quoted}`)
    await db.sql.query(`CREATE TABLE ${quoted} ("order" int PRIMARY KEY)`)
    await db.sql.query(`INSERT INTO ${quoted} VALUES (7)`)
    await using source = await SourceRun.start({
      ...tableProps(db, '', { mode: 'incrementing', 'incrementing.column.name': 'order' }),
      tables: `"public".${quoted}`,
    })
    const [record] = await source.take(1)
    expect([record?.topic, record?.sourcePartition?.table]).toEqual([name, `public.${name}`])
  }
})
