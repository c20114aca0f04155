import { parseVersionRange } from '../util/version-range.ts'
import type { NamedPluginType, PluginCatalog } from './plugin-catalog.ts'
import { concreteClass } from './plugin-catalog.ts'
import { configDef } from './config-def.ts'
import { connectorKeySpecs } from './connector-keys.ts'
import { sinkKeySpecs, sourceKeySpecs } from './source-and-sink-keys.ts'
import type { ConfigKey, RawConfig, Recommender } from './types.ts'

/** The keys of one connector, with what depends on the plugins installed and on the worker. */

export const converterRoles = ['key', 'value', 'header'] as const
export type ConverterRole = (typeof converterRoles)[number]

export const converterTypes: Record<ConverterRole, NamedPluginType> = {
  key: 'converter',
  value: 'converter',
  header: 'header_converter',
}

/** For whom the keys are defined. */
export interface ConnectorKeysContext {
  /** Null for what connectors of either kind have in common. */
  readonly type: 'source' | 'sink' | null
  /** Installed versions of the connector, oldest first. */
  readonly versions: readonly string[]
  /** The version that is used unless the configuration asks for another. */
  readonly version: string | null
  /** Null where the definition is only shown: nothing is recommended then. */
  readonly plugins: ConverterContext | null
}

export interface WorkerConverter {
  readonly name: string | null
  readonly version: string | null
}

interface ConverterContext {
  readonly catalog: PluginCatalog
  /** What is validated: which version of a converter is the default depends on which converter it names. */
  readonly props: RawConfig
  /** The worker's own converters and their versions, as its file names them. */
  readonly workerConverters: Readonly<Record<ConverterRole, WorkerConverter>>
}

const common = configDef(connectorKeySpecs)
const byType = { source: configDef(sourceKeySpecs), sink: configDef(sinkKeySpecs) }

/** In the order of definition: what all connectors have, then what those of this type have. */
export function connectorKeys(context: ConnectorKeysContext): ConfigKey[] {
  const special = new Map<string, Partial<ConfigKey>>([
    ['connector.plugin.version', connectorVersionKey(context)],
    ...converterRoles.flatMap((role) => converterKeys(role, context.plugins)),
  ])
  const keys = [...common.keys.values()].map((key) => ({ ...key, ...special.get(key.name) }))
  return context.type === null ? keys : [...keys, ...byType[context.type].keys.values()]
}

function connectorVersionKey({ version, versions }: ConnectorKeysContext): Partial<ConfigKey> {
  return { default: version, recommender: recommending(() => versions) }
}

function converterKeys(
  role: ConverterRole,
  plugins: ConverterContext | null,
): [string, Partial<ConfigKey>][] {
  const name = `${role}.converter`
  const type = converterTypes[role]
  const catalog = plugins?.catalog ?? null
  const fallback = plugins === null ? null : classOf(plugins, plugins.workerConverters[role].name)
  return [
    [
      name,
      {
        default: fallback,
        validator: concreteClass(catalog, type),
        recommender: recommending(() => catalog?.classNames(type) ?? []),
      },
    ],
    [
      `${name}.plugin.version`,
      {
        default: plugins === null ? null : converterVersion(role, plugins),
        recommender: {
          validValues: (_name, parsed) => versionsOf(catalog, type, parsed[name]),
          visible: (_name, parsed) => typeof parsed[name] === 'string',
        },
      },
    ],
  ]
}

/** Which version is used unless the connector says so: of a converter of the worker, what that asks for. */
function converterVersion(role: ConverterRole, plugins: ConverterContext): string | null {
  const given = plugins.props[`${role}.converter`] ?? null
  const { name, version } = plugins.workerConverters[role]
  if (given === null && version !== null) return version
  const className = classOf(plugins, given ?? name)
  const versions = versionsOf(plugins.catalog, converterTypes[role], className)
  if (given === null) return versions.at(-1) ?? null
  // As in Java: that of the connector, if the converter has it.
  const range = parseVersionRange(plugins.props['connector.plugin.version'])
  return versions.findLast((installed) => range?.includes(installed) ?? true) ?? null
}

function classOf({ catalog }: ConverterContext, name: string | null): string | null {
  return name === null ? null : catalog.resolveClass(name)
}

function versionsOf(
  catalog: PluginCatalog | null,
  type: NamedPluginType,
  className: unknown,
): readonly string[] {
  return catalog === null || typeof className !== 'string' ? [] : catalog.versions(type, className)
}

function recommending(values: () => readonly unknown[]): Recommender {
  return { validValues: values, visible: () => true }
}
