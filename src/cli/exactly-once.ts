import { groupAdminConfigFor } from '../config/client-config.ts'
import {
  exactlyOnceModeOf,
  leaderTransactionalIdOf,
  transactionalIdOf,
} from '../config/exactly-once.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { ExactlyOnceOptions } from '../herder/distributed/options.ts'
import type { SourceTransactions } from '../herder/distributed/source-transactions.ts'
import { cleanUp } from '../kafka/clean-up.ts'
import type { ClientConfig } from '../kafka/types.ts'
import { fencingFailure } from '../runtime/transaction-errors.ts'
import type { InternalTopicOptions } from '../stores/internal-log.ts'
import type { KafkaOffsetStore } from '../stores/kafka-offset-store.ts'
import type { OffsetPlaces } from '../worker/offset-stores.ts'
import type { TransactionGuard } from '../worker/transaction-guard.ts'
import { offsetPlaces } from './offset-places.ts'

/** Under `enabled` nobody reads of an internal topic what a transaction may still take back. */
export function committedOnly<O extends InternalTopicOptions>(
  worker: ConnectorConfig,
  options: O,
): O {
  if (exactlyOnceModeOf(worker) !== 'enabled') return options
  return {
    ...options,
    readConfig: { ...options.clientConfig, 'isolation.level': 'read_committed' },
  }
}

/** The producer of the leader's writes, which the workers of a cluster share the transactional id of; undefined where none is used. */
export function leaderConfigOf(
  worker: ConnectorConfig,
  { clientConfig }: InternalTopicOptions,
): ClientConfig | undefined {
  if (exactlyOnceModeOf(worker) === 'disabled') return undefined
  return {
    ...clientConfig,
    'client.id': `${clientConfig['client.id'] ?? 'configs'}-leader`,
    ...{ acks: 'all', 'enable.idempotence': 'true' },
    'transactional.id': leaderTransactionalIdOf(worker),
  }
}

/** Where connectors keep their offsets, beside or instead of the worker's own store. */
export function offsetPlacesOf(
  worker: ConnectorConfig,
  { topic, clientConfig }: InternalTopicOptions,
  own: KafkaOffsetStore,
): OffsetPlaces {
  const isExactlyOnce = exactlyOnceModeOf(worker) === 'enabled'
  return offsetPlaces({ worker, clientConfig, topic, own, isExactlyOnce })
}

/** What the herder of a worker of a cluster needs for sources that write exactly once. */
export function exactlyOnceOptions(worker: ConnectorConfig): ExactlyOnceOptions {
  return {
    isEnabled: exactlyOnceModeOf(worker) === 'enabled',
    fenceProducers: async ({ name, config }, tasks, signal) => {
      const ids = Array.from({ length: tasks }, (_, task) => ({
        transactionalId: transactionalIdOf(worker, { connector: name, task }),
      }))
      try {
        await cleanUp(groupAdminConfigFor(worker, config, { connector: name }), ids, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw fencingFailure(
          error,
          ids.map(({ transactionalId }) => transactionalId),
        )
      }
    },
  }
}

/** What the worker asks before a source task writes in transactions; undefined where none does. */
export function transactionGuard(
  worker: ConnectorConfig,
  transactions: SourceTransactions,
): TransactionGuard | undefined {
  if (exactlyOnceModeOf(worker) !== 'enabled') return undefined
  return {
    transactionalIdOf: (id) => transactionalIdOf(worker, id),
    fenceZombies: (id, signal) => transactions.fenceZombies(id, signal),
    confirm: (id, signal) => transactions.confirm(id, signal),
  }
}
