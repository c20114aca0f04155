import type { SinkTask } from '../api/sink-task.ts'
import type { SourceTask } from '../api/source-task.ts'
import { consumerConfigFor, producerConfigFor } from '../config/client-config.ts'
import { createsTopics } from '../config/topic-creation-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { workerConfig as workerConfigDef } from '../config/worker-config.ts'
import { ConfigError } from '../errors/connect-error.ts'
import { createGroupConsumer } from '../kafka/group/group-consumer.ts'
import { openProducer } from '../kafka/producer/kafka-producer.ts'
import { limitDecompressed } from '../kafka/records/most-decompressed.ts'
import type { Subscription } from '../kafka/types.ts'
import { taskIdText } from '../messages/ids.ts'
import type { TaskStart } from '../messages/protocol.ts'
import type { PluginLoader as ThreadPluginLoader } from '../plugins/plugin-loader.ts'
import { JavaPattern } from '../util/regex/java-pattern.ts'
import type { Instantiate } from './converters.ts'
import { keepingOf } from './keeping.ts'
import { overdueCall } from './overdue-call.ts'
import { openTaskPlugins } from './task-plugins.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices, WorkerTask, WorkerTaskFactory } from './task.ts'
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
  const { id, connectorConfig, workerConfig } = start
  const { counters: meter } = services
  const clientConfig = producerConfigFor(workerConfig, connectorConfig, owner(start))
  return new WorkerSourceTask({
    services,
    targetState: start.targetState,
    taskConfig: start.taskConfig,
    commit: commitSettings(workerConfig),
    createsTopics: createsTopics(workerConfig, connectorConfig),
    openTask: async () => {
      const Connector = await services.loader.load('source', ...pluginOf(start))
      return services.call('initialize', () => {
        const Task = new Connector().taskClass()
        return asTask<SourceTask>(new Task(), ['poll'], taskIdText(id))
      })
    },
    openPlugins: () => openPlugins(start, services),
    openProducer: (listener) =>
      withMemory(services, (memory) =>
        openProducer(clientConfig, listener, { meter, gate: services.lease, memory }),
      ),
  })
}

function sinkTask(start: TaskStart, services: TaskServices): WorkerTask {
  const { id, connectorConfig, workerConfig } = start
  const clientConfig = consumerConfigFor(workerConfig, connectorConfig, owner(start))
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
    openTask: async () => {
      const Connector = await services.loader.load('sink', ...pluginOf(start))
      return services.call('initialize', () => {
        const Task = new Connector().taskClass()
        return asTask<SinkTask>(new Task(), ['put'], taskIdText(id))
      })
    },
    openPlugins: () => openPlugins(start, services),
    openConsumer: () =>
      withMemory(services, (memory) => createGroupConsumer(clientConfig, { ...hooks, memory })),
  })
}

function openPlugins(start: TaskStart, services: TaskServices): Promise<TaskPlugins> {
  const { connectorConfig, workerConfig, id } = start
  const { logger, call } = services
  const instantiate = instantiateBy(services)
  const taskId = taskIdText(id)
  const context = `[${id.connector}|task-${id.task}] `
  const configs = { connectorConfig, workerConfig, keeping: keepingOf(start, services) }
  return openTaskPlugins({ ...configs, instantiate, taskId, context, logger, call })
}

function instantiateBy({ loader, call }: TaskServices): Instantiate {
  return async (type, name, version) => {
    const Plugin = await loader.load(type, name, version)
    return { instance: await call('configure', () => new Plugin()), className: name }
  }
}

/** Class and version, as `connector.class` and `connector.plugin.version` name them. */
function pluginOf({ connectorClass, connectorConfig }: TaskStart): [string, string?] {
  const version = connectorConfig['connector.plugin.version']
  return version === undefined ? [connectorClass] : [connectorClass, version]
}

function owner({ id }: TaskStart): { readonly connector: string; readonly task: number } {
  return { connector: id.connector, task: id.task }
}

function commitSettings(config: ConnectorConfig): { intervalMs: number; timeoutMs: number } {
  const parsed = workerConfigDef.parse(config)
  return {
    intervalMs: Number(parsed['offset.flush.interval.ms']),
    timeoutMs: Number(parsed['offset.flush.timeout.ms']),
  }
}

function subscriptionOf({ id, connectorConfig }: TaskStart): Subscription {
  const topics = (connectorConfig.topics ?? '').split(',').map((topic) => topic.trim())
  const named = topics.filter((topic) => topic !== '')
  if (named.length > 0) return { topics: named }
  const pattern = connectorConfig['topics.regex']?.trim() ?? ''
  if (pattern === '') {
    throw new ConfigError(
      `Must configure one of topics or topics.regex, found neither for sink connector ${id.connector}.`,
    )
  }
  return { pattern: new JavaPattern(pattern) }
}

/** Checks by shape, not by class: the plugin may bring its own copy of ours. */
function asTask<T extends object>(task: T, methods: readonly string[], id: string): T {
  for (const method of ['initialize', 'start', 'stop', ...methods]) {
    if (typeof (task as Record<string, unknown>)[method] === 'function') continue
    throw new ConfigError(
      `The class that taskClass() returned for task ${id} has no method ${method}: expected a task of the kind of its connector.`,
    )
  }
  return task
}
