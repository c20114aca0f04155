import { readFile } from 'node:fs/promises'
import net from 'node:net'
import type mysql from 'mysql2'
import type { ConnectionOptions, SslOptions } from 'mysql2'
import { ConfigError } from 'sluice/api'
import type { ConnectOptions, Dialect } from '../core/dialect.ts'
import { isOn } from '../core/endpoint.ts'
import type { Endpoint, Host, UrlProperties } from '../core/endpoint.ts'
import { SqlError } from '../core/sql-error.ts'
import { MySqlConnection } from './mysql-connection.ts'
import type { MySqlLink } from './mysql-connection.ts'
import { mySqlError } from './mysql-error.ts'
import { parseMySqlUrl } from './mysql-url.ts'

/** The key without which MySQL is refused: no server of it was at hand to test against. */
const experimental = 'mysql.experimental'

export const mySqlDialect = {
  kind: 'mysql',
  className: 'MySqlDatabaseDialect',
  product: 'MySQL or MariaDB',
  identifiers: { open: '`', close: '`', twoParts: 'catalog' },
  maxNameBytes: null,
  tableTypes: ['SYSTEM TABLE'],
  nowSql: 'SELECT CAST(UTC_TIMESTAMP(6) AS CHAR)',
  properties: [
    ...['sslMode', 'useSSL', 'useSsl', 'serverSslCert', 'sslCa', 'tinyInt1isBit', 'yearIsDateType'],
    ...['zeroDateTimeBehavior', 'sessionVariables', 'jdbcCompliantTruncation', experimental],
  ],
  parseUrl: parseMySqlUrl,
  async connect(endpoint: Endpoint, options: ConnectOptions): Promise<MySqlConnection> {
    let last: unknown = null
    for (const host of endpoint.hosts) {
      try {
        return await connectTo(host, endpoint, options.signal)
      } catch (error) {
        options.signal.throwIfAborted()
        if (error instanceof ConfigError) throw error
        last = error
      }
    }
    throw last
  },
} as const satisfies Dialect

async function connectTo(
  host: Host,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<MySqlConnection> {
  const ways = await tlsAttempts(endpoint.properties)
  const base = clientOptions(host, endpoint)
  let last: unknown = null
  for (const ssl of ways) {
    try {
      const link = await openLink(ssl === null ? base : { ...base, ssl }, signal)
      return await readied(link, endpoint.properties)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ConfigError) throw error
      const { message, failure, sqlState, vendorCode } = mySqlError(error)
      const place = `${host.host}:${host.port}/${endpoint.database ?? ''}`
      last = new SqlError(
        `Could not connect to ${place} as ${endpoint.user ?? 'nobody'}: ${message}`,
        {
          failure,
          sqlState: null,
          vendorCode: vendorCode ?? sqlState,
        },
      )
      if (sqlState !== null) break
    }
  }
  throw last
}

function clientOptions(host: Host, { user, password, database }: Endpoint): ConnectionOptions {
  return {
    ...host,
    ...(user === null ? {} : { user }),
    ...(password === null ? {} : { password }),
    ...(database === null ? {} : { database }),
    charset: 'utf8mb4',
    // Nothing is to be decoded with a loss: no Dates in the process's zone, no rounded numbers.
    supportBigNumbers: true,
    dateStrings: true,
    decimalNumbers: false,
    jsonStrings: true,
    connectTimeout: 30_000,
    multipleStatements: false,
    // A server must not be able to ask for files of this machine; an update counts the rows it found.
    flags: ['-LOCAL_FILES', 'FOUND_ROWS'],
  }
}

const strictSql = `SET sql_mode = TRIM(LEADING ',' FROM CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'))`

type Driver = typeof mysql

async function openLink(options: ConnectionOptions, signal: AbortSignal): Promise<MySqlLink> {
  const { default: driver } = await import('mysql2')
  signal.throwIfAborted()
  const link = linkOf(driver, options)
  const { client, socket } = link
  let abort = (): void => undefined
  try {
    await new Promise<void>((resolve, reject) => {
      abort = () => reject(new Error('aborted'))
      signal.addEventListener('abort', abort, { once: true })
      client.connect((error) => {
        if (error === null) resolve()
        else reject(error)
      })
    })
    return link
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** On a socket of our own: what the driver calls destroy waits for the server. */
function linkOf(driver: Driver, options: ConnectionOptions): MySqlLink {
  const socket = net.connect({ host: options.host, port: options.port ?? 3306 })
  socket.setNoDelay(true).setKeepAlive(true, 30_000)
  const client = driver.createConnection({ ...options, stream: socket })
  client.on('error', () => undefined)
  return { client, socket, kill: () => kill(driver, options, client.threadId) }
}

/** It may have ended by then, so nobody waits for an answer. */
function kill(driver: Driver, options: ConnectionOptions, id: number): void {
  const { client, socket } = linkOf(driver, { ...options, connectTimeout: 2000 })
  socket.setTimeout(2000, () => socket.destroy())
  socket.unref()
  client.query(`KILL ${id}`, () => socket.destroy())
}

/** Sets what the reading of texts relies on, and looks which of the two servers this is. */
async function readied(link: MySqlLink, properties: UrlProperties): Promise<MySqlConnection> {
  const settings = {
    tinyInt1isBit: properties.get('tinyInt1isBit')?.toLowerCase() !== 'false',
    yearIsDateType: properties.get('yearIsDateType')?.toLowerCase() !== 'false',
  }
  const bare = new MySqlConnection(mySqlDialect, { serverVersion: '', link }, settings)
  try {
    const { rows } = await bare.query('SELECT version()')
    const version = String(rows[0]?.[0] ?? '')
    const isMariaDb = /mariadb/i.test(version)
    if (!isMariaDb && !isOn(properties.get(experimental))) throw refused(version)
    const more = properties.get('sessionVariables')
    const variables = more === undefined || more === '' ? '' : `, ${more.replaceAll(';', ',')}`
    await bare.query(`SET time_zone = '+00:00'${variables}`)
    // Else the server cuts texts and clips numbers without a word (invariant 6).
    const isStrict = properties.get('jdbcCompliantTruncation')?.toLowerCase() !== 'false'
    if (isStrict) await bare.query(strictSql)
    const serverVersion = `${isMariaDb ? 'MariaDB' : 'MySQL'} ${version}`
    return new MySqlConnection(mySqlDialect, { serverVersion, link }, settings)
  } catch (error) {
    link.socket.destroy()
    throw error
  }
}

function refused(version: string): ConfigError {
  return new ConfigError(
    `The server is MySQL ${version}. This connector is tested against MariaDB only; set ${experimental}=true to use it with MySQL all the same.`,
  )
}

/** `sslMode` of the Java driver, PREFERRED unless given; null is without TLS. */
async function tlsAttempts(properties: UrlProperties): Promise<readonly (SslOptions | null)[]> {
  const legacy = properties.get('useSSL') ?? properties.get('useSsl')
  const fallback = legacy?.toLowerCase() === 'false' ? 'DISABLED' : 'PREFERRED'
  const mode = (properties.get('sslMode') ?? fallback).toUpperCase().replaceAll('-', '_')
  const file = properties.get('serverSslCert') ?? properties.get('sslCa')
  const ca = file === undefined ? {} : { ca: await readFile(file, 'utf8') }
  const unverified = { ...ca, rejectUnauthorized: false }
  switch (mode) {
    case 'DISABLED':
    case 'DISABLE':
      return [null]
    case 'PREFERRED':
      return [unverified, null]
    case 'REQUIRED':
    case 'TRUST':
      return [unverified]
    case 'VERIFY_CA':
      return [{ ...ca, rejectUnauthorized: true, verifyIdentity: false }]
    case 'VERIFY_IDENTITY':
    case 'VERIFY_FULL':
      return [{ ...ca, rejectUnauthorized: true, verifyIdentity: true }]
    default:
      throw new ConfigError(
        `Invalid value ${mode} for sslMode: expected DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY.`,
      )
  }
}
