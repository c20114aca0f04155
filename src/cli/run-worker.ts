import { readPropertiesFile } from '../config/java-properties.ts'
import { readProcessSettings } from '../config/process-settings.ts'
import type { ProcessSettings } from '../config/process-settings.ts'
import { loadTestHooks } from '../util/fault-point.ts'
import { LogHistory } from '../util/log-history.ts'
import type { LogWriter } from '../util/log-writer.ts'
import type { Logger } from '../util/logger.ts'
import { exitCodes, parseCommandLine } from './command-line.ts'
import type { WorkerSurroundings } from './foundation.ts'
import { ignoredEnvironment } from './ignored-environment.ts'
import { applyLogSettings } from './log-settings.ts'
import { dieBySignal, listenForStop } from './stop-signals.ts'
import type { StopSignals } from './stop-signals.ts'

/** How long whoever reads the log may take nothing of it before its end is given up. */
const logGraceMs = 2000
const lastWordsMs = 500

/** A worker that answers REST that it is starting. */
export interface OpenedWorker {
  /** Null where all of it runs, else the exit code, with the reason logged. Rejects when `signal` aborts. */
  start(signal: AbortSignal): Promise<number | null>
  stop(): Promise<void>
  /** Names of threads that do not end, so that an exit of the process would not either. */
  stuckThreads(): readonly string[]
}

/** A command that runs a worker. */
export interface WorkerCommand {
  readonly usage: string
  readonly log: Logger
  /** Sets the worker up. Rejects where it cannot be: exit code 2. */
  open(
    surroundings: WorkerSurroundings,
    connectorFiles: readonly string[],
    signal: AbortSignal,
  ): Promise<OpenedWorker>
}

/** A command from its arguments to its exit code (`AbstractConnectCli`). */
export async function runWorker(
  command: WorkerCommand,
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
  threadEntry: URL,
): Promise<number> {
  const { log, usage } = command
  const ignored = ignoredEnvironment(env)
  if (ignored !== null) process.stderr.write(`${ignored}\n`)
  const asked = parseCommandLine(args)
  if (asked.kind === 'usage') {
    log.info(usage)
    return exitCodes.usage
  }
  const opened = openLog(env, log)
  if (opened === null) return exitCodes.notStarted
  dieOfTheUnexpected(opened.writer, log)
  using stop = listenForStop(({ exitCode }) => process.exit(exitCode))
  const { workerFile, connectorFiles } = asked
  const { settings, logs } = opened
  try {
    log.info('Kafka Connect worker initializing ...')
    await loadTestHooks()
    const originals = workerFile === '' ? {} : await readPropertiesFile(workerFile)
    const surroundings = { originals, source: workerFile, settings, threadEntry, logs }
    return await run(command, surroundings, connectorFiles, stop)
  } catch (error) {
    if (stop.request) return stop.request.exitCode
    log.error('Stopping due to error', error)
    return exitCodes.notStarted
  } finally {
    await opened.writer.flush(logGraceMs)
  }
}

interface Log {
  readonly settings: ProcessSettings
  readonly writer: LogWriter
  /** The last lines of connectors and tasks. */
  readonly logs: LogHistory
}

/** Null where the variables of the environment cannot be used, which has been logged. */
function openLog(env: Readonly<NodeJS.ProcessEnv>, log: Logger): Log | null {
  try {
    const settings = readProcessSettings(env)
    const logs = new LogHistory()
    return { settings, logs, writer: applyLogSettings(settings, (entry) => logs.keep(entry)) }
  } catch (error) {
    log.error('Stopping due to error', error)
    return null
  }
}

/** Rejects where the worker could not be set up. */
async function run(
  command: WorkerCommand,
  surroundings: WorkerSurroundings,
  connectorFiles: readonly string[],
  stop: StopSignals,
): Promise<number> {
  const { log } = command
  const startedAt = performance.now()
  const worker = await command.open(surroundings, connectorFiles, stop.abort)
  process.once('exit', (code) => {
    if (worker.stuckThreads().length > 0) dieBySignal(code)
  })
  log.info(
    `Kafka Connect worker initialization took ${Math.round(performance.now() - startedAt)}ms`,
  )
  try {
    log.info('Kafka Connect starting')
    const code = await worker.start(stop.abort)
    if (code !== null) return code
    return (await stop.requested).exitCode
  } catch (error) {
    if (stop.request) return stop.request.exitCode
    throw error
  } finally {
    log.info('Kafka Connect stopping')
    await worker.stop()
    log.info('Kafka Connect stopped')
  }
}

/** What nobody caught leaves the worker in a state that nobody knows: better to be started again. */
function dieOfTheUnexpected(writer: LogWriter, log: Logger): void {
  const exit = (): void => process.exit(exitCodes.uncaught)
  const die = (error: unknown): void => {
    log.error('Uncaught exception in the worker, exiting: ', error)
    if (writer.pending) void writer.flush(lastWordsMs).finally(exit)
    else exit()
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
}
