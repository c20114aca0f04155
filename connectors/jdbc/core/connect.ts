import { setTimeout as delay } from 'node:timers/promises'
import { ConfigError } from 'sluice/api'
import type { Logger } from 'sluice/api'
import { postgresDialect } from '../drivers/pg.ts'
import { mySqlDialect } from '../drivers/mysql.ts'
import { sqliteDialect } from '../drivers/sqlite.ts'
import { sqlServerDialect } from '../drivers/sqlserver.ts'
import type { Connection, Dialect, DialectKind } from './dialect.ts'
import type { Endpoint } from './endpoint.ts'
import { endpointOf, parseJdbcUrl } from './jdbc-url.ts'
import { mayBeRetried } from './sql-error.ts'

const dialects: Readonly<Record<DialectKind, Dialect>> = {
  postgresql: postgresDialect,
  mysql: mySqlDialect,
  sqlite: sqliteDialect,
  sqlserver: sqlServerDialect,
}

export interface DatabaseSettings {
  readonly url: string
  readonly user: string | null
  readonly password: string | null
  /** `dialect.name`, or "" to have it chosen by the URL. */
  readonly dialectName: string
  /** `connection.<x>` keys that are none of the connector's own, and `<dialect>.experimental`, by their name for the driver. */
  readonly extras: ReadonlyMap<string, string>
  readonly attempts: number
  readonly backoffMs: number
  /** What the database's administrator sees. */
  readonly applicationName: string
}

/** Where connections of one configuration come from. */
export interface Database {
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  /** Opens a connection, in as many attempts as the configuration allows. */
  connect(signal: AbortSignal, log?: Logger): Promise<Connection>
}

/** Reads the URL and what stands beside it; a ConfigError where they cannot be used. */
export function databaseOf(settings: DatabaseSettings): Database {
  const { user, password, extras } = settings
  const url = parseJdbcUrl(settings.url, settings.dialectName)
  rejectBlocked(url.rest, extras)
  const dialect = dialects[url.kind]
  const given = new Map(extras)
  if (user !== null) given.set('user', user)
  if (password !== null) given.set('password', password)
  const endpoint = endpointOf(url, dialect, given)
  let unread = unreadProperties(dialect, endpoint)
  return {
    dialect,
    endpoint,
    connect: (signal, log) => {
      if (log !== undefined && unread.length > 0) {
        log.warn(
          `Properties of the connection that mean nothing with ${dialect.product} here: ${unread.join(', ')}.`,
        )
        unread = []
      }
      return connectPatiently(settings, { dialect, endpoint, signal, log })
    },
  }
}

/** Names alone: a value may be a secret. */
function unreadProperties(dialect: Dialect, { properties }: Endpoint): readonly string[] {
  const read: ReadonlySet<string> = new Set(['user', 'password', ...dialect.properties])
  return [...properties.keys()].filter((name) => !read.has(name))
}

interface Attempt {
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  readonly signal: AbortSignal
  readonly log: Logger | undefined
}

/** What a later attempt might not heal, like a wrong password, is not tried again. */
async function connectPatiently(
  { attempts, backoffMs, applicationName }: DatabaseSettings,
  { dialect, endpoint, signal, log }: Attempt,
): Promise<Connection> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dialect.connect(endpoint, { applicationName, signal })
    } catch (error) {
      signal.throwIfAborted()
      if (attempt >= attempts || !mayBeRetried(error)) throw error
      log?.warn(
        `Attempt ${attempt} of ${attempts} to connect failed; the next follows in ${backoffMs} ms: ${(error as Error).message}`,
      )
      await delay(backoffMs, undefined, { signal })
    }
  }
}

/** Properties that the operator of the worker has forbidden, as the Java connector lets him. */
function rejectBlocked(rest: string, extras: ReadonlyMap<string, string>): void {
  const blocked = (process.env.JDBC_CONNECTION_URL_BLOCKED_PARAMS ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  if (blocked.length === 0) return
  const names = [...rest.matchAll(/[?&;(,]([^=?&;(),]+)(?==|[&;,)]|$)/g)].map(([, name = '']) =>
    decodeName(name),
  )
  const found = [...names, ...extras.keys()].find((name) => blocked.includes(name.toLowerCase()))
  if (found !== undefined) {
    throw new ConfigError(
      `The property "${found}" of the connection is not allowed on this worker (JDBC_CONNECTION_URL_BLOCKED_PARAMS).`,
    )
  }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name.trim())
  } catch {
    return name.trim()
  }
}
