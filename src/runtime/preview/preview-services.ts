import { ConnectError } from '../../errors/connect-error.ts'
import { TaskCounters } from '../../messages/counters.ts'
import { withTypedNumbers } from '../../messages/offset-fields.ts'
import type { Run } from '../../messages/protocol.ts'
import type { ThreadBoard } from '../../messages/thread-board.ts'
import type { WorkerLease } from '../../messages/worker-lease.ts'
import { abortable } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { isPromise } from '../../util/maybe-promise.ts'
import type { MemoryAccount } from '../../util/memory-budget.ts'
import { LeaseGate } from '../lease-gate.ts'
import type { MainThread } from '../main-thread.ts'
import type { PluginCalls } from '../plugin-calls.ts'
import type { PluginLoader, TaskServices } from '../task.ts'

/** What the thread of a preview has. */
export interface PreviewThreadParts {
  readonly main: MainThread
  readonly board: ThreadBoard
  readonly loader: PluginLoader
  readonly lease: WorkerLease
  readonly memory: MemoryAccount
}

export interface PreviewServicesParts extends PreviewThreadParts {
  readonly connector: string
  readonly run: Run
  /** Begins the lines of the log. */
  readonly context: string
  readonly calls: PluginCalls
  /** Aborts when nobody waits for the preview any more, or it has failed. */
  readonly cancelled: AbortSignal
  fail(error: Error): void
}

/** What a task is offered, without anything by which it could leave a trace: offsets are read, and never written. */
export function previewServices(parts: PreviewServicesParts): TaskServices {
  const { connector, run, context, calls, main, cancelled } = parts
  const logger = createLogger('org.apache.kafka.connect.runtime.WorkerTask', context)
  return {
    loader: parts.loader,
    counters: new TaskCounters(),
    lease: new LeaseGate(parts.lease, logger),
    openMemoryShare: () => parts.memory.open(),
    fail: (error) => parts.fail(error),
    logger,
    call: (stage, call) => {
      const result = calls.call(stage, call)
      if (cancelled.aborted || !isPromise(result)) return result
      return abortable(result, cancelled)
    },
    readOffsets: async (partitions, signal) => {
      const asked = main.request('readOffsets', { connector, run, partitions }, { signal })
      return (await abortable(asked, cancelled)).map(withTypedNumbers)
    },
    writeOffsets: () => Promise.reject(refusal('writes no offsets')),
    createTopic: () => Promise.reject(refusal('creates no topics')),
    transactions: {
      fenceZombies: () => Promise.reject(refusal('begins no transactions')),
      confirm: () => Promise.reject(refusal('begins no transactions')),
      offsetKeys: () => Promise.reject(refusal('writes no offsets')),
      writeElsewhere: () => Promise.reject(refusal('writes no offsets')),
    },
    notify: {
      status: () => undefined,
      topicUsed: () => undefined,
      kafkaIdOpened: () => undefined,
    },
  }
}

function refusal(what: string): ConnectError {
  return new ConnectError(`A preview ${what}.`)
}
