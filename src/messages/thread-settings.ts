import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { LogLevel } from '../util/log-levels.ts'

/** What a plugin thread is told when it is born (`workerData`). */
export interface ThreadSettings {
  readonly role: ThreadRole
  /** As in messages, e.g. `task-thread-2`. */
  readonly name: string
  readonly incarnation: number
  /** Every plugin found; the thread reads no manifest again. */
  readonly plugins: readonly PluginDescriptor[]
  /** The worker's configuration, variables resolved. */
  readonly workerConfig: ConnectorConfig
  readonly logLevels: readonly (readonly [string, LogLevel])[]
  /** Memory of the thread's `LogGate`. */
  readonly logs: SharedArrayBuffer
  /** Memory of the thread's `ThreadBoard`. */
  readonly board: SharedArrayBuffer
  /** Memory of the process's `MemoryBudget`, and of the thread's account with it. */
  readonly memory: { readonly budget: SharedArrayBuffer; readonly account: SharedArrayBuffer }
  /** Memory of the worker's `WorkerLease`. */
  readonly lease: SharedArrayBuffer
}

export type ThreadRole = 'connectors' | 'tasks' | 'preview'
