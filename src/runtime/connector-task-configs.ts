import type { Connector, TaskClass } from '../api/connector.ts'
import type { ConnectorConfig } from '../config/types.ts'

/** What a connector's `taskConfigs` returned, as tasks are given it: with their `task.class` and its topics. */
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
  return produced.map((task) => ({ ...task, ...filledIn }))
}

function taskClassName(connector: Connector): string {
  const found = (connector as Connector & { taskClass(): TaskClass<unknown> }).taskClass()
  return found.className ?? found.name
}

function pick(config: ConnectorConfig, key: string): ConnectorConfig {
  const value = config[key]
  return value === undefined ? {} : { [key]: value }
}
