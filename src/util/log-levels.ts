/** Names and levels of the loggers of this thread, as log4j has them. The main thread keeps those of plugin threads like its own. */

export const logLevels = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL'] as const
export type LogLevel = (typeof logLevels)[number]

/** The name under which the default of all loggers is set and shown. */
export const rootLogger = 'root'

/** A line is logged where its level's rank is no greater than that of its logger's. */
export const ranks = Object.fromEntries(logLevels.map((level, rank) => [level, rank])) as Readonly<
  Record<LogLevel, number>
>

/** Loggers are named after classes, of which there are few; a plugin that makes up names must not fill the memory. */
const mostNames = 10_000

const levels = new Map<string, LogLevel>([[rootLogger, 'INFO']])
const names = new Set<string>()
/** Counts the changes of levels: what was worked out under another count is out of date. */
let changes = 0
let onNamed: (names: readonly string[]) => void = () => undefined

/** The level called `text` in any case, surrounding blanks aside; undefined where there is none. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const wanted = text.trim().toUpperCase()
  return logLevels.find((level) => level === wanted)
}

/** Sets the level of `logger` and everything below it that has no level of its own; `root` is the default of all. */
export function setLogLevel(logger: string, level: LogLevel): void {
  if (!levels.has(logger) && levels.size >= mostNames) return
  levels.set(logger, level)
  changes++
}

/** Every logger that has a level of its own, for a thread that is to log likewise. */
export function logLevelsSet(): readonly (readonly [string, LogLevel])[] {
  return [...levels]
}

/** The level in force for `logger`: its own, or that of the nearest name above it. */
export function logLevelOf(logger: string): LogLevel {
  for (let name = logger; name !== ''; name = name.slice(0, Math.max(name.lastIndexOf('.'), 0))) {
    const level = levels.get(name)
    if (level !== undefined) return level
  }
  return levels.get(rootLogger) ?? 'INFO'
}

/** Answers with the rank of the level in force for `logger`, which is looked up again only after a level has changed. */
export function thresholdOf(logger: string): () => number {
  let known = -1
  let rank = 0
  return () => {
    if (known !== changes) {
      rank = ranks[logLevelOf(logger)]
      known = changes
    }
    return rank
  }
}

/** Makes names known to {@link loggerNames}: those of loggers created here, or in a plugin thread. */
export function registerLoggers(added: readonly string[]): void {
  const fresh = added.filter((name) => !names.has(name) && name !== rootLogger)
  if (fresh.length === 0 || names.size + fresh.length > mostNames) return
  for (const name of fresh) names.add(name)
  onNamed(fresh)
}

/** The names of all loggers there are, `root` aside. */
export function loggerNames(): ReadonlySet<string> {
  return names
}

/** Tells `listener` the names there are, and each new one as soon as it is there. */
export function watchLoggerNames(listener: (names: readonly string[]) => void): void {
  onNamed = listener
  listener([...names])
}
