import { workerData } from 'node:worker_threads'
import type { ThreadSettings } from '../messages/thread-settings.ts'
import { PluginLoader } from '../plugins/plugin-loader.ts'
import { PluginRegistry } from '../plugins/plugin-registry.ts'
import { loadTestHooks } from '../util/fault-point.ts'
import { ConnectorHost } from './connector-host.ts'
import { createWorkerTask } from './task-factory.ts'
import { TaskHost } from './task-host.ts'
import type { PluginLoader as TypedPluginLoader } from './task.ts'
import { openPluginThread } from './thread-host.ts'
import { ConnectorValidation } from './validation.ts'

/** The entry of every plugin thread: hosts connectors, or tasks, as the thread's settings say. */
await loadTestHooks()
const settings = workerData as ThreadSettings
const plugins = new PluginLoader(new PluginRegistry(settings.plugins))
// What a manifest calls a converter has a converter's methods: the loader has checked it.
const loader = plugins as unknown as TypedPluginLoader
const { workerConfig } = settings
if (settings.role === 'connectors') {
  const validation = new ConnectorValidation({ loader: plugins, workerConfig })
  openPluginThread(settings, (main, board) => {
    return new ConnectorHost({ main, board, loader, validation })
  })
} else {
  openPluginThread(settings, (main, board) => {
    return new TaskHost({ main, board, loader, create: createWorkerTask })
  })
}
