import type { ConnectorConfig } from '../config/types.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { ExactlyOnceStart, TaskStart } from '../messages/protocol.ts'
import { secretsIn } from '../util/secrets.ts'
import type { OffsetStores } from './offset-stores.ts'
import type { WorkerOptions } from './worker-options.ts'

/** Puts together what a task thread needs to run a task. */
export class TaskStarts {
  readonly #options: WorkerOptions
  readonly #stores: OffsetStores

  constructor(options: WorkerOptions, stores: OffsetStores) {
    this.#options = options
    this.#stores = stores
  }

  of(
    id: ConnectorTaskId,
    connectorConfig: ConnectorConfig,
    taskConfig: ConnectorConfig,
  ): TaskStart {
    const { config: workerConfig, plugins, kafkaClusterId } = this.#options
    const connectorClass = connectorConfig['connector.class'] ?? ''
    const type = plugins.connector(connectorClass).type === 'source' ? 'source' : 'sink'
    const exactlyOnce = type === 'source' ? this.#exactlyOnce(id, connectorConfig) : null
    return {
      id,
      type,
      ...{ connectorClass, connectorConfig, taskConfig, workerConfig, kafkaClusterId },
      secrets: secretsIn([connectorConfig, taskConfig, workerConfig]),
      targetState: 'STARTED',
      ...(exactlyOnce && { exactlyOnce }),
    }
  }

  /** Null where the task writes at least once. */
  #exactlyOnce(id: ConnectorTaskId, config: ConnectorConfig): ExactlyOnceStart | null {
    const { transactions } = this.#options
    const place = this.#stores.placeOf(id.connector, config)
    if (transactions === undefined || place === null) return null
    const { topic: offsetsTopic, hasSecondStore } = place
    return { transactionalId: transactions.transactionalIdOf(id), offsetsTopic, hasSecondStore }
  }
}
