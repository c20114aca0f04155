import { workerData } from 'node:worker_threads'
import type { ThreadSettings } from '../messages/thread-settings.ts'
import { WorkerLease } from '../messages/worker-lease.ts'
import { PluginLoader } from '../plugins/plugin-loader.ts'
import { PluginRegistry } from '../plugins/plugin-registry.ts'
import { MemoryAccount } from '../util/memory-budget.ts'
import { loadTestHooks } from '../util/fault-point.ts'
import type { PluginLoader as TypedPluginLoader } from './task.ts'
import { openPluginThread } from './thread-host.ts'

/** The entry of every plugin thread: hosts connectors, or tasks, and loads no more code than that needs. */
await loadTestHooks()
const settings = workerData as ThreadSettings
const plugins = new PluginLoader(new PluginRegistry(settings.plugins))
// What a manifest calls a converter has a converter's methods: the loader has checked it.
const loader = plugins as unknown as TypedPluginLoader
if (settings.role === 'connectors') {
  const [{ ConnectorHost }, { ConnectorValidation }] = await Promise.all([
    import('./connector-host.ts'),
    import('./validation.ts'),
  ])
  const validation = new ConnectorValidation({
    loader: plugins,
    workerConfig: settings.workerConfig,
  })
  openPluginThread(settings, (main, board) => {
    return new ConnectorHost({ main, board, loader, validation })
  })
} else if (settings.role === 'tasks') {
  const [{ TaskHost }, { workerTaskFactory }] = await Promise.all([
    import('./task-host.ts'),
    import('./task-factory.ts'),
  ])
  openPluginThread(settings, (main, board) => {
    const { lease, memory } = shared(settings)
    const create = workerTaskFactory(plugins, memory.limitBytes)
    return new TaskHost({ main, board, loader, lease, memory, create })
  })
} else {
  const { PreviewHost } = await import('./preview/preview-host.ts')
  openPluginThread(settings, (main, board) => {
    return new PreviewHost({ main, board, loader, ...shared(settings) })
  })
}

/** What this thread shares with the others. */
function shared({ lease, memory }: ThreadSettings): { lease: WorkerLease; memory: MemoryAccount } {
  return {
    lease: new WorkerLease(lease),
    memory: new MemoryAccount(memory.budget, memory.account),
  }
}
