import type { ConnectorConfig, RawConfig } from '../../config/types.ts'
import { isRetriable, traceOf } from '../../errors/connect-error.ts'
import type { Logger } from '../../util/logger.ts'
import type { ConnectorWorker } from '../../worker/types.ts'
import type { ConfigResolver } from '../config-resolver.ts'
import type { RestartSupervisor } from '../restart-supervisor.ts'
import type { StatusFailure, Statuses } from '../statuses.ts'

/** What the life of a connector and its tasks needs of its surroundings. */
export interface LifecycleServices {
  readonly worker: ConnectorWorker
  readonly statuses: Statuses
  readonly resolver: ConfigResolver
  readonly restarts: RestartSupervisor
  readonly log: Logger
}

/** Variables resolved. Validation lets no null through, so none is lost here. */
export async function resolveConfig(
  resolver: ConfigResolver,
  config: RawConfig,
  signal: AbortSignal,
): Promise<ConnectorConfig> {
  const present = Object.entries(config).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  )
  return resolver.resolve<ConnectorConfig>(Object.fromEntries(present), signal)
}

/** The version of the connector that a configuration names; null where its plugin is gone. */
export function connectorVersionOf(worker: ConnectorWorker, config: RawConfig): string | null {
  try {
    return worker.connectorVersion(config['connector.class'] ?? '')
  } catch {
    return null
  }
}

export function failureOf(error: unknown): StatusFailure {
  return { trace: traceOf(error), retriable: isRetriable(error) }
}
