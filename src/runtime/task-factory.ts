import {
  consumerConfigFor,
  producerConfigFor,
  transactionalProducerConfigFor,
} from '../config/client-config.ts'
import { createsTopics } from '../config/topic-creation-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { workerConfig as workerConfigDef } from '../config/worker-config.ts'
import { createGroupConsumer } from '../kafka/group/group-consumer.ts'
import { openProducer, openTransactionalProducer } from '../kafka/producer/kafka-producer.ts'
import { limitDecompressed } from '../kafka/records/most-decompressed.ts'
import { taskIdText } from '../messages/ids.ts'
import type { ExactlyOnceStart, TaskStart } from '../messages/protocol.ts'
import type { PluginLoader as ThreadPluginLoader } from '../plugins/plugin-loader.ts'
import { AtLeastOnceDelivery } from './at-least-once-delivery.ts'
import type { DeliveryParts } from './at-least-once-delivery.ts'
import { overdueCall } from './overdue-call.ts'
import { openPlugins, openSinkTask, openSourceTask, ownerOf, subscriptionOf } from './task-parts.ts'
import type { SourceDelivery } from './source-delivery.ts'
import type { TaskServices, WorkerTask, WorkerTaskFactory } from './task.ts'
import { transactionBoundary } from './transaction-boundary.ts'
import type { BoundarySettings } from './transaction-boundary.ts'
import { TransactionalDelivery } from './transactional-delivery.ts'
import { withMemory } from './with-memory.ts'
import { WorkerSinkTask } from './worker-sink-task.ts'
import { WorkerSourceTask } from './worker-source-task.ts'

/** A key by which a connector overrides a setting of one of its clients. */
const overrideKey = /^(?:producer|consumer|admin)\.override\./

/**
 * Makes the task that `start` describes, with real Kafka clients. Nothing of the plugin has been called yet. Rejects where
 * the worker's policy refuses what the connector overrides of its clients. `bufferBytes` is what all buffers of records may take
 * up, so no batch may become more.
 */
export function workerTaskFactory(
  plugins: ThreadPluginLoader,
  bufferBytes: number,
): WorkerTaskFactory {
  limitDecompressed(bufferBytes)
  return async (start, services) => {
    await requireOverridesAllowed(plugins, start)
    return start.type === 'source' ? sourceTask(start, services) : sinkTask(start, services)
  }
}

/** Checked when a connector is validated, and here again: the policy may have changed since. */
async function requireOverridesAllowed(
  plugins: ThreadPluginLoader,
  { connectorConfig, connectorClass, workerConfig }: TaskStart,
): Promise<void> {
  const overrides = Object.keys(connectorConfig).some((key) => overrideKey.test(key))
  if (!overrides) return
  const version = connectorConfig['connector.plugin.version'] ?? null
  const plugin = plugins.registry.connector(connectorClass, version)
  // Few connectors override anything: a thread without such a task does not load the definitions of every client.
  const policies = await import('./validation-overrides.ts')
  await policies.requireOverridesAllowed({ loader: plugins, workerConfig }, plugin, connectorConfig)
}

function sourceTask(start: TaskStart, services: TaskServices): WorkerTask {
  const { connectorConfig, workerConfig, exactlyOnce } = start
  return new WorkerSourceTask({
    services,
    targetState: start.targetState,
    taskConfig: start.taskConfig,
    commit: commitSettings(workerConfig),
    createsTopics: createsTopics(workerConfig, connectorConfig),
    openTask: () => openSourceTask(start, services),
    openPlugins: () => openPlugins(start, services),
    openDelivery: (parts) =>
      exactlyOnce === undefined
        ? atLeastOnce(start, services, parts)
        : inTransactions(start, exactlyOnce, parts),
  })
}

function atLeastOnce(
  start: TaskStart,
  services: TaskServices,
  parts: DeliveryParts,
): Promise<SourceDelivery> {
  const { connectorConfig, workerConfig } = start
  const { counters: meter, lease: gate } = services
  const clientConfig = producerConfigFor(workerConfig, connectorConfig, ownerOf(start))
  return AtLeastOnceDelivery.open(parts, commitSettings(workerConfig), (listener) =>
    withMemory(services, (memory) => openProducer(clientConfig, listener, { meter, gate, memory })),
  )
}

function inTransactions(
  start: TaskStart,
  { transactionalId, offsetsTopic, hasSecondStore }: ExactlyOnceStart,
  parts: DeliveryParts,
): Promise<SourceDelivery> {
  const { services } = parts
  const { connectorConfig, workerConfig, id } = start
  const { counters: meter, lease: gate } = services
  const owner = ownerOf(start)
  const client = transactionalProducerConfigFor(
    workerConfig,
    connectorConfig,
    owner,
    transactionalId,
  )
  for (const warning of client.warnings) services.logger.warn(warning)
  const settings = {
    ...{ transactionalId, offsetsTopic, hasSecondStore },
    task: taskIdText(id),
    boundary: transactionBoundary(boundarySettings(start)),
  }
  return TransactionalDelivery.open(parts, settings, (listener) =>
    withMemory(services, (memory) =>
      openTransactionalProducer(client.config, listener, { meter, gate, memory }),
    ),
  )
}

/** Where they are not set, the interval is that of commits of offsets (`offset.flush.interval.ms`). */
function boundarySettings({ connectorConfig, workerConfig }: TaskStart): BoundarySettings {
  const kind = connectorConfig['transaction.boundary']?.trim().toLowerCase() ?? 'poll'
  const interval = connectorConfig['transaction.boundary.interval.ms']?.trim()
  return {
    kind: kind === 'interval' || kind === 'connector' ? kind : 'poll',
    intervalMs: interval === undefined ? commitSettings(workerConfig).intervalMs : Number(interval),
  }
}

function sinkTask(start: TaskStart, services: TaskServices): WorkerTask {
  const { id, connectorConfig, workerConfig } = start
  const clientConfig = consumerConfigFor(workerConfig, connectorConfig, ownerOf(start))
  const hooks = {
    meter: services.counters,
    onMemberId: (groupId: string, memberId: string) => {
      services.notify.kafkaIdOpened({ groupId, memberId })
    },
    onIdle: (limitMs: number) => {
      const overdue = overdueCall(taskIdText(id), services.counters, limitMs)
      if (overdue !== null) services.fail(overdue)
    },
  }
  return new WorkerSinkTask({
    services,
    targetState: start.targetState,
    taskConfig: start.taskConfig,
    subscription: subscriptionOf(start),
    commit: commitSettings(workerConfig),
    openTask: () => openSinkTask(start, services),
    openPlugins: () => openPlugins(start, services),
    openConsumer: () =>
      withMemory(services, (memory) => createGroupConsumer(clientConfig, { ...hooks, memory })),
  })
}

function commitSettings(config: ConnectorConfig): { intervalMs: number; timeoutMs: number } {
  const parsed = workerConfigDef.parse(config)
  return {
    intervalMs: Number(parsed['offset.flush.interval.ms']),
    timeoutMs: Number(parsed['offset.flush.timeout.ms']),
  }
}
