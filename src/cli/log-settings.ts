import type { ProcessSettings } from '../config/process-settings.ts'
import { formatJson } from '../util/log-format.ts'
import { setLogLevel } from '../util/log-levels.ts'
import { LogWriter } from '../util/log-writer.ts'
import { formatEntry, setLogSink } from '../util/logger.ts'
import type { LogEntry } from '../util/logger.ts'
import { maskSecrets } from '../util/secrets.ts'

/** Applies `SLUICE_LOG_LEVEL` and `SLUICE_LOG_FORMAT`. `keep` is given every line as well. Answers with what writes them. */
export function applyLogSettings(
  { logLevel, logFormat }: Pick<ProcessSettings, 'logLevel' | 'logFormat'>,
  keep: (entry: LogEntry) => void = () => undefined,
): LogWriter {
  const writer = new LogWriter(process.stdout, logFormat === 'json' ? formatJson : formatEntry)
  setLogLevel('root', logLevel)
  setLogSink((entry) => {
    const masked = withoutSecrets(entry)
    keep(masked)
    writer.write(masked)
  })
  return writer
}

/** Invariant 8: this is the one way that lines of all threads take. */
function withoutSecrets(entry: LogEntry): LogEntry {
  const { message, trace } = entry
  const masked = { ...entry, message: maskSecrets(message) }
  return trace === undefined ? masked : { ...masked, trace: maskSecrets(trace) }
}
