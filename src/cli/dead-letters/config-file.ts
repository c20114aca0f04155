import { readPropertiesFile } from '../../config/java-properties.ts'
import type { ConnectorConfig } from '../../config/types.ts'
import { ConfigTransformer } from '../../plugins/config-transformer.ts'
import { discoverPlugins } from '../../plugins/discovery.ts'
import { PluginLoader } from '../../plugins/plugin-loader.ts'
import { PluginRegistry } from '../../plugins/plugin-registry.ts'

/** A worker's or a client's properties, their variables resolved by the providers that `config.providers` names there. */
export async function readConfigFile(file: string, signal: AbortSignal): Promise<ConnectorConfig> {
  const originals = await readPropertiesFile(file)
  const { plugins } = await discoverPlugins((originals['plugin.path'] ?? '').split(','))
  const loader = new PluginLoader(new PluginRegistry(plugins))
  const resolver = await ConfigTransformer.open(originals, loader)
  try {
    return await resolver.resolve(originals, signal)
  } finally {
    resolver.close()
  }
}
