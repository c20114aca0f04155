import type { RawConfig } from '../config/types.ts'
import { asError, ConnectError } from '../errors/connect-error.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../messages/config-infos.ts'
import type { Run } from '../messages/protocol.ts'
import type { ConnectorThread, ThreadPool } from './thread-pool.ts'

type Ask<T> = (thread: ConnectorThread, run: Run) => Promise<T>

/**
 * Asks the connector thread about configurations, each time under a run of its own. Where the thread ends meanwhile, the
 * validation that ended it fails with the call it was in; any other is tried once more on the next thread.
 */
export class Validations {
  readonly #pool: ThreadPool
  readonly #newRun: () => Run
  /** How many a thread has been asked for and has not answered. */
  readonly #open = new WeakMap<ConnectorThread, number>()

  constructor(pool: ThreadPool, newRun: () => Run) {
    this.#pool = pool
    this.#newRun = newRun
  }

  validate(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    const of = config['connector.class'] ?? 'a connector'
    return this.#try(of, ({ channel }, run) =>
      channel.request('validate', { run, config, pluginName }, { signal }),
    )
  }

  pluginConfig(
    pluginName: string,
    version: string | null,
    signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]> {
    return this.#try(pluginName, ({ channel }, run) =>
      channel.request('pluginConfig', { run, pluginName, version }, { signal }),
    )
  }

  async #try<T>(of: string, ask: Ask<T>): Promise<T> {
    const attempt = await this.#ask(ask)
    if ('answer' in attempt) return attempt.answer
    const { alone } = attempt
    const named = attempt.thread.blame === 'named' ? attempt.thread.endedIn : null
    if (named ? named.run === attempt.run : alone) throw ended(attempt, of)
    const next = await this.#ask(ask)
    if ('answer' in next) return next.answer
    throw ended(next, of)
  }

  /** What the thread answers; or, where it has ended, how. Rejects with the thread's own error. */
  async #ask<T>(ask: Ask<T>): Promise<{ readonly answer: T } | Ended> {
    const thread = this.#pool.connectorThread()
    const run = this.#newRun()
    this.#count(thread, 1)
    try {
      const answer = await ask(thread, run)
      this.#count(thread, -1)
      return { answer }
    } catch (error) {
      // What was open when the thread ended stays counted.
      if (thread.reason) return { thread, run, alone: this.#open.get(thread) === 1, error }
      this.#count(thread, -1)
      throw error
    }
  }

  #count(thread: ConnectorThread, change: number): void {
    this.#open.set(thread, (this.#open.get(thread) ?? 0) + change)
  }
}

interface Ended {
  readonly thread: ConnectorThread
  readonly run: Run
  /** No other validation was open on the thread. */
  readonly alone: boolean
  readonly error: unknown
}

function ended({ thread, run, error }: Ended, of: string): ConnectError {
  const cause = asError(error)
  const { endedIn, board } = thread
  const where =
    endedIn?.run === run ? `in ${endedIn.stage} of ${board.named()}` : `validating ${of}`
  return new ConnectError(`${cause.message} It was ${where}.`, { cause })
}
