import { intOf, oneOf } from '../config-values.ts'
import type { ClientConfig } from '../types.ts'
import { offsetResetOf } from './offset-reset.ts'
import type { OffsetReset } from './offset-reset.ts'

/** How the wire numbers `isolation.level`: read_uncommitted, read_committed. */
export type IsolationLevel = 0 | 1

/** What a consumer is made of, parsed from Kafka's keys; Java's defaults. */
export interface ConsumerOptions {
  readonly fetchMinBytes: number
  readonly fetchMaxWaitMs: number
  readonly fetchMaxBytes: number
  readonly maxPartitionFetchBytes: number
  readonly maxPollRecords: number
  readonly checkCrcs: boolean
  readonly autoOffsetReset: OffsetReset
  readonly isolationLevel: IsolationLevel
  /** Where this client is, to be told of a replica near by (KIP-392); empty where it does not say. */
  readonly rackId: string
  /** How long a call that waits for brokers goes on trying. */
  readonly apiTimeoutMs: number
}

const isolationLevels = ['read_uncommitted', 'read_committed'] as const

/** Throws a ConfigError that names the key. */
export function consumerOptions(config: ClientConfig): ConsumerOptions {
  return {
    fetchMinBytes: intOf(config, 'fetch.min.bytes', 1),
    fetchMaxWaitMs: intOf(config, 'fetch.max.wait.ms', 500),
    fetchMaxBytes: intOf(config, 'fetch.max.bytes', 50 * 1024 * 1024),
    maxPartitionFetchBytes: intOf(config, 'max.partition.fetch.bytes', 1024 * 1024),
    maxPollRecords: intOf(config, 'max.poll.records', 500, 1),
    checkCrcs: oneOf(config, 'check.crcs', ['true', 'false'], 'true') === 'true',
    autoOffsetReset: offsetResetOf(config),
    isolationLevel:
      oneOf(config, 'isolation.level', isolationLevels, 'read_uncommitted') === 'read_committed'
        ? 1
        : 0,
    rackId: config['client.rack']?.trim() ?? '',
    apiTimeoutMs: intOf(config, 'default.api.timeout.ms', 60_000),
  }
}
