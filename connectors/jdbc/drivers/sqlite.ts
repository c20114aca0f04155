import { access } from 'node:fs/promises'
import { ConfigError } from 'sluice/api'
import type { ConnectOptions, Dialect } from '../core/dialect.ts'
import { decodeUrlPart, parseQuery } from '../core/endpoint.ts'
import type { Endpoint, UrlProperties } from '../core/endpoint.ts'
import { SqliteConnection, sqliteError } from './sqlite-connection.ts'
import type { SqliteDatabase } from './sqlite-connection.ts'

/** Settings of a database that the Java driver takes as properties of the URL too. */
const pragmas: readonly string[] = [
  ...['busy_timeout', 'journal_mode', 'synchronous', 'foreign_keys', 'cache_size'],
  ...['temp_store', 'locking_mode', 'recursive_triggers'],
]

export const sqliteDialect = {
  kind: 'sqlite',
  className: 'SqliteDatabaseDialect',
  product: 'SQLite',
  identifiers: { open: '`', close: '`', twoParts: 'schema' },
  maxNameBytes: null,
  tableTypes: [],
  nowSql: `SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')`,
  properties: [...pragmas, 'mode'],
  parseUrl: parseSqliteUrl,
  async connect(
    { database, properties }: Endpoint,
    { signal }: ConnectOptions,
  ): Promise<SqliteConnection> {
    const { default: Database } = await import('libsql')
    signal.throwIfAborted()
    try {
      const file = database ?? ':memory:'
      const isReadOnly = properties.get('mode') === 'ro'
      // The driver opens every file for writing, and makes those that are not there.
      if (isReadOnly && database !== null) await access(database)
      const timeout = Number(properties.get('busy_timeout') ?? 3000)
      const open = Database as unknown as new (path: string, options: object) => SqliteDatabase
      const db = new open(file, { timeout })
      for (const [name, value] of properties) pragma(db, name, value)
      if (isReadOnly) db.exec('PRAGMA query_only = ON')
      const version = db.prepare('SELECT sqlite_version()').raw(true).get([]) as readonly string[]
      return new SqliteConnection(sqliteDialect, `SQLite ${version[0] ?? ''}`, db)
    } catch (error) {
      throw sqliteError(error, `Could not open ${database ?? 'a database in memory'}: `)
    }
  },
} as const satisfies Dialect

function pragma(db: SqliteDatabase, name: string, value: string): void {
  if (!pragmas.includes(name)) return
  if (!/^[\w.-]+$/.test(value)) {
    throw new ConfigError(`Invalid value ${value} for the pragma ${name}: expected a word.`)
  }
  db.exec(`PRAGMA ${name} = ${value}`)
}

/** A file, `:memory:` or nothing for a database in memory, or `file:…`; with `?mode=ro` nothing is written or made. */
function parseSqliteUrl(rest: string, given: UrlProperties): Endpoint {
  const isUri = rest.startsWith('file:')
  const question = rest.indexOf('?')
  const query = question < 0 ? '' : rest.slice(question + 1)
  const path = question < 0 ? rest : rest.slice(0, question)
  const file = isUri ? decodeUrlPart(path.slice('file:'.length)) : path
  if (file.startsWith(':resource:')) {
    throw new ConfigError('jdbc:sqlite::resource: names a file of a JVM; name the file itself.')
  }
  return {
    hosts: [],
    database: file === '' || file === ':memory:' ? null : file.replace(/^\/\/(?=\/)/, ''),
    user: null,
    password: null,
    properties: new Map([...given, ...parseQuery(query)]),
  }
}
