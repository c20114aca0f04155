import type { RawConfig } from '../../config/types.ts'
import { ConnectError, NotFoundError, asError } from '../../errors/connect-error.ts'
import { NotLeaderError } from '../../errors/forwarding-errors.ts'
import { RestError } from '../../errors/rest-error.ts'
import type { ConnectorState } from '../../stores/config/cluster-config.ts'
import type { KafkaConfigStore } from '../../stores/config/kafka-config-store.ts'
import { PrivilegedWriteError } from '../../stores/config/leader-writer.ts'
import { abortable, reasonOf } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'

const log = createLogger('org.apache.kafka.connect.runtime.distributed.DistributedHerder')

/** How long the producers of earlier tasks may take to be fenced. */
const fencingMs = 90_000

export interface ZombieFencingParts {
  readonly configs: Pick<KafkaConfigStore, 'refresh' | 'putTaskCount'>
  /** Does `job` where this worker leads, while no other configuration is written; rejects with a NotLeaderError where another one does. */
  readonly asLeader: (signal: AbortSignal, job: () => Promise<void>) => Promise<void>
  /** Fences the producers that have or had these transactional ids, with the connector's clients. */
  readonly fenceProducers: (
    connector: { readonly name: string; readonly config: RawConfig },
    tasks: number,
    signal: AbortSignal,
  ) => Promise<void>
}

interface Round {
  done: Promise<void>
  readonly cancel: AbortController
  /** Whether it knows which set of tasks it is for. */
  isFencing: boolean
}

/**
 * Rounds of zombie fencing (KIP-618), which the leader makes for a connector once its tasks were configured anew and before any of them
 * writes: the producers of the set before are fenced, then the size of the set that may write from now on is recorded. Whoever asks while a
 * round is under way shares it.
 */
export class ZombieFencing {
  readonly #parts: ZombieFencingParts
  readonly #rounds = new Map<string, Round>()

  constructor(parts: ZombieFencingParts) {
    this.#parts = parts
  }

  /** Resolves once no task of an earlier set of the connector can commit; a RestError 409 where it gets another set meanwhile. */
  async fence(connector: string, signal: AbortSignal): Promise<void> {
    const round = this.#rounds.get(connector) ?? this.#begin(connector)
    await abortable(round.done, signal)
  }

  /** The connector has another set of tasks: whoever waits for the round of the one before waits in vain. */
  reconfigured(connector: string): void {
    const round = this.#rounds.get(connector)
    // One that has not read which tasks there are reads these.
    if (round?.isFencing !== true) return
    round.cancel.abort(
      new RestError(
        409,
        'Fencing failed because new task configurations were generated for the connector',
      ),
    )
  }

  /** Ends every round. */
  stop(reason: Error): void {
    for (const { cancel } of this.#rounds.values()) cancel.abort(reason)
  }

  #begin(connector: string): Round {
    const cancel = new AbortController()
    const round: Round = { done: Promise.resolve(), cancel, isFencing: false }
    this.#rounds.set(connector, round)
    round.done = this.#run(connector, round).finally(() => {
      this.#rounds.delete(connector)
    })
    // Whoever asked is told; where they all gave up, nobody needs to be.
    round.done.catch(() => undefined)
    return round
  }

  async #run(connector: string, round: Round): Promise<void> {
    const { signal: cancelled } = round.cancel
    const signal = AbortSignal.any([cancelled, AbortSignal.timeout(fencingMs)])
    try {
      await this.#fence(connector, round, signal)
    } catch (error) {
      if (cancelled.aborted) throw reasonOf(cancelled)
      if (speaksForItself(error)) throw error
      throw new ConnectError(`Failed to perform zombie fencing: ${asError(error).message}`, {
        cause: error,
      })
    }
  }

  async #fence(connector: string, round: Round, signal: AbortSignal): Promise<void> {
    const { asLeader, fenceProducers } = this.#parts
    const before = await this.#stateOf(connector, signal)
    if (!before.needsFencing) {
      log.debug(`Skipping zombie fencing round for connector ${connector}: it has been done.`)
      return
    }
    const tasks = before.tasks.length
    const earlier = before.fencedTasks
    // One task is followed by one under the same transactional id, which fences it as it starts.
    const isFencedByItself = earlier === 1 && tasks === 1
    if (earlier !== null && earlier > 0 && !isFencedByItself) {
      log.info(`Fencing the producers of ${earlier} earlier tasks of connector ${connector}`)
      round.isFencing = true
      const owner = { name: connector, config: before.config }
      await abortable(fenceProducers(owner, earlier, signal), signal)
    }
    await asLeader(signal, () => this.#record(connector, before, signal))
  }

  /**
   * Between the look at which tasks there are and the record of how many nobody may configure others: the record would count for those, and
   * the next round fence too few.
   */
  async #record(connector: string, before: ConnectorState, signal: AbortSignal): Promise<void> {
    const { configs } = this.#parts
    const tasks = before.tasks.length
    const after = await this.#stateOf(connector, signal)
    if (after.generation !== before.generation || after.tasks.length !== tasks) {
      throw new RestError(
        409,
        'Failed to complete zombie fencing because a new set of task configs was generated',
      )
    }
    await configs.putTaskCount(connector, tasks, signal)
    await configs.refresh(signal)
  }

  async #stateOf(connector: string, signal: AbortSignal): Promise<ConnectorState> {
    const { connectors } = await this.#parts.configs.refresh(signal)
    const state = connectors.get(connector)
    if (state === undefined) throw new NotFoundError(`Connector ${connector} not found`)
    return state
  }
}

/** Whether whoever asked can do more with it than with the news that the round has failed. */
function speaksForItself(error: unknown): boolean {
  const kinds = [RestError, NotFoundError, NotLeaderError, PrivilegedWriteError]
  return kinds.some((kind) => error instanceof kind)
}
