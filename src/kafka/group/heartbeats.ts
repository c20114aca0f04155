import { asError } from '../../errors/connect-error.ts'
import { delay } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { thisMoment } from '../../util/moment.ts'
import type { Moment } from '../../util/moment.ts'
import type { Backoff } from '../net/backoff.ts'
import { ErrorCode } from '../protocol/errors.ts'
import type { GroupCoordinator } from './coordinator.ts'
import { RebalanceInProgressError } from './errors.ts'
import type { MemberOptions } from './group-options.ts'
import type { Generation } from './join-exchange.ts'
import { heartbeat } from './member-requests.ts'
import type { Session } from './session.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.ConsumerCoordinator')

export interface HeartbeatParts {
  readonly coordinator: GroupCoordinator
  readonly options: MemberOptions
  readonly retryBackoff: Backoff
}

/** Heartbeats of a member, on a timer of their own: a `put` that waits does not hold them up. */
export class Heartbeats {
  readonly #parts: HeartbeatParts
  readonly #session: Session
  readonly #heard: (code: number, generation: Generation) => Error | null
  #stop: AbortController | null = null

  /** `heard` takes what the coordinator answers, and gives the error it stands for. */
  constructor(
    parts: HeartbeatParts,
    session: Session,
    heard: (code: number, generation: Generation) => Error | null,
  ) {
    this.#parts = parts
    this.#session = session
    this.#heard = heard
  }

  /** Sends them until `stop`, of a generation entered by what was sent at `sentAt`. Never rejects. */
  async start(generation: Generation, sentAt: Moment): Promise<void> {
    this.#stop = new AbortController()
    this.#session.watch(sentAt)
    await this.#keepAlive(generation, this.#stop.signal)
  }

  stop(): void {
    this.#stop?.abort(new Error('The generation is over.'))
    this.#stop = null
    this.#session.unwatch()
  }

  async #keepAlive(generation: Generation, signal: AbortSignal): Promise<void> {
    const { options, retryBackoff } = this.#parts
    let wait = options.heartbeatIntervalMs
    while (await slept(wait, signal)) {
      const sentAt = thisMoment()
      try {
        const code = await heartbeat(this.#parts, generation, signal)
        if (signal.aborted) return
        if (code === ErrorCode.NONE || code === ErrorCode.REBALANCE_IN_PROGRESS) {
          this.#session.watch(sentAt)
        }
        const error = this.#heard(code, generation)
        wait = isAlive(error) ? options.heartbeatIntervalMs : retryBackoff.firstMs
      } catch (error) {
        if (!signal.aborted) {
          const member = `Member of group ${options.groupId}`
          log.info(`${member}: no heartbeat: ${asError(error).message}`)
        }
        wait = retryBackoff.firstMs
      }
    }
  }
}

/** A heartbeat that was heard, whatever the answer: the next one is due after the interval. */
function isAlive(error: Error | null): boolean {
  return error === null || error instanceof RebalanceInProgressError
}

/** False where the signal aborted first. */
async function slept(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, signal)
    return true
  } catch {
    return false
  }
}
