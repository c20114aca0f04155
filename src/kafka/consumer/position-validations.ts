import { asError, isRetriable } from '../../errors/connect-error.ts'
import { delay, isAbortOf } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from '../net/backoff.ts'
import { UnsupportedVersionError } from '../net/errors.ts'
import { request } from '../protocol/api.ts'
import { brokerError, ErrorCode, isStaleMetadata } from '../protocol/errors.ts'
import { offsetForLeaderEpochApi } from '../protocol/offset-for-leader-epoch.ts'
import type {
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
} from '../protocol/offset-for-leader-epoch.ts'
import { byTopic, partitionText } from '../topic-partitions.ts'
import { LogTruncationError } from './errors.ts'
import { groupByLeader, refreshLeaders } from './leaders.ts'
import { isLookup } from './offset-reset.ts'
import type { PartitionState } from './partition-state.ts'
import { PartitionWork } from './partition-work.ts'
import type { PositionParts } from './position-lookups.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.SubscriptionState')

type EpochEnd = OffsetForLeaderEpochResponse['topics'][number]['partitions'][number]

/** A partition as it was asked for: the answer counts only where it still stands like that. */
interface Asked {
  readonly state: PartitionState
  readonly position: number | null
  readonly epoch: number
  readonly leaderEpoch: number
}

/**
 * Asks a new leader whether its log has what was read before (KIP-320). An unclean election may have cut it: then the
 * position goes back to where the logs part, or by `auto.offset.reset` where that is not known.
 */
export class PositionValidations extends PartitionWork {
  readonly #parts: PositionParts

  constructor(parts: PositionParts) {
    super(parts.notify)
    this.#parts = parts
  }

  /** Begins with those of `states` that need it and are not under way. */
  begin(states: Iterable<PartitionState>): void {
    const pending: PartitionState[] = []
    for (const state of states) {
      if (state.needsValidation && !this.isUnderWay(state)) pending.push(state)
    }
    if (pending.length === 0) return
    this.start(pending, (signal) => this.#validate(pending, signal))
  }

  /** Never rejects. Goes on until all are settled. */
  async #validate(states: readonly PartitionState[], signal: AbortSignal): Promise<void> {
    const { client, fail } = this.#parts
    const refused = new Set<PartitionState>()
    try {
      for (let failures = 0; ; failures++) {
        const left = states.filter((each) => each.needsValidation && !refused.has(each))
        if (left.length === 0) return
        if (failures > 0) await delay(backoffMs(client.options.retryBackoff, failures), signal)
        const { byLeader, leaderless } = groupByLeader(client, left)
        if (leaderless.length > 0) await refreshLeaders(client, leaderless, signal)
        const asked = Array.from(byLeader, ([leader, each]) =>
          this.#ask(leader, each, refused, signal),
        )
        await Promise.all(asked)
      }
    } catch (error) {
      if (!isAbortOf(signal, error)) fail(asError(error))
    }
  }

  async #ask(
    leader: number,
    states: readonly PartitionState[],
    refused: Set<PartitionState>,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, fail } = this.#parts
    for (const state of states) {
      const found = client.metadata.leader(state.topic, state.partition)
      if (found) state.follow(found)
    }
    const asked = new Map(states.map((state) => [partitionText(state), askedOf(state)]))
    try {
      const body = request(offsetForLeaderEpochApi, bodyOf(states))
      const { topics } = await client.send(leader, 'meta', body, signal)
      for (const { topic, partitions } of topics) {
        for (const each of partitions) {
          const found = asked.get(partitionText({ topic, partition: each.partition }))
          const error = found && stands(found) ? this.#answered(found.state, each) : null
          if (error === null) continue
          if (found) refused.add(found.state)
          fail(error)
        }
      }
    } catch (error) {
      signal.throwIfAborted()
      // A broker older than 2.3 cannot be asked.
      if (error instanceof UnsupportedVersionError) for (const each of states) each.validated()
      else if (!isRetriable(error)) throw error
      else for (const topic of byTopic(states).keys()) client.metadata.invalidate(topic)
    }
  }

  /** The error where it is for the caller to decide. */
  #answered(state: PartitionState, { errorCode, leaderEpoch, endOffset }: EpochEnd): Error | null {
    const { client } = this.#parts
    const what = `Cannot ask whether the log of ${partitionText(state)} was cut`
    if (errorCode === ErrorCode.TOPIC_AUTHORIZATION_FAILED) return brokerError(errorCode, what)
    if (errorCode !== ErrorCode.NONE) {
      log.info(brokerError(errorCode, what).message)
      if (isStaleMetadata(errorCode)) client.metadata.invalidate(state.topic)
      return null
    }
    const isKnown = endOffset >= 0 && leaderEpoch >= 0
    if (isKnown && endOffset >= (state.position ?? 0)) {
      state.validated()
      return null
    }
    return this.#truncated(state, isKnown ? { offset: endOffset, epoch: leaderEpoch } : null)
  }

  #truncated(
    state: PartitionState,
    end: { readonly offset: number; readonly epoch: number } | null,
  ): Error | null {
    const { autoOffsetReset: reset } = this.#parts.options
    const what = `Truncation detected for partition ${partitionText(state)} at offset ${state.position}`
    if (!isLookup(reset)) return new LogTruncationError(truncationText(state, end))
    if (end === null) {
      log.warn(`${what}. Going on as auto.offset.reset=${reset.text} says.`)
      state.reset(reset)
    } else {
      log.warn(`${what}, resetting offset to the first offset known to diverge, ${end.offset}.`)
      state.validated(end.offset, end.epoch)
    }
    return null
  }
}

function askedOf(state: PartitionState): Asked {
  const { position, epoch, leaderEpoch } = state
  return { state, position, epoch, leaderEpoch }
}

function stands({ state, position, epoch, leaderEpoch }: Asked): boolean {
  const isSame = state.position === position && state.epoch === epoch
  return isSame && state.leaderEpoch === leaderEpoch && state.needsValidation
}

function bodyOf(states: readonly PartitionState[]): OffsetForLeaderEpochRequest {
  const topics = Array.from(byTopic(states), ([topic, each]) => ({
    topic,
    partitions: each.map(({ partition, leaderEpoch, epoch }) => ({
      partition,
      currentLeaderEpoch: leaderEpoch,
      leaderEpoch: epoch,
    })),
  }))
  return { replicaId: -1, topics }
}

function truncationText(
  state: PartitionState,
  end: { readonly offset: number; readonly epoch: number } | null,
): string {
  const where = partitionText(state)
  const diverges =
    end === null
      ? ''
      : `${where}=OffsetAndMetadata{offset=${end.offset}, leaderEpoch=${end.epoch}, metadata=''}`
  return (
    `Truncated partitions detected with divergent offsets {${diverges}}: the log of ${where} lost what stood before ` +
    `offset ${state.position}, which was read already, and auto.offset.reset is none. Set it to earliest or latest, or ` +
    'commit an offset from which to go on.'
  )
}
