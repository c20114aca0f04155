import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseOf } from '../../../connectors/jdbc/core/connect.ts'
import type { Database } from '../../../connectors/jdbc/core/connect.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import { SqlError } from '../../../connectors/jdbc/core/sql-error.ts'
import { PgConnection } from '../../../connectors/jdbc/drivers/pg-connection.ts'
import { flyPg } from '../../../connectors/jdbc/drivers/pg-flight.ts'
import { startMariaDb } from '../../services/databases/mariadb.ts'
import { startPostgres } from '../../services/databases/postgres.ts'
import { scratchDir } from '../../support/sluice.ts'
import { waitFor } from '../../support/wait-for.ts'

const signal = new AbortController().signal

interface Server extends AsyncDisposable {
  readonly url: string
  readonly user: string
  readonly password: string
}

function database({ url, user, password }: Omit<Server, symbol>): Database {
  return databaseOf({
    ...{ url, user, password, dialectName: '', attempts: 1, backoffMs: 0, extras: new Map() },
    applicationName: 'sluice test',
  })
}

async function sqliteFile(): Promise<Server> {
  const dir = await scratchDir()
  return {
    ...{ url: `jdbc:sqlite:${dir.file('a.db')}`, user: '', password: '' },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  }
}

const servers = [
  {
    name: 'PostgreSQL',
    start: async (): Promise<Server> => {
      const running = await startPostgres()
      return { ...running, url: running.jdbcUrl }
    },
    create: `CREATE TABLE "Odd ""name" (id serial PRIMARY KEY, n numeric(7,2) NOT NULL, t text, at timestamp DEFAULT now(), twice int GENERATED ALWAYS AS (1) STORED)`,
    quoted: '"Odd ""name"',
    name2: 'Odd "name',
    schema: 'public',
    missing: '42P01',
  },
  {
    name: 'MariaDB',
    start: async (): Promise<Server> => {
      const running = await startMariaDb()
      return { ...running, url: running.jdbcUrl }
    },
    create:
      'CREATE TABLE `Odd "name` (id int auto_increment PRIMARY KEY, n decimal(7,2) NOT NULL, t text, at datetime DEFAULT now(), twice int GENERATED ALWAYS AS (1) STORED)',
    quoted: '`Odd "name`',
    name2: 'Odd "name',
    schema: null,
    missing: '1146',
  },
  {
    name: 'SQLite',
    start: sqliteFile,
    create:
      'CREATE TABLE `Odd "name` (id INTEGER PRIMARY KEY AUTOINCREMENT, n DECIMAL(7,2) NOT NULL, t TEXT, at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, twice INT GENERATED ALWAYS AS (1) STORED)',
    quoted: '`Odd "name`',
    name2: 'Odd "name',
    schema: null,
    missing: 'SQLITE_ERROR',
  },
] as const

describe.each(servers)('a connection to $name', ({ start, create, quoted, name2, missing }) => {
  let server: Server
  let connection: Connection

  beforeAll(async () => {
    server = await start()
    connection = await database(server).connect(signal)
    await connection.query(create)
    const rows = Array.from({ length: 2500 }, (_, n) => `(${n}.25, 'row ${n}')`).join(', ')
    await connection.query(`INSERT INTO ${quoted} (n, t) VALUES ${rows}`)
  }, 240_000)
  afterAll(async () => {
    await connection.close()
    await server[Symbol.asyncDispose]()
  })

  test('reads a table of any size in pages, in order', async () => {
    await connection.begin(null)
    const cursor = await connection.cursor(`SELECT id, n, t FROM ${quoted} ORDER BY id`, [])
    const sizes: number[] = []
    const texts: unknown[] = []
    for (;;) {
      const rows = await cursor.read(1000)
      if (rows.length === 0) break
      sizes.push(rows.length)
      texts.push(...rows.map((row) => row[2]))
    }
    const columns = await cursor.columns()
    await cursor.close()
    await connection.commit()
    expect(sizes).toEqual([1000, 1000, 500])
    expect(texts).toEqual(Array.from({ length: 2500 }, (_, n) => `row ${n}`))
    expect(columns.map(({ name, nullable }) => [name, nullable])).toEqual([
      ['id', false],
      ['n', false],
      ['t', true],
    ])
    expect(columns[1]).toMatchObject({ precision: 7, scale: 2 })
  })

  test('closes a cursor before its end, and goes on', async () => {
    const other = await database(server).connect(signal)
    await other.begin(null)
    const cursor = await other.cursor(`SELECT id FROM ${quoted}`, [])
    expect(await cursor.read(10)).toHaveLength(10)
    await cursor.close()
    await other.close()
    expect(await connection.isAlive()).toBe(true)
  })

  test('finds the table and says what its columns are', async () => {
    const tables = await connection.listTables({
      ...{ catalogPattern: null, schemaPattern: null, types: ['TABLE'] },
    })
    const found = tables.filter(({ table }) => table === name2)
    expect(found).toHaveLength(1)
    const described = await connection.describeTable({ catalog: null, schema: null, table: name2 })
    expect(described?.type).toBe('TABLE')
    expect(
      described?.columns.map(
        ({ name, nullable, autoIncrement, keyOrder, generated, hasDefault }) => [
          name,
          nullable,
          autoIncrement,
          keyOrder,
          generated === true,
          hasDefault,
        ],
      ),
    ).toEqual([
      ['id', false, true, 1, false, true],
      ['n', false, false, null, false, false],
      ['t', true, false, null, false, false],
      ['at', true, false, null, false, true],
      ['twice', true, false, null, true, false],
    ])
    expect(
      await connection.describeTable({ catalog: null, schema: null, table: 'Odd %name' }),
    ).toBeNull()
  })

  test('says of an error what may be done about it', async () => {
    const failure = async (sql: string): Promise<unknown> => {
      const error: unknown = await connection.query(sql).catch((cause: unknown) => cause)
      return error instanceof SqlError ? [error.failure, error.sqlState, error.vendorCode] : error
    }
    expect(await failure('SELECT * FROM nowhere')).toEqual(
      expect.arrayContaining(['schema', missing]),
    )
    expect(await failure(`INSERT INTO ${quoted} (n) VALUES (NULL)`)).toContain('data')
    expect(await failure(`INSERT INTO ${quoted} (id, n) VALUES (1, 1)`)).toContain('data')
    expect(await failure('SELEKT')).toContain('fatal')
    expect(await connection.isAlive()).toBe(true)
  })

  test('tells the time in UTC', async () => {
    const { rows } = await connection.query(connection.dialect.nowSql)
    const now = Date.parse(`${String(rows[0]?.[0]).replace(' ', 'T')}Z`)
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000)
  })
})

describe('a session', () => {
  const texts = async (connection: Connection, sql: string): Promise<unknown> =>
    (await connection.query(sql)).rows[0]?.[0]

  test('of PostgreSQL has its own form of money and limit of time, and no more of it when it is closed', async () => {
    await using server = await startPostgres()
    const { user, password, jdbcUrl } = server
    const url = `${jdbcUrl}?options=-c%20lc_monetary=POSIX&queryTimeout=77`
    const connection = await database({ url, user, password }).connect(signal)
    expect(await texts(connection, 'SHOW lc_monetary')).toBe('C')
    expect(await texts(connection, 'SHOW statement_timeout')).toBe('77s')
    const other = await database({ url: jdbcUrl, user, password }).connect(signal)
    await other.query('CREATE TABLE held (id int)')
    await other.query('BEGIN')
    await other.query('LOCK TABLE held')
    const waiting = async (): Promise<boolean> =>
      (await texts(
        other,
        `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
      )) !== '0'
    if (!(connection instanceof PgConnection)) throw new Error('The driver is another one.')
    const flight = flyPg(connection, [{ sql: 'INSERT INTO held VALUES (1)' }])
    const failed = expect(flight).rejects.toThrow()
    await waitFor('the insert to wait', waiting)
    await connection.close()
    await failed
    await waitFor('the insert to be gone', async () => !(await waiting()))
    await other.close()
  })

  test('of MariaDB cuts no text, however lenient the server is', async () => {
    await using server = await startMariaDb()
    const { user, password, jdbcUrl } = server
    const admin = await database({ url: jdbcUrl, user, password }).connect(signal)
    await admin.query(`SET GLOBAL sql_mode = ''`)
    await admin.query('CREATE TABLE short (t varchar(3))')
    await admin.close()
    const inserted = async (more: string): Promise<unknown> => {
      const connection = await database({ url: jdbcUrl + more, user, password }).connect(signal)
      try {
        await connection.query(`INSERT INTO short VALUES ('too long')`)
        return await texts(connection, 'SELECT t FROM short')
      } catch (error) {
        return error instanceof SqlError ? error.failure : error
      } finally {
        await connection.close()
      }
    }
    expect(await inserted('')).toBe('data')
    expect(await inserted('?jdbcCompliantTruncation=false')).toBe('too')
  })
})

describe('a server that cannot be reached', () => {
  test.each(['jdbc:postgresql://127.0.0.1:1/db', 'jdbc:mariadb://127.0.0.1:1/db'])(
    '%s: the error names the place, the user and no password',
    async (url) => {
      const nobody = database({ url, user: 'me', password: 'hunter22' })
      const error = await nobody.connect(signal).catch((cause: unknown) => cause)
      expect(error).toBeInstanceOf(SqlError)
      expect(String(error)).toMatch(/Could not connect to 127\.0\.0\.1:1\/db as me: .*REFUSED/)
      expect(String(error)).not.toContain('hunter22')
      expect((error as SqlError).failure).toBe('retry')
    },
  )
})
