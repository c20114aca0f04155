import type { ConnectorConfig } from '../config/types.ts'
import type { TaskCounters } from '../messages/counters.ts'
import type { Logger } from '../util/logger.ts'
import type { Instantiate, TaskConverters } from './converters.ts'
import { openConverters } from './converters.ts'
import { RecordErrors } from './record-errors.ts'
import { TransformationChain } from './transformation-chain.ts'

/** What stands between a task and Kafka, loaded and configured. */
export interface TaskPlugins {
  readonly converters: TaskConverters
  readonly chain: TransformationChain | null
  readonly errors: RecordErrors
  close(): void
}

export interface TaskPluginsInput {
  readonly instantiate: Instantiate
  readonly connectorConfig: ConnectorConfig
  readonly workerConfig: ConnectorConfig
  /** `connector-0`. */
  readonly taskId: string
  readonly logger: Logger
}

export async function openTaskPlugins(input: TaskPluginsInput): Promise<TaskPlugins> {
  const { instantiate, connectorConfig, workerConfig, taskId, logger } = input
  const converters = await openConverters(instantiate, connectorConfig, workerConfig)
  try {
    const chain = await TransformationChain.open(instantiate, connectorConfig)
    const errors = new RecordErrors(connectorConfig, taskId, logger)
    return {
      converters,
      chain,
      errors,
      close: () => {
        chain?.close()
        converters.close()
      },
    }
  } catch (error) {
    converters.close()
    throw error
  }
}

/** From here on what fails, and how long transformations take, is counted in `counters`. */
export function countIn(counters: TaskCounters, { errors, chain }: TaskPlugins): void {
  errors.countIn(counters)
  chain?.timeIn(counters)
}
