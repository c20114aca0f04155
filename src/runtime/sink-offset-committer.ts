import type { SinkTask } from '../api/sink-task.ts'
import type { PartitionOffset, TopicPartition } from '../api/topic-partition.ts'
import { asError, RetriableError } from '../errors/connect-error.ts'
import type { GroupConsumer } from '../kafka/types.ts'
import type { SinkPartition, SinkPartitions } from './sink-partitions.ts'
import type { TaskServices } from './task.ts'
import { timeLimit } from '../util/abort.ts'
import { faultPoint } from '../util/fault-point.ts'

export interface SinkCommitSettings {
  readonly intervalMs: number
  readonly timeoutMs: number
}

/** While a commit is under way, the next one has to wait; it is looked for again after this. */
const recheckMs = 20

export interface SinkCommitterParts {
  readonly task: SinkTask
  readonly consumer: GroupConsumer
  readonly partitions: SinkPartitions
  readonly services: TaskServices
  readonly settings: SinkCommitSettings
  /** Resolves once every record that was given up so far is kept durably; rejects where one could not be. */
  readonly settled: (signal: AbortSignal) => Promise<void>
}

interface Commit extends TopicPartition {
  readonly offset: number
  readonly metadata?: string
}

/** A commit that failed, and where its partition stood then: once that is elsewhere, the task has gone back. */
interface Owed {
  readonly entry: Commit
  readonly committed: number
}

/**
 * Commits what a sink task says is durable (invariant 1): on the interval without holding up the records, and
 * to the end when partitions are given up. One commit at a time. A commit that fails is counted and logged;
 * the next one covers it.
 */
export class SinkOffsetCommitter {
  readonly #task: SinkTask
  readonly #consumer: GroupConsumer
  readonly #partitions: SinkPartitions
  readonly #services: TaskServices
  readonly #settings: SinkCommitSettings
  readonly #settled: SinkCommitterParts['settled']
  /** What was durable and could not be committed: a task may say an offset only once. */
  readonly #owed = new WeakMap<SinkPartition, Owed>()
  #underWay: Promise<void> | null = null
  #nextAt: number

  constructor(parts: SinkCommitterParts) {
    this.#task = parts.task
    this.#consumer = parts.consumer
    this.#partitions = parts.partitions
    this.#services = parts.services
    this.#settings = parts.settings
    this.#settled = parts.settled
    this.#nextAt = performance.now() + parts.settings.intervalMs
  }

  /** Milliseconds until the next commit can begin; 0 when it is due. */
  get dueInMs(): number {
    return Math.max(this.#underWay === null ? 0 : recheckMs, this.#nextAt - performance.now())
  }

  /** Makes the next commit due now. */
  request(): void {
    this.#nextAt = 0
  }

  /**
   * Where a commit is due: asks the task what is durable, and sends the commit without waiting for its answer.
   * Resolves with the partitions to rewind where the task could not make its records durable.
   */
  async commitIfDue(signal: AbortSignal): Promise<readonly SinkPartition[]> {
    if (this.#underWay !== null || this.dueInMs > 0) return []
    this.#nextAt = performance.now() + this.#settings.intervalMs
    const partitions = this.#partitions.all()
    if (partitions.length === 0) return []
    this.#services.counters.add('commitSequence', 1)
    let offsets: readonly Commit[]
    try {
      offsets = await this.#durable(partitions, signal)
    } catch (error) {
      const why = `Offset commit failed, rewinding to last committed offsets: ${asError(error).message}`
      this.#services.logger.error(why, error)
      this.#services.counters.add('commitFailures', 1)
      return partitions
    }
    this.#underWay = this.#send(offsets, signal).finally(() => {
      this.#underWay = null
    })
    return []
  }

  /** Commits `partitions`, which are being given up; resolves once that is done or has failed. */
  async commitClosing(partitions: readonly SinkPartition[], signal: AbortSignal): Promise<void> {
    await this.#underWay
    try {
      await this.#send(await this.#durable(partitions, signal), signal)
    } catch (error) {
      this.#services.logger.warn(
        `Offset commit failed while partitions are given up; their last records are delivered again: ${asError(error).message}`,
      )
    }
  }

  /** Resolves once no commit is under way. */
  async idle(): Promise<void> {
    await this.#underWay
  }

  /** What the task says may be committed, less what it may not say; of a session that is over nothing (invariant 4). */
  async #durable(
    partitions: readonly SinkPartition[],
    signal: AbortSignal,
  ): Promise<readonly Commit[]> {
    const put = this.#partitions.offsets(partitions)
    faultPoint('sink.flush')
    if (!this.#services.lease.held || !this.#consumer.stillHolds()) return []
    const durable = await this.#services.call('preCommit', () => this.#task.preCommit(put, signal))
    const said = durable.flatMap((entry) => this.#acceptable(entry, partitions) ?? [])
    const saidOf = new Set(said.map((entry) => this.#partitions.get(entry)))
    const rest = partitions.filter((state) => !saidOf.has(state))
    return [...said, ...rest.flatMap((state) => this.#owedOf(state) ?? [])]
  }

  #owedOf(state: SinkPartition): Commit | null {
    const owed = this.#owed.get(state)
    if (owed?.committed !== state.committed) return null
    return owed.entry.offset <= state.current ? owed.entry : null
  }

  #acceptable(entry: PartitionOffset, committing: readonly SinkPartition[]): Commit | null {
    const { topic, partition } = entry
    const offset = Number(entry.offset)
    const state = this.#partitions.get(entry)
    if (state === undefined || !committing.includes(state)) {
      this.#services.logger.warn(
        `Ignoring invalid task provided offset ${topic}-${partition}/${offset}: the partition is not assigned.`,
      )
      return null
    }
    if (offset > state.current) {
      this.#services.logger.warn(
        `Ignoring invalid task provided offset ${topic}-${partition}/${offset}: it is not yet consumed, the task was given records up to ${state.current}.`,
      )
      return null
    }
    return offset === state.committed ? null : { ...entry, offset }
  }

  async #send(offsets: readonly Commit[], signal: AbortSignal): Promise<void> {
    const { counters, logger } = this.#services
    if (offsets.length === 0) {
      counters.add('commitSkips', 1)
      return
    }
    const began = performance.now()
    faultPoint('sink.commit')
    try {
      this.#requireLease()
      signal.throwIfAborted()
      using limit = timeLimit(this.#settings.timeoutMs, signal)
      // Invariant 1: a dead letter counts once it is durable. The records behind it are put meanwhile.
      await this.#settled(limit.signal)
      this.#requireLease()
      await this.#consumer.commit(offsets, limit.signal)
      for (const entry of offsets) {
        const state = this.#partitions.get(entry)
        if (state === undefined) continue
        state.committed = entry.offset
        this.#owed.delete(state)
      }
      if (logger.isEnabled('DEBUG')) logger.debug(`Committed offsets ${textOf(offsets)}`)
      counters.add('commits', 1)
      counters.set('lastCommitAt', Date.now())
    } catch (error) {
      counters.add('commitFailures', 1)
      for (const entry of offsets) {
        const state = this.#partitions.get(entry)
        if (state !== undefined) this.#owed.set(state, { entry, committed: state.committed })
      }
      logger.error(
        `Commit of offsets failed; the next commit covers them: ${asError(error).message}`,
      )
    }
    const tookMs = performance.now() - began
    counters.add('commitTimeMs', tookMs)
    counters.max('commitTimeMaxMs', tookMs)
  }

  /** Invariant 4. */
  #requireLease(): void {
    if (this.#services.lease.held) return
    throw new RetriableError('the worker has heard nothing from its group for a session.')
  }
}

/** `{orders-0=12, orders-1=7}` */
function textOf(offsets: readonly Commit[]): string {
  const entries = offsets.map(({ topic, partition, offset }) => `${topic}-${partition}=${offset}`)
  return `{${entries.join(', ')}}`
}
