import type { ConnectorConfig, RawConfig } from '../config/types.ts'
import { isRetriable, traceOf } from '../errors/connect-error.ts'
import type { Logger } from '../util/logger.ts'
import type { ConnectorWorker } from '../worker/types.ts'
import type { ConfigResolver, NoteExpiry } from './config-resolver.ts'
import type { ExpiryRestarts } from './expiry-restarts.ts'
import type { RestartSupervisor } from './restart-supervisor.ts'
import type { StatusFailure, Statuses } from './statuses.ts'

/** What the life of a connector and its tasks needs of its surroundings. */
export interface LifecycleServices {
  readonly worker: ConnectorWorker
  readonly statuses: Statuses
  readonly resolver: ConfigResolver
  readonly restarts: RestartSupervisor
  readonly expiries: ExpiryRestarts
  readonly log: Logger
}

/** Of which connector a configuration is, and that one's own, which says in `config.action.reload` whether values may run out. */
export interface ConfigOwner {
  readonly connector: string
  readonly config: RawConfig
}

/**
 * Variables resolved: of the connector itself, or of one of its tasks. Where they hold for a time only, the connector will be
 * started again. Validation lets no null through, so none is lost here.
 */
export async function resolveConfig(
  { resolver, expiries }: Pick<LifecycleServices, 'resolver' | 'expiries'>,
  owner: ConfigOwner,
  config: RawConfig,
  signal: AbortSignal,
): Promise<ConnectorConfig> {
  const present = Object.entries(config).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  )
  const note: NoteExpiry = (source, ttlMs) => expiries.schedule(owner.connector, source, ttlMs)
  const reloads = owner.config['config.action.reload']?.trim().toLowerCase() !== 'none'
  const resolved = Object.fromEntries(present) as ConnectorConfig
  return resolver.resolve(resolved, signal, reloads ? note : undefined)
}

/** The version of the connector that a configuration names; null where its plugin is gone. */
export function connectorVersionOf(
  worker: Pick<ConnectorWorker, 'connectorVersion'>,
  config: RawConfig,
): string | null {
  try {
    const range = config['connector.plugin.version'] ?? null
    return worker.connectorVersion(config['connector.class'] ?? '', range)
  } catch {
    return null
  }
}

export function failureOf(error: unknown): StatusFailure {
  return { trace: traceOf(error), retriable: isRetriable(error) }
}
