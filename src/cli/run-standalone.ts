import { createLogger } from '../util/logger.ts'
import { exitCodes } from './command-line.ts'
import { readConnectorFile } from './connector-file.ts'
import type { OpenedWorker, WorkerCommand } from './run-worker.ts'
import { StandaloneWorker } from './standalone-worker.ts'

const log = createLogger('org.apache.kafka.connect.cli.ConnectStandalone')

/** `connect-standalone`: a worker and the connectors of the command line. */
export const standaloneCommand: WorkerCommand = {
  usage: 'Usage: ConnectStandalone worker.properties [connector1.properties connector2.json ...]',
  log,
  open: async (surroundings, connectorFiles, signal) => {
    const options = { ...surroundings, connectors: connectorFiles.length }
    const worker = await StandaloneWorker.open(options, signal)
    return opened(worker, connectorFiles)
  },
}

function opened(worker: StandaloneWorker, connectorFiles: readonly string[]): OpenedWorker {
  return {
    start: (signal) => start(worker, connectorFiles, signal),
    stop: () => worker.stop(),
    stuckThreads: () => worker.stuckThreads(),
  }
}

/** Starts the worker, then each connector in turn. */
async function start(
  worker: StandaloneWorker,
  connectorFiles: readonly string[],
  signal: AbortSignal,
): Promise<number | null> {
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
