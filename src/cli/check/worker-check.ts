import { securityKeys, connectionKeys } from '../../config/client-keys.ts'
import type { ClientKind } from '../../config/client-keys.ts'
import { distributedRules } from '../../config/distributed-config.ts'
import { standaloneRules } from '../../config/standalone-config.ts'
import type { ConnectorConfig } from '../../config/types.ts'
import { isIgnoredConverter, isKnown } from '../../config/worker-file.ts'
import type { KnownKeys } from '../../config/worker-file.ts'
import type { PluginRegistry } from '../../plugins/plugin-registry.ts'
import { checkClass } from './classes.ts'
import type { NamedClass } from './classes.ts'
import { checkClientKey } from './client-keys.ts'
import { nearestKey } from './near-keys.ts'
import type { Finding } from './finding.ts'

/** Of a file that `connect-distributed` is given. */
export function isDistributed(worker: ConnectorConfig): boolean {
  return worker['group.id'] !== undefined || worker['config.storage.topic'] !== undefined
}

/** What every key of a worker file does here. */
export function checkWorker(worker: ConnectorConfig, registry: PluginRegistry): readonly Finding[] {
  const rules: KnownKeys = isDistributed(worker) ? distributedRules : standaloneRules
  const classes = new Map<string, NamedClass[]>()
  for (const named of classesIn(worker)) {
    classes.set(named.key, [...(classes.get(named.key) ?? []), named])
  }
  return Object.entries(worker).flatMap(([key, value]) => {
    const named = classes.get(key)
    if (named !== undefined) return named.map((each) => checkClass(registry, each).finding)
    return [checkKey(key, value, rules)]
  })
}

const lists = { 'rest.extension.classes': 'rest_extension' } as const
const converters = {
  'key.converter': 'converter',
  'value.converter': 'converter',
  'header.converter': 'header_converter',
} as const

function classesIn(worker: ConnectorConfig): readonly NamedClass[] {
  const found: NamedClass[] = []
  for (const [key, type] of Object.entries(converters)) {
    const name = worker[key]
    if (name !== undefined)
      found.push({ key, type, name, version: worker[`${key}.plugin.version`] })
  }
  for (const [key, type] of Object.entries(lists)) {
    for (const name of partsOf(worker[key])) found.push({ key, type, name })
  }
  for (const provider of partsOf(worker['config.providers'])) {
    const key = `config.providers.${provider}.class`
    found.push({ key, type: 'config_provider', name: worker[key] ?? '' })
  }
  const policy = 'connector.client.config.override.policy'
  const name = worker[policy]
  if (name !== undefined) found.push({ key: policy, type: 'override_policy', name })
  return found
}

function partsOf(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

const listenerPrefix = /^(?:admin\.)?listeners\.https\./
const clientPrefix = /^(producer|consumer|admin)\.(?!listeners)/

function checkKey(key: string, value: string, rules: KnownKeys): Finding {
  const [prefix, kind] = clientPrefix.exec(key) ?? []
  if (prefix !== undefined) {
    return checkClientKey(kind as ClientKind, key, key.slice(prefix.length), value)
  }
  const listener = listenerPrefix.exec(key)?.[0]
  if (listener !== undefined) return checkListenerKey(key, key.slice(listener.length), value)
  if (connectionKeys.has(key) || securityKeys.has(key)) {
    return checkClientKey('admin', key, key, value)
  }
  const known = rules.def.keys.get(key)
  if (known?.documentation.startsWith(noEffect) === true) {
    return { key, verdict: 'different', note: known.documentation, link: pageOfKey(key) }
  }
  if (known !== undefined || isKnown(key, rules)) return { key, verdict: 'supported' }
  const note = isIgnoredConverter(key) ? withoutEffect : unknown(key, rules)
  return { key, verdict: 'supported', note }
}

const withoutEffect = 'It has no effect, as in Kafka’s worker since 3.0: remove it.'

/** How the definitions of such keys begin. */
const noEffect = 'Accepted; has no effect'

function pageOfKey(key: string): string {
  return key.startsWith('metric') ? 'docs/metrics.md' : 'docs/plugins.md'
}

function checkListenerKey(key: string, name: string, value: string): Finding {
  if (name === 'ssl.client.auth') return { key, verdict: 'supported' }
  return checkClientKey('admin', key, name, value)
}

function unknown(key: string, rules: KnownKeys): string {
  const nearest = nearestKey(key, rules.def.keys.keys())
  const hint = nearest === null ? '' : ` Did you mean ${nearest}?`
  return `Not a key of Kafka’s worker either: only plugins may read it.${hint}`
}
