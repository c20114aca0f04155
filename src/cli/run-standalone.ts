import { readPropertiesFile } from '../config/java-properties.ts'
import { readProcessSettings } from '../config/process-settings.ts'
import type { ProcessSettings } from '../config/process-settings.ts'
import { LogHistory } from '../util/log-history.ts'
import type { LogWriter } from '../util/log-writer.ts'
import { createLogger } from '../util/logger.ts'
import { loadTestHooks } from '../util/fault-point.ts'
import { exitCodes, parseCommandLine, usage } from './command-line.ts'
import { readConnectorFile } from './connector-file.ts'
import { ignoredEnvironment } from './ignored-environment.ts'
import { applyLogSettings } from './log-settings.ts'
import { StandaloneWorker } from './standalone-worker.ts'
import { dieBySignal, listenForStop } from './stop-signals.ts'

/** How long whoever reads the log may take nothing of it before its end is given up. */
const logGraceMs = 2000
const lastWordsMs = 500

const log = createLogger('org.apache.kafka.connect.cli.ConnectStandalone')

/** `connect-standalone` from its arguments to its exit code (`AbstractConnectCli`). */
export async function runStandalone(
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
  threadEntry: URL,
): Promise<number> {
  const ignored = ignoredEnvironment(env)
  if (ignored !== null) process.stderr.write(`${ignored}\n`)
  const command = parseCommandLine(args)
  if (command.kind === 'usage') {
    log.info(usage)
    return exitCodes.usage
  }
  const opened = openLog(env)
  if (opened === null) return exitCodes.notStarted
  dieOfTheUnexpected(opened)
  using stop = listenForStop(({ exitCode }) => process.exit(exitCode))
  try {
    return await run(command.workerFile, command.connectorFiles, { ...opened, threadEntry, stop })
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
function openLog(env: Readonly<NodeJS.ProcessEnv>): Log | null {
  try {
    const settings = readProcessSettings(env)
    const logs = new LogHistory()
    return { settings, logs, writer: applyLogSettings(settings, (entry) => logs.keep(entry)) }
  } catch (error) {
    log.error('Stopping due to error', error)
    return null
  }
}

interface Surroundings {
  readonly settings: ProcessSettings
  readonly logs: LogHistory
  readonly threadEntry: URL
  readonly stop: ReturnType<typeof listenForStop>
}

/** Rejects where the worker could not be set up: exit code 2. */
async function run(
  workerFile: string,
  connectorFiles: readonly string[],
  { settings, logs, threadEntry, stop }: Surroundings,
): Promise<number> {
  const startedAt = performance.now()
  log.info('Kafka Connect worker initializing ...')
  await loadTestHooks()
  const originals = workerFile === '' ? {} : await readPropertiesFile(workerFile)
  const worker = await StandaloneWorker.open(
    {
      ...{ originals, source: workerFile, settings, threadEntry, logs },
      connectors: connectorFiles.length,
    },
    stop.abort,
  )
  process.once('exit', (code) => {
    if (worker.stuckThreads().length > 0) dieBySignal(code)
  })
  log.info(
    `Kafka Connect worker initialization took ${Math.round(performance.now() - startedAt)}ms`,
  )
  try {
    const code = await start(worker, connectorFiles, stop.abort)
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

/** Starts the worker, then each connector in turn. Null where all of it runs, else the exit code. */
async function start(
  worker: StandaloneWorker,
  connectorFiles: readonly string[],
  signal: AbortSignal,
): Promise<number | null> {
  log.info('Kafka Connect starting')
  try {
    await worker.start(signal)
  } catch (error) {
    signal.throwIfAborted()
    log.error('Failed to start Connect', error)
    return exitCodes.startFailed
  }
  log.info('Kafka Connect started')
  try {
    for (const file of connectorFiles) await createConnector(worker, file, signal)
  } catch (error) {
    signal.throwIfAborted()
    log.error('Stopping after connector error', error)
    return exitCodes.startFailed
  }
  worker.herder.markReady()
  return null
}

async function createConnector(
  { herder }: StandaloneWorker,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const { name, config, initialState } = await readConnectorFile(file)
  const options = {
    allowReplace: false,
    ...(initialState === null ? {} : { targetState: initialState }),
  }
  try {
    const { info } = await herder.putConnectorConfig(name, config, options, signal)
    log.info(`Created connector ${info.name}`)
  } catch (error) {
    if (!signal.aborted) log.error(`Failed to create connector for ${file}`)
    throw error
  }
}

/** What nobody caught leaves the worker in a state that nobody knows: better to be started again. */
function dieOfTheUnexpected({ writer }: Log): void {
  const exit = (): void => process.exit(exitCodes.uncaught)
  const die = (error: unknown): void => {
    log.error('Uncaught exception in the worker, exiting: ', error)
    if (writer.pending) void writer.flush(lastWordsMs).finally(exit)
    else exit()
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
}
