import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INT32_SCHEMA, STRING_SCHEMA, Struct } from '../../../src/api/index.ts'
import type { SinkRecord } from '../../../src/api/index.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import { databases } from './sink-databases.ts'
import type { Database } from './sink-databases.ts'
import { SinkHarness, connectTo, rowsOf, structOf, structRecord } from './sink-harness.ts'

const schema = structOf({ id: INT32_SCHEMA, name: STRING_SCHEMA })
const byId = { 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id' }

function person(topic: string, id: number, name: string): SinkRecord {
  return structRecord(topic, id, new Struct(schema).put('id', id).put('name', name))
}

/** What differs between the two in how such errors are brought about. */
const kinds = {
  PostgreSQL: {
    fillUp: [
      'CREATE TABLE packed (id int PRIMARY KEY, name text)',
      'CREATE SEQUENCE tries',
      `CREATE FUNCTION full_at_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF nextval('tries') <= 2 THEN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END IF;
         RETURN NEW; END $$`,
      'CREATE TRIGGER t BEFORE INSERT ON packed FOR EACH STATEMENT EXECUTE FUNCTION full_at_first()',
    ],
    untilFull: [],
    isBlocked: `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND state = 'active'`,
    // Who waits first looks first whether it waits in a circle, and gives way.
    prepare: [`SET deadlock_timeout = '30s'`],
    props: { 'connection.options': '-c deadlock_timeout=3s' },
    newUser: [`CREATE ROLE reader LOGIN PASSWORD 'pw-of-reader'`, 'GRANT SELECT ON kept TO reader'],
    denied: /permission denied for table kept/,
  },
  MariaDB: {
    fillUp: [
      'SET max_heap_table_size = 16384',
      'CREATE TABLE packed (id int PRIMARY KEY, name varchar(200)) ENGINE=MEMORY',
    ],
    untilFull: [`INSERT INTO packed SELECT seq + 1000000, 'x' FROM seq_1_to_10000`],
    isBlocked: `SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`,
    // Who has written less gives way.
    prepare: [
      'CREATE TABLE heavy (id int PRIMARY KEY)',
      'START TRANSACTION',
      'INSERT INTO heavy SELECT seq FROM seq_1_to_1000',
    ],
    props: {},
    newUser: [
      `CREATE USER reader@'%' IDENTIFIED BY 'pw-of-reader'`,
      'GRANT SELECT ON sluice.kept TO reader',
    ],
    denied: /INSERT command denied to user .* for table .*kept/,
  },
} as const

describe.each(['PostgreSQL', 'MariaDB'] as const)('the sink on %s', (kind) => {
  const setup = kinds[kind]
  let server: Database
  let connection: Connection

  beforeAll(async () => {
    server = await databases[kind]()
    connection = await connectTo(server)
  })

  afterAll(async () => {
    await connection.close()
    await server[Symbol.asyncDispose]()
  })

  test('tries again where it is the victim of a deadlock, and loses nothing', async () => {
    await connection.query('CREATE TABLE locked (id int PRIMARY KEY, name varchar(20))')
    await connection.query(`INSERT INTO locked VALUES (1, 'old'), (2, 'old')`)
    const other = await connectTo(server)
    try {
      await using sink = await SinkHarness.start(server, { ...byId, ...setup.props })
      if (kind === 'PostgreSQL') await other.begin(null)
      for (const sql of setup.prepare) await other.query(sql)
      await other.query(`UPDATE locked SET name = 'other' WHERE id = 2`)
      await sink.put([person('locked', 1, 'new'), person('locked', 2, 'new')])
      await expect
        .poll(async () => Number((await rowsOf(connection, setup.isBlocked))[0]?.[0]), {
          timeout: 20_000,
          // MariaDB's view is made anew only where nobody has looked for 100 ms.
          interval: 300,
        })
        .toBe(1)
      await other.query(`UPDATE locked SET name = 'other' WHERE id = 1`)
      await other.commit()
      await sink.drain()
      expect(sink.retries).toBeGreaterThan(0)
    } finally {
      await other.close()
    }
    expect(await rowsOf(connection, 'SELECT name FROM locked ORDER BY id')).toEqual([
      ['new'],
      ['new'],
    ])
  })

  test('waits for room where the disk, or the table, is full', async () => {
    for (const sql of setup.fillUp) await connection.query(sql)
    for (const sql of setup.untilFull) {
      await expect(connection.query(sql)).rejects.toMatchObject({ failure: 'retry' })
    }
    await using sink = await SinkHarness.start(server, { 'max.retries': '1000' })
    await sink.put([person('packed', 1, 'one'), person('packed', 2, 'two')])
    const drained = sink.drain()
    await expect.poll(() => sink.retries, { timeout: 30_000 }).toBeGreaterThan(0)
    await connection.query('DELETE FROM packed WHERE id > 1000000')
    await drained
    expect(await rowsOf(connection, 'SELECT name FROM packed ORDER BY id')).toEqual([
      ['one'],
      ['two'],
    ])
    expect(sink.letters).toEqual([])
  })

  test('fails at once where it may not write, naming the table and no password', async () => {
    await connection.query('CREATE TABLE kept (id int PRIMARY KEY, name varchar(20))')
    for (const sql of setup.newUser) await connection.query(sql)
    const reader = { ...server, user: 'reader', password: 'pw-of-reader' }
    await using sink = await SinkHarness.start(reader)
    await sink.put([person('kept', 1, 'one')])
    const error: unknown = await sink.drain().catch((caught: unknown) => caught)
    expect(String(error)).toMatch(setup.denied)
    expect(String(error)).not.toContain('pw-of-reader')
    expect([sink.retries, sink.letters]).toEqual([0, []])
  })
})
