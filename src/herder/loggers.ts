import {
  logLevelOf,
  loggerNames,
  parseLogLevel,
  registerLoggers,
  rootLogger,
} from '../util/log-levels.ts'
import type { LogLevel } from '../util/log-levels.ts'
import { createLogger } from '../util/logger.ts'
import type { LoggerLevel, LoggerLevels } from './herder.ts'
import { threadLoggers } from './thread-loggers.ts'

const log = createLogger('org.apache.kafka.connect.runtime.Loggers')

/**
 * What `/admin/loggers` shows and sets (`org.apache.kafka.connect.runtime.Loggers`). A level is set for each logger by
 * itself, as Java does it: one that is created later has the level of the nearest name above it.
 */
export class Loggers implements LoggerLevels {
  readonly #apply: (logger: string, level: LogLevel) => void
  readonly #tellAll: LoggerLevels['setClusterLevel'] | null
  readonly #lastModified = new Map<string, number>()

  /** `apply` sets the level of one logger, in every thread; `tellAll` tells every worker of the cluster, this one too. */
  constructor(
    apply: (logger: string, level: LogLevel) => void,
    tellAll: LoggerLevels['setClusterLevel'] | null = null,
  ) {
    this.#apply = apply
    this.#tellAll = tellAll
    registerLoggers(threadLoggers)
  }

  level(logger: string): LoggerLevel | null {
    const name = canonical(logger)
    return name === rootLogger || loggerNames().has(name) ? this.#entity(name) : null
  }

  all(): Record<string, LoggerLevel> {
    const names = [rootLogger, ...loggerNames()].sort()
    return Object.fromEntries(
      names
        .map((name) => [name, this.#entity(name)] as const)
        .filter(([, { level }]) => level !== 'OFF'),
    )
  }

  setLevel(namespace: string, level: LogLevel): readonly string[] {
    const name = canonical(namespace)
    // To Java the root logger is the one without a name, and every name begins so.
    const prefix = name === rootLogger ? '' : name
    log.info(`Setting level of namespace ${prefix} and children to ${level}`)
    registerLoggers([name])
    const meant = [rootLogger, ...loggerNames()].filter((known) =>
      known === rootLogger ? prefix === '' : known.startsWith(prefix),
    )
    const changed = meant.filter((known) => logLevelOf(known) !== level).sort()
    const now = Date.now()
    for (const changedName of changed) {
      this.#apply(changedName, level)
      this.#lastModified.set(changedName, now)
    }
    return changed
  }

  async setClusterLevel(namespace: string, level: string, signal: AbortSignal): Promise<void> {
    if (this.#tellAll === null) this.apply(namespace, level)
    else await this.#tellAll(namespace, level, signal)
  }

  /** What the cluster was told (KIP-976): a level as whoever asked for it wrote it. One that is none is left, as by Java. */
  apply(namespace: string, level: string): void {
    const known = parseLogLevel(level)
    if (known === undefined) {
      log.warn(`Ignoring request to set invalid level '${level}' for namespace ${namespace}`)
    } else this.setLevel(namespace, known)
  }

  #entity(name: string): LoggerLevel {
    return { level: logLevelOf(name), last_modified: this.#lastModified.get(name) ?? null }
  }
}

function canonical(name: string): string {
  return name.toLowerCase() === rootLogger ? rootLogger : name
}
