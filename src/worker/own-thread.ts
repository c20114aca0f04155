import { isolationKeys } from '../config/isolation-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { OwnThread } from './thread-pool.ts'

/**
 * The thread a task of this connector is to have for itself; null where it shares one. Throws a ConfigError. The worker's
 * configuration has the `task.heap.mb` of connectors that do not say.
 */
export function ownThreadOf(
  connector: ConnectorConfig,
  { config: worker, plugins }: { readonly config: ConnectorConfig; readonly plugins: Connectors },
): OwnThread | null {
  const own = isolationKeys.parse(connector)
  const heapMb = own['task.heap.mb']
  const version = connector['connector.plugin.version'] ?? null
  const { native = [] } = plugins.connector(connector['connector.class'] ?? '', version)
  if (own['task.isolation'] !== 'thread' && heapMb === null && native.length === 0) return null
  const fallback = worker['task.heap.mb']
  return { heapMb: heapMb ?? (fallback === undefined ? null : Number(fallback)) }
}

/** Finds connectors; throws where there is none. */
interface Connectors {
  connector(name: string, version: string | null): Pick<PluginDescriptor, 'native'>
}
