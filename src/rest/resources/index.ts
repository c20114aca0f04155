import type { Resource } from '../resource.ts'
import { connectorPlugins, pluginConfig, pluginValidate } from './connector-plugins.ts'
import { connectorHealth } from './connector-health.ts'
import {
  connector,
  connectorConfig,
  connectorStatus,
  connectorTopics,
  connectorTopicsReset,
} from './connector.ts'
import { connectors } from './connectors.ts'
import { pause, restart, resume, stop } from './lifecycle.ts'
import { drain } from './drain.ts'
import { logger, loggers } from './loggers.ts'
import { connectorLogs, taskLogs } from './logs.ts'
import { metrics } from './metrics.ts'
import { offsets } from './offsets.ts'
import { preview } from './preview.ts'
import { health, root } from './root.ts'
import { fence, taskRestart, taskStatus, tasks } from './tasks.ts'

/** Every resource of the REST API. `commit` names our build. */
export function resources(commit: string): Resource[] {
  return [
    root(commit),
    health,
    metrics,
    connectors,
    connector,
    connectorConfig,
    connectorStatus,
    connectorHealth,
    connectorTopics,
    connectorTopicsReset,
    offsets,
    pause,
    resume,
    stop,
    restart,
    tasks,
    taskStatus,
    taskRestart,
    fence,
    connectorPlugins,
    pluginConfig,
    pluginValidate,
    preview,
    connectorLogs,
    taskLogs,
    loggers,
    logger,
    drain,
  ]
}
