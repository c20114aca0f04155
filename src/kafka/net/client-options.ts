import { ConfigError } from '../../errors/connect-error.ts'
import type { ClientConfig, ClientMeter } from '../types.ts'
import type { Backoff } from './backoff.ts'
import type { Connection } from './connection.ts'
import { plainSocket } from './socket.ts'
import type { HostPort, SocketFactory } from './socket.ts'

/** What a Kafka client is made of, parsed from the keys that Kafka's clients share. */
export interface ClientOptions {
  readonly bootstrapServers: readonly HostPort[]
  readonly clientId: string
  readonly requestTimeoutMs: number
  readonly metadataMaxAgeMs: number
  readonly retryBackoff: Backoff
  readonly reconnectBackoff: Backoff
  readonly setupTimeoutMs: number
  readonly maxFrameBytes: number
  /** Where TLS comes in. */
  readonly socketFactory: SocketFactory
  /** Where SASL comes in: called on every new connection before its first request of ours. */
  readonly authenticate?: (connection: Connection, signal: AbortSignal) => Promise<void>
  readonly meter?: ClientMeter
}

const MAX_FRAME_BYTES = 100 * 1024 * 1024

/** Throws a ConfigError that names the key. Keys that are not of the client as such are left alone. */
export function clientOptions(config: ClientConfig, meter?: ClientMeter): ClientOptions {
  const protocol = config['security.protocol'] ?? 'PLAINTEXT'
  if (protocol !== 'PLAINTEXT') {
    throw new ConfigError(
      `Invalid value ${protocol} for "security.protocol": expected PLAINTEXT, which is all that is spoken so far.`,
    )
  }
  return {
    bootstrapServers: parseServers(config['bootstrap.servers'] ?? ''),
    clientId: config['client.id'] ?? 'sluice',
    requestTimeoutMs: intOf(config, 'request.timeout.ms', 30_000),
    metadataMaxAgeMs: intOf(config, 'metadata.max.age.ms', 300_000),
    retryBackoff: {
      firstMs: intOf(config, 'retry.backoff.ms', 100),
      maxMs: intOf(config, 'retry.backoff.max.ms', 1000),
    },
    reconnectBackoff: {
      firstMs: intOf(config, 'reconnect.backoff.ms', 50),
      maxMs: intOf(config, 'reconnect.backoff.max.ms', 1000),
    },
    setupTimeoutMs: intOf(config, 'socket.connection.setup.timeout.ms', 10_000),
    maxFrameBytes: MAX_FRAME_BYTES,
    socketFactory: plainSocket,
    ...(meter && { meter }),
  }
}

/** The value of an integer key that may not be below `min`. Throws a ConfigError. */
export function intOf(config: ClientConfig, key: string, fallback: number, min = 0): number {
  const text = config[key]?.trim()
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= min) return value
  throw new ConfigError(
    `Invalid value ${text} for "${key}": expected an integer of at least ${min}.`,
  )
}

function parseServers(list: string): HostPort[] {
  const servers = list
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '')
    .map(parseServer)
  if (servers.length > 0) return servers
  throw new ConfigError('Missing "bootstrap.servers": expected host:port of one or more brokers.')
}

/** `host:port`, `[::1]:port`, and either behind a `PROTOCOL://` as Kafka allows. */
function parseServer(server: string): HostPort {
  const match = /^(?:[A-Za-z_]+:\/\/)?(?:\[([0-9A-Fa-f:.%]+)\]|([^:/\s[\]]+)):(\d{1,5})$/.exec(
    server,
  )
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host !== undefined && port > 0 && port < 65_536) return { host, port }
  throw new ConfigError(
    `Invalid value ${server} for "bootstrap.servers": expected host:port, several separated by commas.`,
  )
}
