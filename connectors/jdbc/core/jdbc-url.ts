import { ConfigError } from 'sluice/api'
import type { Dialect, DialectKind } from './dialect.ts'
import type { Endpoint, UrlProperties } from './endpoint.ts'
import { maskUrl } from './mask-url.ts'

/** Subprotocols, and the dialect that speaks each. */
const subprotocols: Readonly<Record<string, DialectKind>> = {
  postgresql: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
  sqlserver: 'sqlserver',
  'microsoft:sqlserver': 'sqlserver',
}

/** Dialects of the Java connectors by `dialect.name`; null where no driver exists outside of a JVM. */
const dialectNames: Readonly<Record<string, DialectKind | null>> = {
  GenericDatabaseDialect: null,
  PostgreSqlDatabaseDialect: 'postgresql',
  MySqlDatabaseDialect: 'mysql',
  SqliteDatabaseDialect: 'sqlite',
  SqlServerDatabaseDialect: 'sqlserver',
  OracleDatabaseDialect: null,
  Db2DatabaseDialect: null,
  DerbyDatabaseDialect: null,
  SapHanaDatabaseDialect: null,
  SybaseDatabaseDialect: null,
  VerticaDatabaseDialect: null,
}

const supported = 'PostgreSQL, MariaDB, SQLite; as experiments MySQL and SQL Server'

export interface JdbcUrl {
  readonly kind: DialectKind
  readonly subprotocol: string
  /** What stands after `jdbc:<subprotocol>:`. */
  readonly rest: string
}

/** What a URL and `dialect.name` (or "") ask for; a ConfigError where that is nothing we have. */
export function parseJdbcUrl(url: string, dialectName: string): JdbcUrl {
  const match = /^jdbc:((?:microsoft:|jtds:)?[^:]+):(.*)$/s.exec(url)
  if (match === null) {
    throw new ConfigError(
      `Not a valid JDBC URL: ${maskUrl(url)}. Expected jdbc:<database>:<address>, e.g. jdbc:postgresql://localhost:5432/db.`,
    )
  }
  const [, subprotocol = '', rest = ''] = match
  const known = subprotocols[subprotocol]
  if (known === undefined) throw unsupported(subprotocol)
  return { kind: dialectName === '' ? known : dialectByName(dialectName), subprotocol, rest }
}

function unsupported(subprotocol: string): ConfigError {
  return new ConfigError(
    `jdbc:${subprotocol}: has no driver outside of a JVM. Supported are ${supported}.`,
  )
}

/** By its exact name, else by its name in any case. */
function dialectByName(name: string): DialectKind {
  const exact = Object.hasOwn(dialectNames, name) ? name : null
  const found =
    exact ?? Object.keys(dialectNames).find((key) => key.toLowerCase() === name.toLowerCase())
  if (found === undefined) {
    throw new ConfigError(
      `Invalid value ${name} for dialect.name: expected one of ${Object.keys(dialectNames).join(', ')}, or nothing to have it chosen by the URL.`,
    )
  }
  const kind = dialectNames[found] ?? null
  if (kind === null) {
    throw new ConfigError(`${found} has no driver outside of a JVM. Supported are ${supported}.`)
  }
  return kind
}

/** Reads the address with the dialect it asks for. `given` are the keys beside the URL, without `connection.`. */
export function endpointOf(url: JdbcUrl, dialect: Dialect, given: UrlProperties): Endpoint {
  return dialect.parseUrl(url.rest, given)
}
