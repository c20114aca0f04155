import { consumerConfigFor, producerConfigFor } from '../config/client-config.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { TaskStart } from '../messages/protocol.ts'
import type { Reading } from '../metrics/groups.ts'
import type { PluginDescriptor, PluginType } from '../plugins/plugin-descriptor.ts'

/** Finds plugins of any kind; throws where there is none. */
export interface PluginFinder {
  find(type: PluginType, name: string, version?: string | null, beside?: string): PluginDescriptor
}

const defaultHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

/** Which classes a task is made of, in which versions, as attributes of `connector-task-metrics`. */
export function taskPluginValues(
  start: TaskStart,
  finder: PluginFinder,
): Reading<'task'>['values'] {
  const { connectorConfig, workerConfig, taskConfig, type, connectorClass } = start
  const converter = (role: 'key' | 'value' | 'header'): Known => {
    const key = `${role}.converter`
    const config = connectorConfig[key] === undefined ? workerConfig : connectorConfig
    const name = config[key] ?? (role === 'header' ? defaultHeaderConverter : undefined)
    const kind = role === 'header' ? 'header_converter' : 'converter'
    return known(finder, kind, name, config[`${key}.plugin.version`])
  }
  return {
    ...named('connector', known(finder, type, connectorClass, versionOf(connectorConfig))),
    'connector-type': type,
    ...(taskConfig['task.class'] !== undefined && { 'task-class': taskConfig['task.class'] }),
    ...named('key-converter', converter('key')),
    ...named('value-converter', converter('value')),
    ...named('header-converter', converter('header')),
  }
}

/** The same of its transformations and predicates, each under its alias. */
export function chainReadings(start: TaskStart, finder: PluginFinder): Reading[] {
  const { id, connectorConfig: config } = start
  const tags = { connector: id.connector, task: String(id.task) }
  const of = (kind: 'transformation' | 'predicate', prefix: string): Known =>
    known(finder, kind, config[`${prefix}.type`], config[`${prefix}.plugin.version`])
  return [
    ...list(config.transforms).map((alias): Reading => ({
      group: 'transform',
      tags: { ...tags, transform: alias },
      values: named('transform', of('transformation', `transforms.${alias}`)),
    })),
    ...list(config.predicates).map((alias): Reading => ({
      group: 'predicate',
      tags: { ...tags, predicate: alias },
      values: named('predicate', of('predicate', `predicates.${alias}`)),
    })),
  ]
}

/** Of a connector. */
export function connectorValues(
  type: 'source' | 'sink',
  config: ConnectorConfig,
  finder: PluginFinder,
): Reading<'connector'>['values'] {
  const found = known(finder, type, config['connector.class'], versionOf(config))
  return { 'connector-type': type, ...named('connector', found) }
}

/** Under which `client.id` the task's producer or consumer is known. */
export function clientIdOf({ type, id, connectorConfig, workerConfig }: TaskStart): string {
  const configFor = type === 'source' ? producerConfigFor : consumerConfigFor
  return configFor(workerConfig, connectorConfig, id)['client.id'] ?? ''
}

interface Known {
  readonly className: string | undefined
  readonly version: string | null
}

function known(
  finder: PluginFinder,
  type: PluginType,
  name: string | undefined,
  version: string | undefined,
): Known {
  if (name === undefined) return { className: undefined, version: null }
  try {
    return finder.find(type, name, version)
  } catch {
    return { className: name.trim(), version: null } // The task has failed for it, and says so.
  }
}

function named<R extends string>(
  role: R,
  { className, version }: Known,
): Partial<Record<`${R}-class` | `${R}-version`, string>> {
  return {
    ...(className !== undefined && { [`${role}-class`]: className }),
    ...(version !== null && { [`${role}-version`]: version }),
  } as Partial<Record<`${R}-class` | `${R}-version`, string>>
}

function versionOf(config: ConnectorConfig): string | undefined {
  return config['connector.plugin.version']
}

function list(value: string | undefined): readonly string[] {
  return (value ?? '')
    .split(',')
    .map((alias) => alias.trim())
    .filter((alias) => alias !== '')
}
