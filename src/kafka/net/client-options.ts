import { ConfigError } from '../../errors/connect-error.ts'
import { intOf } from '../config-values.ts'
import type { ClientConfig, ClientMeter } from '../types.ts'
import type { Backoff } from './backoff.ts'
import type { HostPort } from './socket.ts'
import { clientSecurity } from '../security/client-security.ts'
import type { ClientSecurity } from '../security/client-security.ts'

/** What a Kafka client is made of, parsed from the keys that Kafka's clients share. */
export interface ClientOptions extends ClientSecurity {
  readonly bootstrapServers: readonly HostPort[]
  readonly clientId: string
  readonly requestTimeoutMs: number
  readonly metadataMaxAgeMs: number
  readonly retryBackoff: Backoff
  readonly reconnectBackoff: Backoff
  readonly setupTimeoutMs: number
  readonly maxFrameBytes: number
  readonly meter?: ClientMeter
}

const MAX_FRAME_BYTES = 100 * 1024 * 1024

/** Throws a ConfigError that names the key. Keys that are not of the client as such are left alone. */
export function clientOptions(config: ClientConfig, meter?: ClientMeter): ClientOptions {
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
    ...clientSecurity(config),
    ...(meter && { meter }),
  }
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
