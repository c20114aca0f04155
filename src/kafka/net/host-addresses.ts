import dns from 'node:dns/promises'
import net from 'node:net'
import { abortable } from '../../util/abort.ts'
import { DisconnectError, socketReason } from './errors.ts'
import type { HostPort } from './socket.ts'

/**
 * What `client.dns.lookup` chooses: every address of a name is tried, one after another; with the latter the bootstrap
 * servers besides are replaced by the canonical names of their addresses, as some certificates ask for.
 */
export const dnsLookups = ['use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'] as const
export type DnsLookup = (typeof dnsLookups)[number]

/** Looks names up. */
export interface Resolver {
  /** The addresses of a name, in the order to try them. */
  addresses(host: string): Promise<readonly string[]>
  /** The canonical name of an address. */
  nameOf(ip: string, port: number): Promise<string>
}

export const systemResolver: Resolver = {
  addresses: async (host) => (await dns.lookup(host, { all: true })).map(({ address }) => address),
  nameOf: async (ip, port) => (await dns.lookupService(ip, port)).hostname,
}

/** The addresses behind the names of brokers: looked up for each connection, those that failed last tried last. */
export class HostAddresses {
  readonly #resolver: Resolver
  readonly #failures = new Map<string, number>()

  constructor(resolver: Resolver) {
    this.#resolver = resolver
  }

  /** Rejects with a DisconnectError where there is none. An address is its own. */
  async of({ host, port }: HostPort, signal: AbortSignal): Promise<readonly string[]> {
    if (net.isIP(host) !== 0) return [host]
    const found = await abortable(this.#lookUp(host, port), signal)
    const failures = (ip: string): number => this.#failures.get(keyOf(host, ip)) ?? 0
    return [...found].sort((a, b) => failures(a) - failures(b))
  }

  failed(host: string, ip: string): void {
    this.#failures.set(keyOf(host, ip), (this.#failures.get(keyOf(host, ip)) ?? 0) + 1)
  }

  worked(host: string, ip: string): void {
    this.#failures.delete(keyOf(host, ip))
  }

  /** `servers` by their canonical names. One that cannot be looked up is left as it is: connecting says what is wrong with it. */
  async canonical(servers: readonly HostPort[], signal: AbortSignal): Promise<HostPort[]> {
    const found = servers.map(async (server) => {
      const ips = await this.of(server, signal).catch(() => [server.host])
      signal.throwIfAborted()
      const named = ips.map((ip) => this.#nameOf(ip, server.port, signal))
      return (await Promise.all(named)).map((host) => ({ host, port: server.port }))
    })
    return (await Promise.all(found)).flat()
  }

  async #nameOf(ip: string, port: number, signal: AbortSignal): Promise<string> {
    if (net.isIP(ip) === 0) return ip
    const name = await abortable(this.#resolver.nameOf(ip, port), signal).catch(() => ip)
    signal.throwIfAborted()
    return name
  }

  async #lookUp(host: string, port: number): Promise<readonly string[]> {
    try {
      const found = await this.#resolver.addresses(host)
      if (found.length > 0) return found
    } catch (cause) {
      throw new DisconnectError(`Broker ${host}:${port}: ${socketReason(cause)}.`, { cause })
    }
    throw new DisconnectError(`Broker ${host}:${port}: its name has no address.`)
  }
}

function keyOf(host: string, ip: string): string {
  return `${host} ${ip}`
}
