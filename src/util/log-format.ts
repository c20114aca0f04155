import type { LogEntry } from './logger.ts'

/** One object a line; connector, task and trace only where there are some. */
export function formatJson(entry: LogEntry): string {
  return `${JSON.stringify(toJson(entry))}\n`
}

/** An entry as JSON shows it, in the log and in REST answers. */
export function toJson(entry: LogEntry): Readonly<Record<string, unknown>> {
  const { timestamp, level, logger, context, message, thread = 'main', trace } = entry
  return {
    timestamp: new Date(timestamp).toISOString(),
    level,
    logger,
    ...ownerOf(context),
    message,
    thread,
    ...(trace === undefined ? {} : { trace }),
  }
}

/** Whose line it is: a context is `[name|worker] `, `[name|task-3] ` or `[name|task-3|offsets] `, or empty. */
export function ownerOf(context: string): { readonly connector?: string; readonly task?: number } {
  const [, connector, task] =
    /^\[(.*)\|(?:worker|task-(\d+)(?:\|offsets)?)\] $/s.exec(context) ?? []
  if (connector === undefined) return {}
  return task === undefined ? { connector } : { connector, task: Number(task) }
}
