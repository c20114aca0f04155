import type { ConfigDef } from '../config/config-def.ts'
import { configDef } from '../config/config-def.ts'
import type { ConnectorKeysContext } from '../config/connector-config.ts'
import type { PluginDefinition } from '../config/plugin-catalog.ts'
import { asError, ConnectError } from '../errors/connect-error.ts'
import type { PluginDescriptor, PluginType } from '../plugins/plugin-descriptor.ts'
import type { PluginClass, PluginLoader } from '../plugins/plugin-loader.ts'
import type { NamedCall } from './named-call.ts'

/** A plugin as far as its configuration goes. */
interface Configurable {
  config?(): ConfigDef | null | undefined
}

/** Loads a plugin and asks for its ConfigDef; what goes wrong is the answer. */
export async function definitionOf(
  loader: PluginLoader,
  plugin: {
    readonly type: PluginType
    readonly className: string
    readonly version: string | null
  },
  beside: { readonly connector: string; readonly version: string | null },
  call: NamedCall,
): Promise<PluginDefinition> {
  const { type, className, version } = plugin
  try {
    const PluginOf = await loader.load(type, className, version, beside)
    return call(className, 'config', () => configOf(PluginOf)) ?? noDefinition(className)
  } catch (error) {
    return asError(error)
  }
}

/** What an instance of the class says of its configuration; null where it has nothing to say. */
export function configOf(PluginOf: PluginClass): ConfigDef | null {
  const instance = new PluginOf() as Configurable
  return instance.config?.() ?? null
}

/** Of which connector the keys are: its type and its versions. */
export function connectorContext(
  { registry }: PluginLoader,
  { type, className }: PluginDescriptor,
): Omit<ConnectorKeysContext, 'plugins'> {
  const versions = registry.versions(type, className)
  return { type: type === 'sink' ? 'sink' : 'source', version: versions.at(-1) ?? null, versions }
}

/** For what takes no configuration. */
export const noKeys: ConfigDef = configDef({})

function noDefinition(className: string): Error {
  return new ConnectError(`${className}.config() must return a ConfigDef that is not null.`)
}
