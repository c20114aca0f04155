import { configDef } from './config-def.ts'
import type { KeySpec } from './config-def.ts'
import type { ConnectorConfig, RawConfig } from './types.ts'

/**
 * Ours: whether what has failed is started again. The keys stand in a connector's configuration, and in the worker's
 * file for connectors that do not say.
 */

const group = 'Error Handling'

export const restartKeySpecs = {
  'errors.restart.policy': {
    type: 'string',
    default: 'none',
    oneOf: ['none', 'on-failure', 'on-retriable-failure'],
    importance: 'medium',
    doc: 'Whether a connector or task that has failed is started again: none, on-failure, or on-retriable-failure (only after an error that says it may go away).',
    group,
  },
  'errors.restart.backoff.ms': {
    type: 'long',
    default: 5000,
    min: 1,
    importance: 'low',
    doc: 'Time before the first restart. It doubles with each restart of the window, and is shortened at random by up to a half.',
    group,
  },
  'errors.restart.backoff.max.ms': {
    type: 'long',
    default: 300000,
    min: 1,
    importance: 'low',
    doc: 'Most time between a failure and the restart, unless the window is used up.',
    group,
  },
  'errors.restart.max.attempts': {
    type: 'int',
    default: 10,
    min: 1,
    importance: 'low',
    doc: 'Most restarts of a connector and its tasks within the window; the next one waits until there is room.',
    group,
  },
  'errors.restart.window.ms': {
    type: 'long',
    default: 3600000,
    min: 1000,
    importance: 'low',
    doc: 'Length of the window in which restarts are counted.',
    group,
  },
} as const satisfies Record<string, KeySpec>

const restartConfig = configDef(restartKeySpecs)

export interface RestartSettings {
  readonly policy: 'none' | 'on-failure' | 'on-retriable-failure'
  readonly backoffMs: number
  readonly maxBackoffMs: number
  readonly maxAttempts: number
  readonly windowMs: number
}

/** What holds for a connector: what it says, else what the worker's file says. */
export function restartSettings(
  worker: ConnectorConfig,
  connector: ConnectorConfig,
): RestartSettings {
  const config = restartConfig.parse({ ...own(worker), ...own(connector) })
  return {
    policy: config['errors.restart.policy'],
    backoffMs: Number(config['errors.restart.backoff.ms']),
    maxBackoffMs: Number(config['errors.restart.backoff.max.ms']),
    maxAttempts: config['errors.restart.max.attempts'],
    windowMs: Number(config['errors.restart.window.ms']),
  }
}

function own(config: RawConfig): ConnectorConfig {
  const entries = Object.entries(config).filter(
    (entry): entry is [string, string] => entry[1] !== null && restartConfig.keys.has(entry[0]),
  )
  return Object.fromEntries(entries)
}
