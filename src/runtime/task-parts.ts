import type { SinkTask } from '../api/sink-task.ts'
import type { SourceTask } from '../api/source-task.ts'
import type { ClientOwner } from '../config/client-config.ts'
import { ConfigError } from '../errors/connect-error.ts'
import type { Subscription } from '../kafka/types.ts'
import { taskIdText } from '../messages/ids.ts'
import type { TaskStart } from '../messages/protocol.ts'
import { JavaPattern } from '../util/regex/java-pattern.ts'
import type { Instantiate } from './converters.ts'
import { keepingOf } from './keeping.ts'
import { openTaskPlugins } from './task-plugins.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

/** What a task is put together from, of what its start says. */

/** A new instance of the plugin's task, checked by its shape. */
export async function openSourceTask(
  start: TaskStart,
  services: TaskServices,
): Promise<SourceTask> {
  const Connector = await services.loader.load('source', ...pluginOf(start))
  return services.call('initialize', () => {
    const Task = new Connector().taskClass()
    return asTask<SourceTask>(new Task(), ['poll'], taskIdText(start.id))
  })
}

/** As {@link openSourceTask}. */
export async function openSinkTask(start: TaskStart, services: TaskServices): Promise<SinkTask> {
  const Connector = await services.loader.load('sink', ...pluginOf(start))
  return services.call('initialize', () => {
    const Task = new Connector().taskClass()
    return asTask<SinkTask>(new Task(), ['put'], taskIdText(start.id))
  })
}

/** Loads and configures what stands between the task that `start` describes and Kafka. */
export function openPlugins(start: TaskStart, services: TaskServices): Promise<TaskPlugins> {
  const { connectorConfig, workerConfig, id } = start
  const { logger, call } = services
  const instantiate = instantiateBy(start, services)
  const taskId = taskIdText(id)
  const context = `[${id.connector}|task-${id.task}] `
  const configs = { connectorConfig, workerConfig, keeping: keepingOf(start, services) }
  return openTaskPlugins({ ...configs, instantiate, taskId, context, logger, call })
}

/** What lies beside the connector is taken before what is newer elsewhere. */
function instantiateBy(start: TaskStart, { loader, call }: TaskServices): Instantiate {
  const [connector, ofConnector = null] = pluginOf(start)
  const beside = { connector, version: ofConnector }
  return async (type, name, version) => {
    const Plugin = await loader.load(type, name, version, beside)
    return { instance: await call('configure', () => new Plugin()), className: name }
  }
}

/** Class and version, as `connector.class` and `connector.plugin.version` name them. */
export function pluginOf({ connectorClass, connectorConfig }: TaskStart): [string, string?] {
  const version = connectorConfig['connector.plugin.version']
  return version === undefined ? [connectorClass] : [connectorClass, version]
}

/** Whose clients they are. */
export function ownerOf({ id }: TaskStart): ClientOwner {
  return { connector: id.connector, task: id.task }
}

/** The topics of a sink. Throws a ConfigError where it names none. */
export function subscriptionOf({ id, connectorConfig }: TaskStart): Subscription {
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
