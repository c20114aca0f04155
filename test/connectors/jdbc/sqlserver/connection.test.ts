import { afterEach, describe, expect, test, vi } from 'vitest'
import { SqlError } from '../../../../connectors/jdbc/core/sql-error.ts'
import { endpointOf, parseJdbcUrl } from '../../../../connectors/jdbc/core/jdbc-url.ts'
import { sqlServerDialect } from '../../../../connectors/jdbc/drivers/sqlserver.ts'
import { sqlServerOptions } from '../../../../connectors/jdbc/drivers/sqlserver-options.ts'
import { FakeTds, connectionOf, serverError, tdsColumn } from './fake-tds.ts'

function endpoint(url: string, given: Readonly<Record<string, string>> = {}) {
  return endpointOf(parseJdbcUrl(url, ''), sqlServerDialect, new Map(Object.entries(given)))
}

function* numbers(count: number): Generator<readonly [number]> {
  for (let number = 0; number < count; number++) yield [number]
}

const connecting = { applicationName: 'sluice x', signal: AbortSignal.timeout(60_000) }

describe('a connection to SQL Server', () => {
  afterEach(() => {
    vi.doUnmock('tedious')
  })

  test('is refused unless the configuration says that it is an experiment', async () => {
    await expect(
      sqlServerDialect.connect(endpoint('jdbc:sqlserver://h'), connecting),
    ).rejects.toThrow(
      'its support is experimental. Set sqlserver.experimental=true to use it all the same.',
    )
  })

  test('says how to install its driver where that is missing', async () => {
    vi.doMock('tedious', () => {
      throw new Error('Cannot find package')
    })
    const given = { 'sqlserver.experimental': 'true' }
    await expect(
      sqlServerDialect.connect(endpoint('jdbc:sqlserver://h', given), connecting),
    ).rejects.toThrow('npm install tedious@19')
  })

  test('that cannot be opened says where, as whom, and not with which password', async () => {
    const given = { 'sqlserver.experimental': 'true', user: 'sa', password: 'Secret-1' }
    const url = 'jdbc:sqlserver://127.0.0.1:1;databaseName=shop;loginTimeout=20'
    const error: unknown = await sqlServerDialect
      .connect(endpoint(url, given), connecting)
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(SqlError)
    expect(error).toMatchObject({ failure: 'retry' })
    expect(String(error)).toMatch(/Could not connect to 127\.0\.0\.1:1\/shop as sa: /)
    expect(String(error)).not.toContain('Secret-1')
  })

  test('binds parameters by what they are, texts all alike', async () => {
    const tds = new FakeTds()
    const values = [null, 'a', 5, 5n, 1.5, true, Buffer.from([1]), 'x'.repeat(5000)]
    await connectionOf(tds).query('SELECT @p1', values)
    const [asked] = tds.asked
    expect(asked?.parameters.map(({ name, type }) => `${name} ${type}`)).toEqual([
      ...['p1 NVarChar', 'p2 NVarChar', 'p3 BigInt', 'p4 BigInt', 'p5 Float', 'p6 Bit'],
      ...['p7 VarBinary', 'p8 NVarChar'],
    ])
  })

  test('answers with rows, columns and counts', async () => {
    const tds = new FakeTds(() => ({
      columns: [tdsColumn('n', 'Int'), tdsColumn('d', 'DecimalN', { precision: 5, scale: 2 })],
      rows: [[1, 2.5]],
      affected: 1,
    }))
    expect(await connectionOf(tds).query('SELECT')).toMatchObject({
      columns: [
        { name: 'n', type: 'INTEGER' },
        { name: 'd', type: 'DECIMAL' },
      ],
      rows: [[1, '2.50']],
      affected: 1,
    })
  })

  test('begins transactions of every isolation, and rolls back what the server has not ended itself', async () => {
    const tds = new FakeTds()
    const connection = connectionOf(tds)
    await connection.begin(null)
    await connection.begin('SQL_SERVER_SNAPSHOT')
    await connection.begin('READ_COMMITTED')
    await connection.rollback()
    expect(tds.asked.map(({ sql }) => sql)).toEqual([
      'BEGIN TRANSACTION',
      'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION',
      'SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION',
      'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION',
    ])
  })

  test('ended while a statement runs fails that one as lost', async () => {
    const tds = new FakeTds(() => ({ rows: numbers(1_000_000) }))
    const connection = connectionOf(tds)
    const running = connection.query('SELECT').catch((error: unknown) => error)
    await connection.close()
    expect(await running).toMatchObject({ failure: 'retry' })
    expect(tds.isClosed).toBe(true)
  })
})

describe('a cursor of SQL Server', () => {
  const table = { columns: [tdsColumn('n', 'Int')] }

  test('gives every row in pages, in order', async () => {
    const cursor = await connectionOf(
      new FakeTds(() => ({ ...table, rows: numbers(2345) })),
    ).cursor('SELECT', [])
    const read: unknown[] = []
    for (;;) {
      const page = await cursor.read(1000)
      read.push(...page.map(([number]) => number))
      if (page.length < 1000) break
    }
    expect(read).toEqual(Array.from({ length: 2345 }, (_, number) => number))
    expect(await cursor.columns()).toMatchObject([{ name: 'n' }])
  })

  test('holds a few hundred rows of a million while nobody reads', async () => {
    const tds = new FakeTds(() => ({ ...table, rows: numbers(1_000_000) }))
    const cursor = await connectionOf(tds).cursor('SELECT', [])
    expect(await cursor.read(10)).toHaveLength(10)
    for (let turns = 0; turns < 1000; turns++) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    expect(tds.sent).toBeGreaterThan(500)
    expect(tds.sent).toBeLessThan(700)
    await cursor.close()
  })

  test('closed half read is cancelled, and the connection goes on', async () => {
    const tds = new FakeTds(({ sql }) =>
      sql === 'SELECT n' ? { ...table, rows: numbers(1_000_000) } : { ...table, rows: [[7]] },
    )
    const connection = connectionOf(tds)
    const cursor = await connection.cursor('SELECT n', [])
    await cursor.read(5)
    await cursor.close()
    expect((await connection.query('SELECT 7')).rows).toEqual([[7]])
    expect(tds.sent).toBeLessThan(1000)
  })

  test('tells of an error where its rows end', async () => {
    const tds = new FakeTds(() => ({ ...table, rows: numbers(3), error: serverError(1205) }))
    const cursor = await connectionOf(tds).cursor('SELECT', [])
    await expect(cursor.read(10)).rejects.toMatchObject({ failure: 'retry', sqlState: '40001' })
  })
})

describe('a URL of SQL Server', () => {
  test.each([
    ['//h;encrypt=false', { encrypt: false, port: 1433, trustServerCertificate: false }],
    ['//h', { encrypt: true, connectTimeout: 30_000, requestTimeout: 0, useUTC: true }],
    ['//h;encrypt=strict;loginTimeout=5', { encrypt: 'strict', connectTimeout: 5000 }],
    ['//h;trustServerCertificate=true', { trustServerCertificate: true }],
    ['//h;applicationIntent=ReadOnly', { readOnlyIntent: true }],
    ['//h;database=shop', { database: 'shop' }],
    ['//h;databaseName={a;b}}c}', { database: 'a;b}c' }],
    ['//h\\sales', { instanceName: 'sales' }],
    ['//h\\sales:1444', { port: 1444 }],
    ['//h;appName=mine', { appName: 'mine' }],
    ['//h;hostNameInCertificate=db.example', { serverName: 'db.example' }],
  ])('%s has the driver told %o', (rest, expected) => {
    const { options } = sqlServerOptions(endpoint(`jdbc:sqlserver:${rest}`), 'sluice x')
    expect(options).toMatchObject(expected)
  })

  test('names the user, or one of a Windows domain', () => {
    const beside = { user: 'sa', password: 'p' }
    expect(
      sqlServerOptions(endpoint('jdbc:sqlserver://h', beside), '').authentication,
    ).toMatchObject({ type: 'default', options: { userName: 'sa', password: 'p' } })
    const ntlm = 'jdbc:sqlserver://h;authenticationScheme=NTLM;domain=CORP;integratedSecurity=true'
    expect(sqlServerOptions(endpoint(ntlm, beside), '').authentication).toMatchObject({
      type: 'ntlm',
      options: { domain: 'CORP' },
    })
  })

  test.each([
    ['integratedSecurity=true', 'authenticationScheme=NTLM'],
    ['authentication=ActiveDirectoryPassword', 'SqlPassword'],
    ['encrypt=perhaps', 'expected true, false'],
  ])('%s is refused', (property, message) => {
    expect(() => sqlServerOptions(endpoint(`jdbc:sqlserver://h;${property}`), '')).toThrow(message)
  })
})
