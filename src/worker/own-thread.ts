import { configDef } from '../config/config-def.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { OwnThread } from './thread-pool.ts'

/** How the tasks of a connector share threads: keys of a connector beyond Java's. */
const isolationKeys = configDef({
  'task.isolation': {
    type: 'string',
    default: 'shared',
    oneOf: ['shared', 'thread'],
    importance: 'low',
    doc: 'thread: each task of the connector has a thread of its own.',
  },
  'task.heap.mb': {
    type: 'int',
    default: null,
    min: 16,
    importance: 'low',
    doc: 'Limit of the heap of such a thread in MiB; given, each task has a thread of its own.',
  },
})

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
