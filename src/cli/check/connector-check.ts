import { topicCreationPrefix } from '../../config/topic-creation-keys.ts'
import { connectorKeys } from '../../config/connector-config.ts'
import { ownConnectorKeys } from '../../config/own-keys.ts'
import type { ClientKind } from '../../config/client-keys.ts'
import type { ConfigDef } from '../../config/config-def.ts'
import type { RawConfig } from '../../config/types.ts'
import type { PluginLoader } from '../../plugins/plugin-loader.ts'
import type { PluginDescriptor, PluginType } from '../../plugins/plugin-descriptor.ts'
import { asError } from '../../errors/connect-error.ts'
import { checkClass } from './classes.ts'
import { checkClientKey } from './client-keys.ts'
import { nearestKey } from './near-keys.ts'
import type { Finding } from './finding.ts'

/** What every key of a connector's configuration does here. */
export async function checkConnector(
  config: RawConfig,
  loader: PluginLoader,
): Promise<readonly Finding[]> {
  const findings = new Map<string, Finding>()
  const parts: Part[] = [await connectorPart(config, loader)]
  for (const named of namedIn(config)) parts.push(await partOf(named, config, loader))
  for (const { finding } of parts) findings.set(finding.key, finding)
  for (const [key, value] of Object.entries(config)) {
    const finding = findings.has(key) ? null : checkKey(key, value ?? '', parts)
    if (finding !== null) findings.set(key, finding)
  }
  return [...findings.values()]
}

/** A plugin that the configuration names, and which keys are its own. */
interface Part {
  readonly finding: Finding
  /** Before the keys of its own; empty for the connector. */
  readonly prefix: string
  /** Null where nobody can say what they are called. */
  readonly keys: ReadonlySet<string> | null
}

interface Named {
  readonly key: string
  readonly type: PluginType
  readonly prefix: string
}

async function connectorPart(config: RawConfig, loader: PluginLoader): Promise<Part> {
  const key = 'connector.class'
  const name = config[key] ?? ''
  const version = config['connector.plugin.version'] ?? null
  const { finding, plugin } = checkClass(loader.registry, { key, type: 'source', name, version })
  const own = plugin === null ? null : await keysOf(plugin, loader)
  if (own instanceof Error || plugin === null || own === null) return part(finding, '', own)
  const type = plugin.type === 'sink' ? 'sink' : 'source'
  const common = connectorKeys({ type, versions: [], version: null, plugins: null })
  const all = [...own, ...common.map((each) => each.name), ...ownConnectorKeys(type)]
  return { finding, prefix: '', keys: new Set(all) }
}

/** Whatever else is named: transformations, predicates, converters. */
function namedIn(config: RawConfig): readonly Named[] {
  const found: Named[] = []
  for (const [list, type] of [
    ['transforms', 'transformation'],
    ['predicates', 'predicate'],
  ] as const) {
    for (const alias of (config[list] ?? '').split(',').map((each) => each.trim())) {
      const prefix = `${list}.${alias}.`
      if (alias !== '') found.push({ key: `${prefix}type`, type, prefix })
    }
  }
  for (const [key, type] of [
    ['key.converter', 'converter'],
    ['value.converter', 'converter'],
    ['header.converter', 'header_converter'],
  ] as const) {
    if (config[key] !== undefined) found.push({ key, type, prefix: `${key}.` })
  }
  return found
}

async function partOf(
  { key, type, prefix }: Named,
  config: RawConfig,
  loader: PluginLoader,
): Promise<Part> {
  const version = config[`${prefix}plugin.version`] ?? null
  const named = { key, type, name: config[key] ?? '', version }
  const { finding, plugin } = checkClass(loader.registry, named)
  // What converters take beyond their definition is between them and their registry.
  if (plugin === null || type === 'converter' || type === 'header_converter') {
    return { finding, prefix, keys: null }
  }
  return part(finding, prefix, await keysOf(plugin, loader))
}

function part(finding: Finding, prefix: string, keys: readonly string[] | Error | null): Part {
  if (!(keys instanceof Error)) return { finding, prefix, keys: keys && new Set(keys) }
  const note = `It cannot be loaded: ${keys.message}`
  return { finding: { ...finding, verdict: 'missing', note }, prefix, keys: null }
}

/** The keys of a plugin's ConfigDef; null where it has none, an Error where the plugin cannot be loaded. */
async function keysOf(
  plugin: PluginDescriptor,
  loader: PluginLoader,
): Promise<readonly string[] | Error | null> {
  try {
    const PluginClass = await loader.loadClass(plugin)
    const instance = new PluginClass() as { readonly config?: () => ConfigDef }
    const keys = instance.config?.().keys
    return keys === undefined ? null : [...keys.keys()]
  } catch (error) {
    return asError(error)
  }
}

const overridePrefix = /^(producer|consumer|admin)\.override\./

/** Null for a key of a plugin that is not there: that has been said. */
function checkKey(key: string, value: string, parts: readonly Part[]): Finding | null {
  const [prefix, kind] = overridePrefix.exec(key) ?? []
  if (prefix !== undefined) {
    return checkClientKey(kind as ClientKind, key, key.slice(prefix.length), value)
  }
  if (key.startsWith(topicCreationPrefix)) return { key, verdict: 'supported' }
  const owner = parts.find((each) => each.prefix !== '' && key.startsWith(each.prefix)) ?? parts[0]
  const name = key.slice(owner?.prefix.length ?? 0)
  const keys = owner?.keys ?? null
  if (owner?.finding.verdict === 'missing') {
    return owner.prefix === '' && general.has(name) ? { key, verdict: 'supported' } : null
  }
  if (keys === null || keys.has(name) || generalOfAliases.has(name)) {
    return { key, verdict: 'supported' }
  }
  const nearest = nearestKey(name, keys)
  const hint = nearest === null ? '' : ` The nearest is ${nearest}.`
  const note = `${owner?.finding.className ?? 'The connector'} has no such key here: it is handed on, and nobody may read it.${hint}`
  return { key, verdict: 'different', note }
}

/** Of any connector. */
const general = new Set(
  (['source', 'sink'] as const).flatMap((type) => [
    ...connectorKeys({ type, versions: [], version: null, plugins: null }).map(({ name }) => name),
    ...ownConnectorKeys(type),
  ]),
)

/** Of any transformation and predicate. */
const generalOfAliases = new Set(['type', 'plugin.version', 'predicate', 'negate'])
