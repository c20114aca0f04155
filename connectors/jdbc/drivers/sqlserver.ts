import type * as tedious from 'tedious'
import { ConfigError } from 'sluice/api'
import type { ConnectOptions, Dialect } from '../core/dialect.ts'
import { isOn } from '../core/endpoint.ts'
import type { Endpoint, UrlProperties } from '../core/endpoint.ts'
import { SqlServerConnection } from './sqlserver-connection.ts'
import { sqlServerError } from './sqlserver-error.ts'
import { sqlServerOptions } from './sqlserver-options.ts'
import { parseSqlServerUrl } from './sqlserver-url.ts'

/** The key without which SQL Server is refused: no server of it was at hand to test against. */
const experimental = 'sqlserver.experimental'

type Tedious = typeof tedious

export const sqlServerDialect = {
  kind: 'sqlserver',
  className: 'SqlServerDatabaseDialect',
  product: 'SQL Server',
  identifiers: { open: '[', close: ']', twoParts: 'catalog', defaultSchema: 'dbo' },
  maxNameBytes: null,
  tableTypes: ['SYNONYM', 'SYSTEM TABLE'],
  nowSql: `SELECT CONVERT(varchar(27), SYSUTCDATETIME(), 121)`,
  properties: [
    ...['instancename', 'servername', 'portnumber', 'databasename', 'hostnameincertificate'],
    ...['applicationname', 'applicationintent', 'multisubnetfailover', 'logintimeout'],
    ...['querytimeout', 'encrypt', 'trustservercertificate', 'authentication', 'domain'],
    ...['authenticationscheme', 'integratedsecurity', experimental],
  ],
  parseUrl: parseSqlServerUrl,
  async connect(endpoint: Endpoint, options: ConnectOptions): Promise<SqlServerConnection> {
    checkExperimental(endpoint.properties)
    const configuration = sqlServerOptions(endpoint, options.applicationName)
    const driver = await loadDriver()
    options.signal.throwIfAborted()
    const client = await openClient(driver, configuration, { endpoint, signal: options.signal })
    const bare = { dialect: sqlServerDialect, client, driver }
    const connection = new SqlServerConnection({ ...bare, serverVersion: 'SQL Server' })
    try {
      const { rows } = await connection.query(
        `SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128))`,
      )
      const serverVersion = `SQL Server ${String(rows[0]?.[0] ?? '')}`.trim()
      return new SqlServerConnection({ ...bare, serverVersion })
    } catch (error) {
      await connection.close()
      throw error
    }
  },
} as const satisfies Dialect

function checkExperimental(properties: UrlProperties): void {
  if (isOn(properties.get(experimental))) return
  throw new ConfigError(
    `The database is SQL Server, against which this connector could not be tested: its support is experimental. Set ${experimental}=true to use it all the same.`,
  )
}

async function loadDriver(): Promise<Tedious> {
  try {
    return await import('tedious')
  } catch (cause) {
    throw new ConfigError(
      'The driver of SQL Server is not installed. Install it beside this worker: npm install tedious@19',
      { cause },
    )
  }
}

async function openClient(
  driver: Tedious,
  configuration: tedious.ConnectionConfiguration,
  { endpoint, signal }: { readonly endpoint: Endpoint; readonly signal: AbortSignal },
): Promise<tedious.Connection> {
  const client = new driver.Connection(configuration)
  // What ends a connection later is told to the request that is open, or by the next one.
  client.on('error', () => undefined)
  const abort = (): void => {
    client.close()
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      client.on('connect', (error) => {
        if (error === undefined) resolve()
        else reject(error)
      })
      signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
      client.connect()
    })
    return client
  } catch (error) {
    client.close()
    signal.throwIfAborted()
    const [host] = endpoint.hosts
    const place = `${host?.host ?? ''}:${host?.port ?? ''}/${endpoint.database ?? ''}`
    throw sqlServerError(error, `Could not connect to ${place} as ${endpoint.user ?? 'nobody'}: `)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
