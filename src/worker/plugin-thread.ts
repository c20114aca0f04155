import { Worker as NodeThread } from 'node:worker_threads'
import { ConnectError } from '../errors/connect-error.ts'
import { Channel } from '../messages/channel.ts'
import type { NoticeHandlers, RequestHandlers, RequestMap } from '../messages/channel.ts'
import { charactersOf, LogGate } from '../messages/log-gate.ts'
import type {
  MainThreadNotices,
  MainThreadRequests,
  PluginThreadNotices,
} from '../messages/protocol.ts'
import { ThreadBoard } from '../messages/thread-board.ts'
import type { RunningCall } from '../messages/thread-board.ts'
import type { ThreadRole, ThreadSettings } from '../messages/thread-settings.ts'
import { logLevelsSet } from '../util/log-levels.ts'
import type { LogIntake } from './log-intake.ts'

/**
 * Young generation of a thread's heap, in MB. Records that a task passes on die young; those that a sink gathers into a batch
 * live for some thousand records, and a smaller one has them copied twice and kept: 6 MB cost the JDBC sink a third more CPU.
 */
const youngMb = 24

/** A thread that was ended and is not gone after this long is in a native call, and may never go. */
const dieMs = 5000

/**
 * Who is to answer for the end of a thread: the one whose call stands on the board (`named`), nobody on it, or someone on it of
 * whom nothing is known.
 */
export type Blame = 'named' | 'nobody' | 'unknown'

type Crash = Error & { readonly code?: string }

const outOfMemory = 'ERR_WORKER_OUT_OF_MEMORY'

export interface PluginThreadOptions {
  /** The module the thread runs: `plugin-thread.js` of the build. */
  readonly entry: URL
  readonly settings: Pick<
    ThreadSettings,
    'role' | 'name' | 'incarnation' | 'plugins' | 'workerConfig' | 'lease' | 'memory'
  >
  /** Limit of the thread's JavaScript heap, in MB. Beyond it the thread ends, and it alone. */
  readonly heapMb: number
  readonly requests: RequestHandlers<MainThreadRequests>
  readonly notices: NoticeHandlers<PluginThreadNotices>
  /** Where its lines wait for their turn. */
  readonly logs: LogIntake
  /** Called once when nothing more is to be expected of the thread, before its open requests are answered. */
  readonly onEnded: () => void
}

/**
 * One life of a plugin thread; a successor is a new object with a new incarnation.
 *
 * alive ─► ended   its channel is closed and every open request answered with the reason
 *       ─► gone    the operating system has its thread back: `gone` resolves
 */
export class PluginThread<Asks extends RequestMap<Asks>> {
  readonly name: string
  readonly role: ThreadRole
  readonly board = new ThreadBoard()
  /** What it has of the process's memory for buffers. */
  readonly account: SharedArrayBuffer
  readonly channel: Channel<Asks, MainThreadRequests, MainThreadNotices, PluginThreadNotices>
  readonly gone: Promise<void>
  /** Settles once the thread has ended: true where it is gone, false where it still is not after five seconds. */
  readonly buried: Promise<boolean>
  /** Limit of its JavaScript heap. */
  readonly heapMb: number
  readonly #thread: NodeThread
  readonly #onEnded: () => void
  #resolveBuried: (gone: boolean) => void = () => undefined
  #reason: Error | null = null
  #blame: Blame = 'named'
  #named: RunningCall | null = null

  constructor({ entry, settings, heapMb, requests, notices, logs, onEnded }: PluginThreadOptions) {
    this.name = settings.name
    this.role = settings.role
    this.account = settings.memory.account
    this.heapMb = heapMb
    this.#onEnded = onEnded
    const gate = new LogGate()
    const workerData: ThreadSettings = {
      ...settings,
      logLevels: logLevelsSet(),
      logs: gate.shared,
      board: this.board.shared,
    }
    this.#thread = new NodeThread(entry, {
      name: settings.name,
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb },
    })
    this.channel = new Channel({
      endpoint: this.#thread,
      incarnation: settings.incarnation,
      peer: `The thread ${settings.name}`,
      requests,
      notices: throughGate(notices, gate, logs),
    })
    this.gone = new Promise((resolve) => {
      this.#thread.once('exit', (code) => {
        this.#end(new ConnectError(`The thread ${this.name} ended with exit code ${code}.`))
        resolve()
      })
    })
    this.buried = new Promise((resolve) => {
      this.#resolveBuried = resolve
    })
    // Not once: one that nobody listens to would end the process.
    this.#thread.on('error', (error: Crash) => this.#end(this.#crash(error), blameFor(error)))
  }

  /** Why the thread ended; null while it is alive. */
  get reason(): Error | null {
    return this.#reason
  }

  /** Who is to answer for its end. */
  get blame(): Blame {
    return this.#blame
  }

  /** The plugin call it was in when it ended; null while it is alive, or where it was in none. */
  get endedIn(): RunningCall | null {
    return this.#named
  }

  /** Ends the thread in the middle of whatever it does. Resolves once it is gone, or is known not to go. */
  async terminate(reason: Error, blame: Blame = 'named'): Promise<void> {
    this.#end(reason, blame)
    void this.#thread.terminate()
    await this.buried
  }

  #end(reason: Error, blame: Blame = 'named'): void {
    if (this.#reason) return
    this.#reason = reason
    this.#blame = blame
    this.#named = this.board.running()
    this.#onEnded()
    this.channel.close(reason)
    const limit = setTimeout(() => this.#resolveBuried(false), dieMs)
    void this.gone.then(() => {
      clearTimeout(limit)
      this.#resolveBuried(true)
    })
  }

  #crash(cause: Crash): ConnectError {
    const message =
      cause.code === outOfMemory
        ? `The thread ${this.name} ran out of memory: its heap may hold ${this.heapMb} MB. Find what keeps so much, or raise the limit.`
        : `The thread ${this.name} crashed: ${cause.message}`
    return new ConnectError(message, { cause })
  }
}

/** Whoever asks for the last byte of a heap need not have filled it. */
function blameFor({ code }: Crash): Blame {
  return code === outOfMemory ? 'unknown' : 'named'
}

/** What a plugin can have said as often as it likes leaves the gate once it has been handled. */
function throughGate(
  notices: NoticeHandlers<PluginThreadNotices>,
  gate: LogGate,
  logs: LogIntake,
): NoticeHandlers<PluginThreadNotices> {
  return {
    ...notices,
    log: (entry) =>
      logs.take(() => {
        gate.leave(charactersOf(entry))
        notices.log(entry)
      }),
    secret: (notice) => {
      gate.leave(notice.secret.length)
      notices.secret(notice)
    },
    requestTaskReconfiguration: (notice) => {
      gate.leave(0)
      notices.requestTaskReconfiguration(notice)
    },
  }
}
