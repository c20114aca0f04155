import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { validateSource } from '../../../connectors/jdbc/source/validate.ts'
import type { SourceRecord, Struct } from '../../../src/api/index.ts'
import { randomNumbers } from '../../support/random-numbers.ts'
import { seedOfRun } from '../../support/seed-of-run.ts'
import { TcpProxy } from '../../support/tcp-proxy.ts'
import { waitFor } from '../../support/wait-for.ts'
import { SourceRun, databases } from './source-run.ts'
import type { TestDatabase } from './source-run.ts'

const { seed } = seedOfRun()
const signal = new AbortController().signal
const rows = 8000

const ids = (records: readonly SourceRecord[]): number[] =>
  records.map(({ value }) => Number((value as Struct).get('id')))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

describe.each(['PostgreSQL', 'MariaDB'] as const)('a source of %s', (kind) => {
  const isPg = kind === 'PostgreSQL'
  let db: TestDatabase

  beforeAll(async () => {
    db = await databases[kind]()
  }, 240_000)
  afterAll(() => db[Symbol.asyncDispose]())

  const props = (table: string): Record<string, string> => ({
    ...db.props,
    ...{ 'topic.prefix': '', tables: isPg ? `"public"."${table}"` : `\`sluice\`.\`${table}\`` },
    ...{ mode: 'incrementing', 'incrementing.column.name': 'id', 'batch.max.rows': '200' },
  })

  async function create(table: string, columns: string): Promise<void> {
    await db.sql.query(`DROP TABLE IF EXISTS ${table}`)
    await db.sql.query(`CREATE TABLE ${table} (${columns})`)
  }

  const numbers = (count: number): string =>
    isPg ? `generate_series(1, ${count}) AS n(seq)` : `seq_1_to_${count}`

  test(
    `whose link is slow and is cut again and again misses no row, and keeps their order (seed ${seed})`,
    { timeout: 120_000 },
    async () => {
      await create('links', 'id int PRIMARY KEY, t varchar(40)')
      await db.sql.query(`INSERT INTO links SELECT seq, concat('row ', seq) FROM ${numbers(rows)}`)
      const url = db.props['connection.url'] ?? ''
      const port = Number(/:(\d+)\//.exec(url)?.[1])
      await using proxy = await TcpProxy.start(port)
      const random = randomNumbers(seed)
      // More than it takes to connect and to read a page: else nothing would ever be read.
      const fewest = 40_000
      let left = fewest
      proxy.faults = {
        cuts: (bytes) => {
          left -= bytes
          if (left > 0) return false
          left = fewest + Math.floor(random() * 80_000)
          return true
        },
        delayMs: () => 1,
      }
      await using source = await SourceRun.start({
        ...props('links'),
        'connection.url': url.replace(`:${port}/`, `:${proxy.port}/`),
      })
      const found = ids(await source.take(rows))
      // A page is read again as a whole, or not at all.
      expect(found).toEqual(upTo(rows))
      expect(proxy.cuts).toBeGreaterThan(0)
    },
  )

  test('misses no row where the link is lost at the end of a read', async () => {
    await create('ends', 'id int PRIMARY KEY')
    await db.sql.query(`INSERT INTO ends SELECT seq FROM ${numbers(350)}`)
    const url = db.props['connection.url'] ?? ''
    const port = Number(/:(\d+)\//.exec(url)?.[1])
    await using proxy = await TcpProxy.start(port)
    proxy.faults = {
      cuts: (_, chunk) => proxy.cuts === 0 && chunk.includes('COMMIT'),
      delayMs: () => 0,
    }
    await using source = await SourceRun.start({
      ...props('ends'),
      'connection.url': `${url.replace(`:${port}/`, `:${proxy.port}/`)}?${isPg ? 'sslmode=disable' : 'sslMode=DISABLED'}`,
    })
    expect(ids(await source.take(350))).toEqual(upTo(350))
    expect(proxy.cuts).toBe(1)
  })

  test('has no transaction open while it is paused, and goes on where it was', async () => {
    await create('pauses', 'id int PRIMARY KEY')
    await db.sql.query(`INSERT INTO pauses SELECT seq FROM ${numbers(1000)}`)
    await using source = await SourceRun.start(props('pauses'))
    const first = await source.take(200)
    expect(await source.task.poll(AbortSignal.abort())).toBeNull()
    await waitFor('the transaction to end', async () => {
      const { rows: open } = await db.sql.query(
        isPg
          ? `SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`
          : `SELECT count(*) FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> connection_id()`,
      )
      return Number(open[0]?.[0]) === 0
    })
    expect(ids([...first, ...(await source.take(1000 - first.length))])).toEqual(upTo(1000))
  })

  test('is validated no longer than the one who asks for it waits, whatever is locked', async () => {
    await create('locked', 'id int PRIMARY KEY')
    const locks = isPg
      ? ['BEGIN', 'LOCK TABLE locked IN ACCESS EXCLUSIVE MODE']
      : ['LOCK TABLES locked WRITE']
    for (const sql of locks) await db.sql.query(sql)
    try {
      const asking = new AbortController()
      const config = {
        ...{ ...db.props, name: 'v', 'topic.prefix': 'v', mode: 'bulk' },
        query: 'SELECT * FROM locked',
      }
      const validated = validateSource(config, 'confluent', asking.signal)
      const ended = expect(validated).rejects.toThrow()
      await waitFor('the query to wait', async () => {
        const { rows: waiting } = await db.sql.query(
          isPg
            ? `SELECT count(*) FROM pg_locks WHERE NOT granted`
            : `SELECT count(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'`,
        )
        return Number(waiting[0]?.[0]) > 0
      })
      asking.abort()
      await ended
    } finally {
      await db.sql.query(isPg ? 'ROLLBACK' : 'UNLOCK TABLES')
    }
  })

  test('ends at once when it is stopped during a slow query, and the server is rid of that', async () => {
    const name = `slow_${kind.toLowerCase()}`
    const sleep = isPg ? `pg_sleep(600)` : 'sleep(600)'
    const source = await SourceRun.start({
      ...db.props,
      ...{ 'topic.prefix': name, mode: 'bulk' },
      query: `SELECT 1 AS ${name}, CAST(${sleep} AS char) AS s`,
    })
    const running = async (): Promise<boolean> => {
      const { rows: found } = await db.sql.query(
        isPg
          ? `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%FETCH%'`
          : `SELECT count(*) FROM information_schema.processlist WHERE id <> connection_id() AND info LIKE '%${name}%'`,
      )
      return Number(found[0]?.[0]) > 0
    }
    const polled = source.task.poll(signal).catch(() => null)
    await waitFor('the query to run', running)
    const began = performance.now()
    await source[Symbol.asyncDispose]()
    // Ten minutes is what it would take; a busy machine is slow, too.
    expect(performance.now() - began).toBeLessThan(20_000)
    await polled
    await waitFor('the query to be gone', async () => !(await running()))
  })

  test('whose table is altered all the while reads every row, with the columns that it has', async () => {
    await create('moving', 'id int PRIMARY KEY, t varchar(10)')
    await using source = await SourceRun.start(props('moving'))
    const changes = [
      'ADD COLUMN a int',
      isPg ? 'ALTER COLUMN t TYPE text' : 'MODIFY COLUMN t text',
      isPg ? 'ALTER COLUMN a TYPE bigint' : 'MODIFY COLUMN a bigint',
      'ADD COLUMN b varchar(5)',
      'DROP COLUMN a',
    ]
    const each = 300
    const total = each * (changes.length + 1)
    const write = async (): Promise<void> => {
      for (const [at, change] of [null, ...changes].entries()) {
        if (change !== null) await db.sql.query(`ALTER TABLE moving ${change}`)
        await db.sql.query(
          `INSERT INTO moving (id, t) SELECT seq + ${at * each}, 't' FROM ${numbers(each)}`,
        )
      }
    }
    const [found] = await Promise.all([source.take(total), write()])
    expect(ids(found)).toEqual(upTo(total))
    const last = found.at(-1)?.valueSchema?.fields?.map(({ name, schema }) => [name, schema.type])
    expect(last).toEqual([
      ['id', 'INT32'],
      ['t', 'STRING'],
      ['b', 'STRING'],
    ])
  })
})
