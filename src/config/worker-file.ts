import { ConfigError } from '../errors/connect-error.ts'
import { connectionKeys, securityKeys } from './client-keys.ts'
import type { ConfigDef } from './config-def.ts'
import type { ConfigValue, ConnectorConfig } from './types.ts'

/** How the file of any worker is read: what is wrong with it all at once, and what of it does nothing. */

/** A worker file that was read and found good. */
export interface WorkerFile<C> {
  readonly config: C
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

/** Which keys the file of one kind of worker may hold. */
export interface KnownKeys {
  readonly def: Pick<ConfigDef, 'keys'>
  readonly prefixes: readonly string[]
}

/** What the files of one kind of worker are read by. */
export interface WorkerFileRules<C> {
  readonly def: ConfigDef<C>
  /** Beginnings of keys that are handed on to somebody, beyond those of every worker. */
  readonly prefixes: readonly string[]
  /** What of several keys together is wrong, asked where each of them is right. */
  readonly faults?: (config: C) => readonly string[]
  readonly warnings: (originals: ConnectorConfig, config: C) => readonly string[]
}

/** Beginnings of keys that are handed on: to clients, converters, config providers, listeners. */
const commonPrefixes = [
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
]

/** Whether it is one of the keys by which workers before Kafka 3.0 were told how to keep offsets: nothing reads them now. */
export function isIgnoredConverter(key: string): boolean {
  return /^internal\.(?:key|value)\.converter/.test(key)
}

/** Throws a ConfigError that lists everything wrong with the file, each with Java's sentence and what to do. */
export function readWorkerFile<C>(
  rules: WorkerFileRules<C>,
  originals: ConnectorConfig,
  { source, adviseClass }: WorkerFileSource,
): WorkerFile<C> {
  const { def } = rules
  refuse(
    def.validate(originals).flatMap((value) => faultsOf(value, def, originals, adviseClass)),
    source,
  )
  const config = def.parse(originals)
  refuse(rules.faults?.(config) ?? [], source)
  return { config, originals, warnings: warningsOf(rules, originals, config) }
}

function refuse(faults: readonly string[], source: string): void {
  if (faults.length === 0) return
  const [only = ''] = faults
  throw new ConfigError(
    faults.length === 1
      ? `${only} (in ${source})`
      : `${source} has ${faults.length} errors:\n${faults.join('\n')}`,
  )
}

/** The messages of one key; where its validator only repeats that parsing failed, the first. */
function faultsOf(
  value: ConfigValue,
  def: Pick<ConfigDef, 'keys'>,
  originals: ConnectorConfig,
  adviseClass: WorkerFileSource['adviseClass'],
): string[] {
  const [message] = value.errorMessages
  const key = def.keys.get(value.name)
  if (message === undefined || key === undefined) return []
  const given = originals[value.name]
  const advice = key.type === 'CLASS' && given !== undefined ? (adviseClass?.(given) ?? null) : null
  return [`${sentence(message)} ${advice ?? `Set ${value.name}: ${key.documentation}`}`]
}

function sentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`
}

function warningsOf<C>(rules: WorkerFileRules<C>, originals: ConnectorConfig, config: C): string[] {
  const keys = Object.keys(originals)
  const internal = keys.filter(isIgnoredConverter)
  const unused = keys.filter((key) => !internal.includes(key) && !isKnown(key, rules))
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
  return [...warnings, ...rules.warnings(originals, config)]
}

/** Whether a key of a worker file means something to the worker, or is handed on. */
export function isKnown(key: string, { def, prefixes }: KnownKeys): boolean {
  return (
    def.keys.has(key) ||
    connectionKeys.has(key) ||
    securityKeys.has(key) ||
    [...commonPrefixes, ...prefixes].some((prefix) => key.startsWith(prefix))
  )
}
