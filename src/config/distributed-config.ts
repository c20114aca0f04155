import { clusterClientConfig } from './client-keys.ts'
import { configDef, configDefOf } from './config-def.ts'
import type { ConfigOf, KeySpec } from './config-def.ts'
import { faultsOfGroup, groupKeys } from './group-keys.ts'
import {
  partitionCount,
  replicationFactor,
  topicName,
  warningsOfTopic,
} from './internal-topic-keys.ts'
import type { TopicPrefix } from './internal-topic-keys.ts'
import type { ConnectorConfig } from './types.ts'
import { workerKeys } from './worker-config.ts'
import { readWorkerFile } from './worker-file.ts'
import type { WorkerFile, WorkerFileRules, WorkerFileSource } from './worker-file.ts'

/** The worker file of `connect-distributed` (`DistributedConfig`). */

const topics = {
  'config.storage.topic': {
    type: 'string',
    validator: topicName('Must specify topic for connector configuration.'),
    importance: 'high',
    doc: 'Topic that keeps the configurations of connectors and tasks; the same for all workers of the cluster.',
  },
  'config.storage.replication.factor': copiesOf('configurations'),
  'offset.storage.topic': {
    type: 'string',
    validator: topicName('Offset storage topic must be specified'),
    importance: 'high',
    doc: 'Topic that keeps the offsets of source connectors; the same for all workers of the cluster.',
  },
  'offset.storage.partitions': partitionsOf('offsets', 25),
  'offset.storage.replication.factor': copiesOf('offsets'),
  'status.storage.topic': {
    type: 'string',
    validator: topicName('Must specify topic for connector status.'),
    importance: 'high',
    doc: 'Topic that keeps what connectors and tasks are doing; the same for all workers of the cluster.',
  },
  'status.storage.partitions': partitionsOf('statuses', 5),
  'status.storage.replication.factor': copiesOf('statuses'),
} as const satisfies Record<string, KeySpec>

const own = configDef({ ...workerKeys, ...groupKeys, ...topics })
export type DistributedConfig = ConfigOf<typeof own>

const clientKeys = [...clusterClientConfig.keys.values()].filter(({ name }) => !own.keys.has(name))

const prefixes: readonly TopicPrefix[] = ['offset.storage.', 'config.storage.', 'status.storage.']

export const distributedRules: WorkerFileRules<DistributedConfig> = {
  def: configDefOf<DistributedConfig>([...own.keys.values(), ...clientKeys]),
  prefixes,
  faults: faultsOfGroup,
  warnings: (originals, config) => [
    ...prefixes.flatMap((prefix) => warningsOfTopic(originals, prefix)),
    ...warningsOfPartitions(originals),
    ...warningsOfSession(config),
  ],
}

/** Throws a ConfigError that lists everything wrong with the file, each with Java's sentence and what to do. */
export function readDistributedConfig(
  originals: ConnectorConfig,
  source: WorkerFileSource,
): WorkerFile<DistributedConfig> {
  return readWorkerFile(distributedRules, originals, source)
}

function warningsOfPartitions(originals: ConnectorConfig): readonly string[] {
  const key = 'config.storage.partitions'
  const value = originals[key]
  if (value === undefined) return []
  return [`Ignoring '${key}=${value}' setting, since config topic partitions is always 1`]
}

function warningsOfSession(config: DistributedConfig): readonly string[] {
  const sessionMs = config['session.timeout.ms']
  const graceMs = config['task.shutdown.graceful.timeout.ms']
  if (graceMs < sessionMs) return []
  return [
    `task.shutdown.graceful.timeout.ms=${graceMs} is not less than session.timeout.ms=${sessionMs}: while a task of one worker takes longer than a session to stop, those of all others pause. Set a longer session.`,
  ]
}

function partitionsOf<const N extends number>(what: string, count: N) {
  return {
    type: 'int',
    default: count,
    validator: partitionCount,
    importance: 'low',
    doc: `Partitions of the topic of ${what} when it is created; -1: as the broker has it.`,
  } as const
}

function copiesOf(what: string) {
  return {
    type: 'short',
    default: 3,
    validator: replicationFactor,
    importance: 'low',
    doc: `Copies of the topic of ${what} when it is created, at most as many as there are brokers; -1: as the broker has it.`,
  } as const
}
