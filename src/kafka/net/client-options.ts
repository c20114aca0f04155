import { intOf, oneOf } from '../config-values.ts'
import type { ClientConfig, ClientMeter } from '../types.ts'
import type { Backoff } from './backoff.ts'
import { parseServers } from './bootstrap-servers.ts'
import { dnsLookups, systemResolver } from './host-addresses.ts'
import type { DnsLookup, Resolver } from './host-addresses.ts'
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
  /** How long connecting may take; longer after failures. */
  readonly setupTimeout: Backoff
  /** How long a connection is kept that nobody uses; negative for ever. */
  readonly maxIdleMs: number
  readonly dnsLookup: DnsLookup
  readonly resolver: Resolver
  readonly recovery: RecoveryOptions
  readonly maxFrameBytes: number
  readonly meter?: ClientMeter
}

/** What a client does that reaches none of the brokers it knows (KIP-899, KIP-1102). */
export interface RecoveryOptions {
  readonly strategy: 'rebootstrap' | 'none'
  /** How long no metadata may come until the known brokers are forgotten. */
  readonly triggerMs: number
}

const MIB = 1024 * 1024
/** Longest answer but for fetched records, generously: what is announced as longer is something else. */
const MAX_FRAME_BYTES = 100 * MIB

const strategies = ['rebootstrap', 'none'] as const

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
    setupTimeout: {
      firstMs: intOf(config, 'socket.connection.setup.timeout.ms', 10_000),
      maxMs: intOf(config, 'socket.connection.setup.timeout.max.ms', 30_000),
    },
    maxIdleMs: intOf(config, 'connections.max.idle.ms', 540_000, Number.MIN_SAFE_INTEGER),
    dnsLookup: oneOf(config, 'client.dns.lookup', dnsLookups, 'use_all_dns_ips'),
    resolver: systemResolver,
    recovery: {
      strategy: oneOf(config, 'metadata.recovery.strategy', strategies, 'rebootstrap'),
      triggerMs: intOf(config, 'metadata.recovery.rebootstrap.trigger.ms', 300_000),
    },
    // A batch larger than fetch.max.bytes comes whole.
    maxFrameBytes: MAX_FRAME_BYTES + intOf(config, 'fetch.max.bytes', 0),
    ...clientSecurity(config),
    ...(meter && { meter }),
  }
}
