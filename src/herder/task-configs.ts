import { hasVariable } from '../config/config-variables.ts'
import type { ConnectorConfig, RawConfig } from '../config/types.ts'
import { ConnectError } from '../errors/connect-error.ts'

/** `tasks.max`, which validation has let through: at least 1. */
export function tasksMaxOf(config: ConnectorConfig): number {
  return Number.parseInt(config['tasks.max'] ?? '1', 10)
}

/** More tasks than `tasks.max` allows: the connector fails, and is not asked again (KIP-1004). */
export class TooManyTasksError extends ConnectError {
  override readonly javaName: string = 'org.apache.kafka.connect.runtime.TooManyTasksException'

  constructor(connector: string, count: number, max: number) {
    super(
      `The connector ${connector} has generated ${count} tasks, which is greater than ${max}, ` +
        'the maximum number of tasks it is configured to create. This behaviour should be considered a bug ' +
        "and is disallowed. If necessary, it can be permitted by reconfiguring the connector with 'tasks.max.enforce' " +
        'set to false; however, this option will be removed in a future release of Kafka Connect.',
    )
  }
}

/** Throws a TooManyTasksError, unless `tasks.max.enforce` is false; then says so with the result. */
export function exceedsTasksMax(
  connector: string,
  config: ConnectorConfig,
  count: number,
): boolean {
  const max = tasksMaxOf(config)
  if (count <= max) return false
  if (config['tasks.max.enforce']?.trim().toLowerCase() === 'false') return true
  throw new TooManyTasksError(connector, count, max)
}

/**
 * What a task is given under a key that holds a variable in the connector's configuration goes back to
 * that variable, so that no secret is stored or shown (invariant 8).
 */
export function keepVariables(connector: RawConfig, task: ConnectorConfig): ConnectorConfig {
  const kept = Object.entries(connector).filter(
    (entry): entry is [string, string] =>
      entry[1] !== null && Object.hasOwn(task, entry[0]) && hasVariable(entry[1]),
  )
  return kept.length === 0 ? task : { ...task, ...Object.fromEntries(kept) }
}

export function sameConfig(a: RawConfig, b: RawConfig): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  )
}

export function sameConfigs(a: readonly RawConfig[], b: readonly RawConfig[]): boolean {
  return (
    a.length === b.length &&
    a.every((config, index) => {
      const other = b[index]
      return other !== undefined && sameConfig(config, other)
    })
  )
}
