import type { ConnectRestExtension } from '../api/rest-extension.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { PluginLoader } from '../plugins/plugin-loader.ts'
import { RestExtensions } from '../rest/extensions/rest-extensions.ts'
import type { NamedExtension } from '../rest/extensions/rest-extensions.ts'

/** Loads and opens the classes of `rest.extension.classes`, in their order. Rejects with Java's message where one is not there. */
export async function openRestExtensions(
  classNames: readonly string[],
  originals: ConnectorConfig,
  loader: PluginLoader,
  signal: AbortSignal,
): Promise<RestExtensions> {
  const extensions: NamedExtension[] = []
  for (const className of classNames) {
    const ExtensionClass = await loader.load('rest_extension', className)
    extensions.push({ className, extension: new ExtensionClass() as ConnectRestExtension })
  }
  return await RestExtensions.open(extensions, originals, signal)
}
