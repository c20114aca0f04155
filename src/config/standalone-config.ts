import { ConfigError } from '../errors/connect-error.ts'
import { connectionKeys, securityKeys } from './client-keys.ts'
import { configDef } from './config-def.ts'
import type { ConfigOf, KeySpec } from './config-def.ts'
import { invalidValue } from './parse-type.ts'
import type { ConfigValue, ConnectorConfig, Validator } from './types.ts'
import { isBlank, validator } from './validators.ts'
import { workerKeys } from './worker-config.ts'

/**
 * The worker file of `connect-standalone` (`StandaloneConfig`). Ours beyond Java's: offsets may lie in a Kafka topic,
 * and do unless `offset.storage.file.filename` names a file.
 */

const topicName: Validator = validator('non-blank topic', (_name, value) => {
  if (typeof value === 'string' && isBlank(value)) {
    throw new ConfigError('Offset storage topic must be specified')
  }
})

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
    validator: topicName,
    importance: 'high',
    doc: 'Topic that keeps the offsets of source connectors; created where it is missing.',
  },
  'offset.storage.partitions': {
    type: 'int',
    default: 1,
    validator: minusOneOrPositive(
      "Number of partitions must be positive, or -1 to use the broker's default",
    ),
    importance: 'low',
    doc: 'Partitions of that topic when it is created; -1: as the broker has it.',
  },
  'offset.storage.replication.factor': {
    type: 'short',
    default: -1,
    validator: minusOneOrPositive(
      "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
    ),
    importance: 'low',
    doc: 'Copies of that topic when it is created; -1: as the broker has it.',
  },
} as const satisfies Record<string, KeySpec>

/** Every key of a standalone worker's file that has a meaning of its own. */
export const standaloneConfig = configDef({ ...workerKeys, ...offsetStorage })
export type StandaloneConfig = ConfigOf<typeof standaloneConfig>

/** Beginnings of keys that are handed on: to clients, converters, config providers, listeners, the offsets topic. */
const prefixes = [
  'producer.',
  'consumer.',
  'admin.',
  'key.converter.',
  'value.converter.',
  'header.converter.',
  'config.providers.',
  'metrics.context.',
  'listeners.https.',
  'admin.listeners.https.',
  'offset.storage.',
] as const

const ignoredConverters = ['internal.key.converter', 'internal.value.converter'] as const

/** A worker file that was read and found good. */
export interface WorkerFile {
  readonly config: StandaloneConfig
  /** As it stands in the file: for clients, converters and whatever else takes keys of its own. */
  readonly originals: ConnectorConfig
  /** What the operator should know, a sentence each. */
  readonly warnings: readonly string[]
}

export interface WorkerFileSource {
  /** Names the file in messages. */
  readonly source: string
  /** A sentence of advice for a class that does not exist, e.g. which are near; null where there is none. */
  readonly adviseClass?: (className: string) => string | null
}

/** Throws a ConfigError that lists everything wrong with the file, each with Java's sentence and what to do. */
export function readStandaloneConfig(
  originals: ConnectorConfig,
  { source, adviseClass }: WorkerFileSource,
): WorkerFile {
  const faults = standaloneConfig
    .validate(originals)
    .flatMap((value) => faultsOf(value, originals, adviseClass))
  if (faults.length > 0) {
    const [only = ''] = faults
    throw new ConfigError(
      faults.length === 1
        ? `${only} (in ${source})`
        : `${source} has ${faults.length} errors:\n${faults.join('\n')}`,
    )
  }
  const config = standaloneConfig.parse(originals)
  return { config, originals, warnings: warningsOf(originals) }
}

/** Topic-level settings of the offsets topic: `offset.storage.<key>` beyond the keys of the worker itself. */
export function offsetTopicConfigs(originals: ConnectorConfig): ConnectorConfig {
  const prefix = 'offset.storage.'
  const own = Object.entries(originals).filter(
    ([key]) => key.startsWith(prefix) && !standaloneConfig.keys.has(key),
  )
  const configs = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]))
  return { ...configs, 'cleanup.policy': 'compact' }
}

/** The messages of one key; where its validator only repeats that parsing failed, the first. */
function faultsOf(
  value: ConfigValue,
  originals: ConnectorConfig,
  adviseClass: WorkerFileSource['adviseClass'],
): string[] {
  const [message] = value.errorMessages
  const key = standaloneConfig.keys.get(value.name)
  if (message === undefined || key === undefined) return []
  const given = originals[value.name]
  const advice = key.type === 'CLASS' && given !== undefined ? (adviseClass?.(given) ?? null) : null
  return [`${sentence(message)} ${advice ?? `Set ${value.name}: ${key.documentation}`}`]
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`
}

function warningsOf(originals: ConnectorConfig): string[] {
  const keys = Object.keys(originals)
  const internal = keys.filter((key) => ignoredConverters.some((name) => key.startsWith(name)))
  const unused = keys.filter((key) => !internal.includes(key) && !isKnown(key))
  const warnings: string[] = []
  if (internal.length > 0) {
    warnings.push(
      `The worker has been configured with one or more internal converter properties ([${internal.join(', ')}]). ` +
        'They have no effect and can be removed: offsets are always JSON without schemas.',
    )
  }
  if (unused.length > 0) {
    warnings.push(
      `These configurations '[${unused.join(', ')}]' were supplied but are not used yet.`,
    )
  }
  if (keys.includes('offset.storage.cleanup.policy')) {
    warnings.push(
      'Ignoring offset.storage.cleanup.policy: the topic of the offsets is always compacted.',
    )
  }
  return warnings
}

function isKnown(key: string): boolean {
  return (
    standaloneConfig.keys.has(key) ||
    connectionKeys.has(key) ||
    securityKeys.has(key) ||
    prefixes.some((prefix) => key.startsWith(prefix))
  )
}

function minusOneOrPositive(text: string): Validator {
  return validator('[-1, 1,...]', (name, value) => {
    if (typeof value !== 'number' || value < -1 || value === 0) {
      throw invalidValue(name, value, text)
    }
  })
}
