import { configDef } from './config-def.ts'
import type { ConfigOf, KeySpec } from './config-def.ts'
import {
  partitionCount,
  replicationFactor,
  topicName,
  warningsOfTopic,
} from './internal-topic-keys.ts'
import type { ConnectorConfig } from './types.ts'
import { workerKeys } from './worker-config.ts'
import { readWorkerFile } from './worker-file.ts'
import type { WorkerFile, WorkerFileRules, WorkerFileSource } from './worker-file.ts'

/**
 * The worker file of `connect-standalone` (`StandaloneConfig`). Ours beyond Java's: offsets may lie in a Kafka topic,
 * and do unless `offset.storage.file.filename` names a file.
 */

const offsetStorage = {
  'offset.storage.file.filename': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'File that keeps the offsets of source connectors, in Java’s format. Not given: they lie in a Kafka topic.',
  },
  'offset.storage.topic': {
    type: 'string',
    default: 'connect-offsets',
    validator: topicName('Offset storage topic must be specified'),
    importance: 'high',
    doc: 'Topic that keeps the offsets of source connectors; created where it is missing.',
  },
  'offset.storage.partitions': {
    type: 'int',
    default: 1,
    validator: partitionCount,
    importance: 'low',
    doc: 'Partitions of that topic when it is created; -1: as the broker has it.',
  },
  'offset.storage.replication.factor': {
    type: 'short',
    default: -1,
    validator: replicationFactor,
    importance: 'low',
    doc: 'Copies of that topic when it is created; -1: as the broker has it.',
  },
} as const satisfies Record<string, KeySpec>

/** Every key of a standalone worker's file that has a meaning of its own. */
const standaloneConfig = configDef({ ...workerKeys, ...offsetStorage })
export type StandaloneConfig = ConfigOf<typeof standaloneConfig>

export const standaloneRules: WorkerFileRules<StandaloneConfig> = {
  def: standaloneConfig,
  prefixes: ['offset.storage.'],
  warnings: (originals) => warningsOfTopic(originals, 'offset.storage.'),
}

/** Throws a ConfigError that lists everything wrong with the file, each with Java's sentence and what to do. */
export function readStandaloneConfig(
  originals: ConnectorConfig,
  source: WorkerFileSource,
): WorkerFile<StandaloneConfig> {
  return readWorkerFile(standaloneRules, originals, source)
}
