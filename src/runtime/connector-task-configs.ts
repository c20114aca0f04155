import type { Connector, TaskClass } from '../api/connector.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { javaCopyOrder } from '../util/java-hash-order.ts'

/**
 * What a connector's `taskConfigs` returned, as tasks are given it: with their `task.class` and its topics, and in the order in
 * which Java's worker writes them.
 */
export function completeTaskConfigs(
  connector: Connector,
  config: ConnectorConfig,
  produced: readonly ConnectorConfig[],
): ConnectorConfig[] {
  const filledIn = {
    'task.class': taskClassName(connector),
    ...pick(config, 'topics'),
    ...pick(config, 'topics.regex'),
  }
  return produced.map((task) => inJavaOrder({ ...task, ...filledIn }))
}

function inJavaOrder(config: ConnectorConfig): ConnectorConfig {
  const keys = javaCopyOrder(Object.keys(config))
  return Object.fromEntries(keys.map((key) => [key, config[key] ?? '']))
}

function taskClassName(connector: Connector): string {
  const found = (connector as Connector & { taskClass(): TaskClass<unknown> }).taskClass()
  return found.className ?? found.name
}

function pick(config: ConnectorConfig, key: string): ConnectorConfig {
  const value = config[key]
  return value === undefined ? {} : { [key]: value }
}
