import { createLogger } from '../util/logger.ts'
import { exitCodes } from './command-line.ts'
import { DistributedWorker } from './distributed-worker.ts'
import type { WorkerCommand } from './run-worker.ts'

const log = createLogger('org.apache.kafka.connect.cli.ConnectDistributed')
/** Where Java reads the topics. */
const herderLog = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** `connect-distributed`: a worker of a cluster. Further arguments are ignored, as by Java. */
export const distributedCommand: WorkerCommand = {
  usage: 'Usage: ConnectDistributed worker.properties',
  log,
  open: async (surroundings, _files, signal) => {
    const worker = await DistributedWorker.open(surroundings, signal)
    return {
      start: (stopping) => start(worker, stopping),
      stop: () => worker.stop(),
      stuckThreads: () => worker.stuckThreads(),
    }
  },
}

async function start(worker: DistributedWorker, signal: AbortSignal): Promise<number | null> {
  try {
    await worker.start(signal)
  } catch (error) {
    signal.throwIfAborted()
    herderLog.error('Uncaught exception in herder work thread, exiting: ', error)
    return exitCodes.uncaught
  }
  log.info('Kafka Connect started')
  return null
}
