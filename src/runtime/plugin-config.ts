import { connectorKeys } from '../config/connector-config.ts'
import type { ConfigKey } from '../config/types.ts'
import { NotFoundError } from '../errors/connect-error.ts'
import { BadRequestError } from '../errors/rest-error.ts'
import type { ConfigKeyInfo } from '../messages/config-infos.ts'
import type { PluginDescriptor, PluginType } from '../plugins/plugin-descriptor.ts'
import type { PluginLoader } from '../plugins/plugin-loader.ts'
import { PluginVersionError } from '../plugins/plugin-registry.ts'
import { toKeyInfo } from './config-infos.ts'
import type { NamedCall } from './named-call.ts'
import { configOf, connectorContext, noKeys } from './plugin-definitions.ts'
import type { PluginConfigRequest } from './validation-service.ts'

/** The kinds that `GET /connector-plugins` lists, in the order in which the message names them. */
const listed: readonly PluginType[] = [
  'sink',
  'source',
  'converter',
  'header_converter',
  'transformation',
  'predicate',
]

/**
 * The keys of one plugin (KIP-769): its own in the order of definition, and for a connector those of any connector
 * of its type behind them. Throws a NotFoundError or BadRequestError with Java's texts.
 */
export async function pluginConfig(
  loader: PluginLoader,
  { pluginName, version }: PluginConfigRequest,
  call: NamedCall,
): Promise<ConfigKeyInfo[]> {
  const plugin = findPlugin(loader, pluginName, version)
  const PluginOf = await loader.loadClass(plugin)
  const own = call(plugin.className, 'config', () => configOf(PluginOf)) ?? noKeys
  const keys = new Map<string, ConfigKey>(own.keys)
  if (plugin.type === 'source' || plugin.type === 'sink') {
    const base = connectorKeys({ ...connectorContext(loader, plugin), plugins: null })
    for (const key of base) if (!keys.has(key.name)) keys.set(key.name, key)
  }
  return [...keys.values()].map((key) => toKeyInfo(key))
}

function findPlugin(loader: PluginLoader, name: string, version: string | null): PluginDescriptor {
  const { registry } = loader
  const found = registry.findListed(name)
  if (found === null) throw new NotFoundError(`Unknown plugin ${name}.`)
  if (!listed.includes(found.type)) {
    throw new BadRequestError(`Invalid plugin class ${name}. Valid types are ${listed.join(', ')}.`)
  }
  try {
    return registry.find(found.type, found.className, version)
  } catch (error) {
    if (error instanceof PluginVersionError) throw new BadRequestError(error.message)
    throw error
  }
}
