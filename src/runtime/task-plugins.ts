import type { DeadLetterSettings } from '../config/error-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { TaskCounters } from '../messages/counters.ts'
import type { Logger } from '../util/logger.ts'
import type { Closer, Instantiate, TaskConverters } from './converters.ts'
import { openConverters } from './converters.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import { RecordErrors } from './record-errors.ts'
import type { RecordLookup } from './record-lookup.ts'
import type { PluginCall } from './task.ts'
import { TransformationChain } from './transformation-chain.ts'

/** What stands between a task and Kafka, loaded and configured. */
export interface TaskPlugins {
  readonly converters: TaskConverters
  readonly chain: TransformationChain | null
  readonly errors: RecordErrors
  readonly keeping: Keeping
  /** Closes each of them; what one throws is logged, and keeps no other from being closed. */
  close(): void
}

/** What records that fail are kept with; opened where the configuration asks for it. */
export interface Keeping {
  openQueue(settings: DeadLetterSettings, signal: AbortSignal): Promise<DeadLetterQueue>
  /** Of a sink: finds records again that were given up. */
  openLookup(): RecordLookup
}

export interface TaskPluginsInput {
  readonly instantiate: Instantiate
  readonly connectorConfig: ConnectorConfig
  readonly workerConfig: ConnectorConfig
  /** `connector-0`. */
  readonly taskId: string
  /** Begins the lines of the log: `[connector|task-0] `. */
  readonly context: string
  readonly logger: Logger
  readonly call: PluginCall
  readonly keeping: Keeping
}

export async function openTaskPlugins(input: TaskPluginsInput): Promise<TaskPlugins> {
  const { instantiate, connectorConfig, workerConfig, taskId, context, logger, call } = input
  const converters = await openConverters(instantiate, connectorConfig, workerConfig, call)
  const close = (closers: readonly Closer[]): void => closeAll(closers, call, logger)
  try {
    const chain = await TransformationChain.open(instantiate, connectorConfig, call)
    const errors = new RecordErrors(connectorConfig, taskId, context)
    return {
      converters,
      chain,
      errors,
      keeping: input.keeping,
      close: () => close([...(chain?.closers ?? []), ...converters.closers]),
    }
  } catch (error) {
    close(converters.closers)
    throw error
  }
}

function closeAll(closers: readonly Closer[], call: PluginCall, logger: Logger): void {
  for (const closer of closers) {
    try {
      void call('release', () => closer.close())
    } catch (error) {
      logger.warn(`Closing ${closer.className} failed.`, error)
    }
  }
}

/** From here on what fails, and how long transformations take, is counted in `counters`. */
export function countIn(counters: TaskCounters, { errors, chain }: TaskPlugins): void {
  errors.countIn(counters)
  chain?.timeIn(counters)
}
