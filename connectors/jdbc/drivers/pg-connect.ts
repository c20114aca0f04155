import { Socket, connect as connectSocket } from 'node:net'
import { ConfigError } from 'sluice/api'
import type pg from 'pg'
import type { ConnectOptions } from '../core/dialect.ts'
import { isOn, secondsToMs } from '../core/endpoint.ts'
import type { Endpoint, Host, UrlProperties } from '../core/endpoint.ts'
import { SqlError } from '../core/sql-error.ts'
import { pgError } from './pg-error.ts'
import { tlsAttempts } from './pg-tls.ts'
import type { TlsAttempt } from './pg-tls.ts'

/** A connected client, its socket, and what it takes to cancel what runs on it. */
export interface PgLink {
  readonly client: pg.Client
  readonly socket: Socket
  readonly host: Host
  /** E.g. `18.4`. */
  readonly version: string
}

/** So that no setting of the server, database or role reaches the texts we read. */
const sessionSettings = [
  ...["TimeZone = 'UTC'", "DateStyle = 'ISO, MDY'", "IntervalStyle = 'postgres'"],
  ...["bytea_output = 'hex'", 'extra_float_digits = 1', "client_encoding = 'UTF8'"],
  ...['standard_conforming_strings = on', "lc_monetary = 'C'"],
]

/** Connects to the first host that can be reached and is of the kind `targetServerType` asks for. */
export async function connectPg(endpoint: Endpoint, options: ConnectOptions): Promise<PgLink> {
  const hosts = isOn(endpoint.properties.get('loadBalanceHosts'))
    ? [...endpoint.hosts].sort(() => Math.random() - 0.5)
    : endpoint.hosts
  const ways = await tlsAttempts(endpoint.properties)
  let last: unknown = null
  for (const host of hosts) {
    for (const way of ways) {
      try {
        return await connectTo(host, way, endpoint, options)
      } catch (error) {
        options.signal.throwIfAborted()
        last = error
        // Another way of encrypting helps only where this one was refused, not where nobody answers.
        if (error instanceof SqlError && error.vendorCode !== null) break
      }
    }
  }
  throw last
}

async function connectTo(
  host: Host,
  ssl: TlsAttempt,
  endpoint: Endpoint,
  { applicationName, signal }: ConnectOptions,
): Promise<PgLink> {
  const { default: driver } = await import('pg')
  signal.throwIfAborted()
  const { properties } = endpoint
  const socket = new Socket()
  const client = new driver.Client({
    ...host,
    ssl,
    stream: () => socket,
    ...(endpoint.user === null ? {} : { user: endpoint.user }),
    ...(endpoint.password === null ? {} : { password: endpoint.password }),
    ...(endpoint.database === null ? {} : { database: endpoint.database }),
    application_name: properties.get('ApplicationName') ?? applicationName,
    connectionTimeoutMillis: secondsToMs(
      properties.get('connectTimeout') ?? properties.get('loginTimeout'),
      10,
    ),
    // Whatever tcpKeepAlive says: a link that is gone without a word would be waited for without an end.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    ...(properties.has('options') ? { options: properties.get('options') } : {}),
  })
  // Without a listener an error between two queries would end the process; who runs the next query is told.
  client.on('error', () => undefined)
  const abort = (): void => {
    socket.destroy()
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    await client.connect()
    await client.query(settingsSql(properties))
    await requireServerType(client, properties.get('targetServerType') ?? 'any')
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return { client, socket, host, version: rows[0]?.server_version ?? '' }
  } catch (error) {
    socket.destroy()
    throw error instanceof ConfigError ? error : connectError(error, host, endpoint)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function settingsSql(properties: UrlProperties): string {
  const searchPath = properties.get('currentSchema')
  const limitMs = secondsToMs(properties.get('queryTimeout'), 0)
  const limit = limitMs === 0 ? [] : [`statement_timeout = ${Math.ceil(limitMs)}`]
  const path =
    searchPath === undefined
      ? []
      : [`search_path = ${searchPath.split(',').map(quoteSchema).join(', ')}`]
  return [...sessionSettings, ...limit, ...path].map((setting) => `SET ${setting}`).join('; ')
}

function quoteSchema(name: string): string {
  const bare = name.trim()
  return /^".*"$/.test(bare) ? bare : `"${bare.replaceAll('"', '""')}"`
}

/** `any`, `primary` (`master`), `secondary` (`slave`); a preference is taken as any, hosts being tried in order. */
async function requireServerType(client: pg.Client, wanted: string): Promise<void> {
  const kind = wanted.toLowerCase()
  if (!['primary', 'master', 'secondary', 'slave'].includes(kind)) return
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
  const isStandby = rows[0]?.standby === true
  if (isStandby === ['secondary', 'slave'].includes(kind)) return
  const failure = { failure: 'retry', sqlState: null, vendorCode: null } as const
  throw new SqlError(
    `The server is a ${isStandby ? 'standby' : 'primary'}, and targetServerType asks for a ${kind}.`,
    failure,
  )
}

function connectError(error: unknown, host: Host, { database, user }: Endpoint): SqlError {
  const { message, failure, sqlState, vendorCode } = pgError(error)
  const place = `${host.host}:${host.port}/${database ?? ''}`
  return new SqlError(`Could not connect to ${place} as ${user ?? 'nobody'}: ${message}`, {
    failure,
    sqlState: null,
    vendorCode: vendorCode ?? sqlState,
  })
}

/** Asks the server to end what runs there. It may have ended by then, so nobody waits for an answer. */
export function cancelPg({ client, host }: PgLink): void {
  const { processID, secretKey } = client as unknown as {
    readonly processID: number | null
    readonly secretKey: number | null
  }
  if (processID === null || typeof secretKey !== 'number') return
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(80877102, 4)
  message.writeInt32BE(processID, 8)
  message.writeInt32BE(secretKey, 12)
  const socket = connectSocket(host)
  socket.setTimeout(2000, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('connect', () => socket.end(message))
  socket.unref()
}
