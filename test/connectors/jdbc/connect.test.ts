import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allSourceKeys } from '../../../connectors/jdbc/config/source-config.ts'
import { databaseOf } from '../../../connectors/jdbc/core/connect.ts'
import type { Database } from '../../../connectors/jdbc/core/connect.ts'
import type { Connection } from '../../../connectors/jdbc/core/dialect.ts'
import { SqlError } from '../../../connectors/jdbc/core/sql-error.ts'
import { TableMonitor } from '../../../connectors/jdbc/source/table-monitor.ts'
import { createLogger } from '../../../src/api/index.ts'
import type { Logger } from '../../../src/api/index.ts'
import { scratchDir } from '../../support/sluice.ts'
import { waitFor } from '../../support/wait-for.ts'

const signal = new AbortController().signal

function recordingLogger(): Logger & { readonly warnings: string[] } {
  const warnings: string[] = []
  return { ...createLogger('test'), warn: (message) => warnings.push(message), warnings }
}

function sqlite(url: string, extras: Readonly<Record<string, string>> = {}): Database {
  return databaseOf({
    ...{ url, user: null, password: null, dialectName: '', attempts: 1, backoffMs: 0 },
    ...{ extras: new Map(Object.entries(extras)), applicationName: 'test' },
  })
}

describe('a database', () => {
  test('names the properties that mean nothing to it once, and no value of them', async () => {
    const log = recordingLogger()
    const database = sqlite('jdbc:sqlite::memory:?synchronous=OFF&odd=Secret-1', {
      even: 'Secret-2',
    })
    for (let times = 0; times < 2; times++) await (await database.connect(signal, log)).close()
    expect(log.warnings).toEqual([
      'Properties of the connection that mean nothing with SQLite here: even, odd.',
    ])
  })

  test('in a file that is opened for reading alone is neither made nor changed', async () => {
    await using dir = await scratchDir()
    const file = dir.file('a.db')
    const readOnly = sqlite(`jdbc:sqlite:file:${file}?mode=ro`)
    await expect(readOnly.connect(signal)).rejects.toThrow('Could not open')
    expect(existsSync(file)).toBe(false)
    const writing = await sqlite(`jdbc:sqlite:${file}`).connect(signal)
    await writing.query('CREATE TABLE t (id int)')
    await writing.close()
    const reading = await readOnly.connect(signal)
    await expect(reading.query('INSERT INTO t VALUES (1)')).rejects.toThrow('readonly')
    expect((await reading.query('SELECT * FROM t')).rows).toEqual([])
    await reading.close()
  })
})

describe('looking for tables', () => {
  const monitor = (
    connect: Database['connect'],
    onFatal: (error: unknown) => void = () => undefined,
  ): TableMonitor =>
    new TableMonitor({
      ...{ database: { ...sqlite('jdbc:sqlite::memory:'), connect }, onFatal },
      ...{ values: allSourceKeys('confluent').parse({}), log: createLogger('test') },
      onChange: () => undefined,
    })

  test('ends when it is stopped, though the database does not answer', async () => {
    const connection = await sqlite('jdbc:sqlite::memory:').connect(signal)
    let isAsked = false
    let lose = (_error: Error): void => undefined
    const silent: Connection = Object.assign(connection, {
      listTables: () => {
        isAsked = true
        return new Promise<never>((_, reject) => {
          lose = reject
        })
      },
      close: () => {
        lose(new Error('closed'))
        return Promise.resolve()
      },
    })
    const looking = monitor(() => Promise.resolve(silent))
    await waitFor('the tables to be asked for', () => isAsked)
    await looking.stop()
    expect(await looking.tables(0, signal)).toBeNull()
  })

  test('ends with what time does not heal, and tells it', async () => {
    const error = new SqlError('no such password', {
      ...{ failure: 'fatal', sqlState: '28P01', vendorCode: null },
    })
    const told: unknown[] = []
    const looking = monitor(
      () => Promise.reject(error),
      (fatal) => told.push(fatal),
    )
    await looking.done
    expect(told).toEqual([error])
  })
})
