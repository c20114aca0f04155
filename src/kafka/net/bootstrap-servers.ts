import { ConfigError } from '../../errors/connect-error.ts'
import type { HostPort } from './socket.ts'

/** `bootstrap.servers` as a list. Throws a ConfigError that names the key. */
export function parseServers(list: string): HostPort[] {
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
