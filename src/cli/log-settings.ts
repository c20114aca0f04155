import type { ProcessSettings } from '../config/process-settings.ts'
import { setLogLevel } from '../util/log-levels.ts'
import { setLogSink } from '../util/logger.ts'
import type { LogEntry } from '../util/logger.ts'

/** Applies `SLUICE_LOG_LEVEL` and `SLUICE_LOG_FORMAT`. */
export function applyLogSettings({
  logLevel,
  logFormat,
}: Pick<ProcessSettings, 'logLevel' | 'logFormat'>): void {
  setLogLevel('root', logLevel)
  if (logFormat === 'json') {
    setLogSink((entry) => {
      process.stdout.write(formatJson(entry))
    })
  }
}

/** One object a line; `context` and `trace` only where there are some. */
export function formatJson({
  timestamp,
  level,
  logger,
  context,
  message,
  trace,
}: LogEntry): string {
  const entry = {
    timestamp: new Date(timestamp).toISOString(),
    level,
    logger,
    ...(context === '' ? {} : { context: context.trim() }),
    message,
    ...(trace === undefined ? {} : { trace }),
  }
  return `${JSON.stringify(entry)}\n`
}
