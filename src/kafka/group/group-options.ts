import { ConfigError } from '../../errors/connect-error.ts'
import { intOf, oneOf } from '../config-values.ts'
import type { ClientConfig } from '../types.ts'
import type { PartitionAssignor } from './assignor.ts'
import { defaultAssignmentStrategy, parseAssignors } from './assignors.ts'

/** What any member of a group is made of. */
export interface MemberOptions {
  readonly groupId: string
  /** A static member keeps its partitions through a restart (KIP-345); null for a dynamic one. */
  readonly groupInstanceId: string | null
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** How long may pass between two polls, and how long others wait for this member to join again. */
  readonly maxPollIntervalMs: number
}

/** What a consumer in a group is made of, beside that. */
export interface GroupOptions extends MemberOptions {
  readonly assignors: readonly PartitionAssignor[]
  readonly metadataMaxAgeMs: number
  readonly excludeInternalTopics: boolean
  readonly allowAutoTopicCreation: boolean
  readonly rackId: string | null
  readonly apiTimeoutMs: number
}

const booleans = ['true', 'false'] as const

/** Throws a ConfigError that names the key. */
export function groupOptions(config: ClientConfig): GroupOptions {
  requireClassicProtocol(config)
  return {
    ...memberOptions(config),
    assignors: parseAssignors(config['partition.assignment.strategy'] ?? defaultAssignmentStrategy),
    metadataMaxAgeMs: intOf(config, 'metadata.max.age.ms', 300_000),
    excludeInternalTopics: oneOf(config, 'exclude.internal.topics', booleans, 'true') === 'true',
    allowAutoTopicCreation: oneOf(config, 'allow.auto.create.topics', booleans, 'true') === 'true',
    rackId: textOf(config, 'client.rack'),
    apiTimeoutMs: intOf(config, 'default.api.timeout.ms', 60_000),
  }
}

/** Java's workers, too, join by the classic protocol unless they are told otherwise; every broker since 2.1 speaks it. */
function requireClassicProtocol(config: ClientConfig): void {
  if (oneOf(config, 'group.protocol', ['classic', 'consumer'], 'classic') === 'classic') return
  throw new ConfigError(
    'Invalid value consumer for "group.protocol": the new rebalance protocol (KIP-848) is not spoken here. Leave the key ' +
      'out, or set it to classic; brokers move a group to it once its members of the new protocol have left.',
  )
}

function memberOptions(config: ClientConfig): MemberOptions {
  const sessionTimeoutMs = intOf(config, 'session.timeout.ms', 45_000, 1)
  const heartbeatIntervalMs = intOf(config, 'heartbeat.interval.ms', 3000, 1)
  if (heartbeatIntervalMs >= sessionTimeoutMs) {
    throw new ConfigError(
      `Invalid value ${heartbeatIntervalMs} for "heartbeat.interval.ms": expected less than ` +
        `session.timeout.ms, which is ${sessionTimeoutMs}; a third of it is usual.`,
    )
  }
  const groupId = textOf(config, 'group.id')
  if (groupId === null) throw new ConfigError('Missing "group.id": a consumer in a group needs it.')
  return {
    groupId,
    groupInstanceId: textOf(config, 'group.instance.id'),
    sessionTimeoutMs,
    heartbeatIntervalMs,
    maxPollIntervalMs: intOf(config, 'max.poll.interval.ms', 300_000, 1),
  }
}

function textOf(config: ClientConfig, key: string): string | null {
  const text = config[key]
  return text === undefined || text === '' ? null : text
}
