import { setImmediate } from 'node:timers/promises'
import type { TopicPartition } from '../../api/topic-partition.ts'
import { asError, ConnectError } from '../../errors/connect-error.ts'
import { isAbortOf } from '../../util/abort.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import type { KafkaClient } from '../net/client.ts'
import { EARLIEST_TIMESTAMP, LATEST_TIMESTAMP } from '../protocol/list-offsets.ts'
import { partitionText, partitionsText } from '../topic-partitions.ts'
import type { FetchedRecords } from '../types.ts'
import type { ConsumerOptions, OffsetReset } from './consumer-options.ts'
import { ConsumerTimeoutError, NoOffsetForPartitionError } from './errors.ts'
import { Fetcher } from './fetcher.ts'
import { listOffsets } from './list-offsets.ts'
import { Notifier } from './notifier.ts'
import { PartitionState } from './partition-state.ts'

/** A loop that never waits for the network still lets the event loop turn as often as this. */
const TURN_MS = 8

const timestamps = { earliest: EARLIEST_TIMESTAMP, latest: LATEST_TIMESTAMP }
let opened = 0

/**
 * Reads the partitions it is told to, without a group. Used by one loop. What a poll returned lies in buffers that
 * the next poll uses again: copy what is kept.
 */
export class AssignedConsumer {
  /** Wakes a poll that waits. */
  readonly notifier = new Notifier()
  readonly #client: KafkaClient
  readonly #options: ConsumerOptions
  readonly #fetcher: Fetcher
  #states = new Map<string, PartitionState>()
  /** Those whose position is being looked up, until the assignment changes. */
  #lookingUp = new Set<PartitionState>()
  #lookups = new AbortController()
  #running = new Set<Promise<void>>()
  #error: Error | null = null
  #wokenUp = false
  #turnedAt = performance.now()

  constructor(client: KafkaClient, options: ConsumerOptions, memory?: MemoryShare) {
    this.#client = client
    this.#options = options
    this.#fetcher = new Fetcher({
      client,
      options,
      purpose: `fetch-${++opened}`,
      notify: this.notifier.notify,
      ...(memory && { memory }),
    })
  }

  assignment(): readonly TopicPartition[] {
    return Array.from(this.#states.values(), ({ topic, partition }) => ({ topic, partition }))
  }

  /**
   * Reads these partitions from now on. One that was assigned before goes on where it is; a new one waits for
   * `seek` or `reset`.
   */
  assign(partitions: readonly TopicPartition[]): void {
    const states = new Map<string, PartitionState>()
    for (const each of partitions) {
      const key = partitionText(each)
      states.set(key, this.#states.get(key) ?? new PartitionState(each))
    }
    this.#states = states
    this.#lookups.abort()
    this.#lookups = new AbortController()
    this.#lookingUp = new Set()
    this.#fetcher.assign([...states.values()])
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#state(each).paused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#state(each).paused = false
    this.#fetcher.pump()
  }

  seek(partition: TopicPartition, offset: number): void {
    const state = this.#state(partition)
    this.#fetcher.drop(state)
    state.seek(offset)
    this.notifier.notify()
  }

  /** Looks the position up at an end of the log; by `none` throws that there is no offset. */
  reset(partition: TopicPartition, to: OffsetReset = this.#options.autoOffsetReset): void {
    if (to === 'none') throw noOffset(partition)
    const state = this.#state(partition)
    this.#fetcher.drop(state)
    state.reset(to)
    this.notifier.notify()
  }

  /** The partitions that nobody has told where to begin; another object where one was given up and assigned again. */
  unpositioned(): readonly PartitionState[] {
    const states = [...this.#states.values()]
    return states.filter(({ position, resetTo }) => position === null && resetTo === null)
  }

  /** Offset of the next record that a poll returns; null while it is looked up. */
  knownPosition(partition: TopicPartition): number | null {
    return this.#state(partition).position
  }

  /** As {@link knownPosition}, waiting for it for at most `default.api.timeout.ms`. */
  async position(partition: TopicPartition, signal: AbortSignal): Promise<number> {
    const deadline = performance.now() + this.#options.apiTimeoutMs
    for (;;) {
      const { position } = this.#state(partition)
      if (position !== null) return position
      this.#throwError()
      this.#lookUp()
      const left = deadline - performance.now()
      if (left <= 0) throw noPosition(partition, this.#options.apiTimeoutMs)
      await this.notifier.wait(left, signal)
    }
  }

  /** Has the next call that waits for something throw `error`. */
  fail(error: Error): void {
    this.#error ??= error
    this.notifier.notify()
  }

  wakeup(): void {
    this.#wokenUp = true
    this.notifier.notify()
  }

  /** Whether `wakeup` was called since the last time this was asked. */
  takeWakeup(): boolean {
    const wokenUp = this.#wokenUp
    this.#wokenUp = false
    return wokenUp
  }

  /** Up to `max.poll.records` records, grouped by partition; none after `timeoutMs` or `wakeup`. */
  async poll(timeoutMs: number, signal: AbortSignal): Promise<readonly FetchedRecords[]> {
    const deadline = performance.now() + timeoutMs
    await this.beginPoll(signal)
    for (;;) {
      const records = this.take()
      if (records.length > 0 || this.takeWakeup()) return records
      const left = deadline - performance.now()
      if (left <= 0) return records
      await this.wait(left, signal)
    }
  }

  /** Ends the views of the poll before, and lets the event loop turn now and then. */
  async beginPoll(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#fetcher.recycle()
    if (performance.now() - this.#turnedAt < TURN_MS) return
    await setImmediate()
    this.#turnedAt = performance.now()
  }

  /** The records that are there now. */
  take(): FetchedRecords[] {
    this.#throwError()
    this.#lookUp()
    const records = this.#fetcher.take()
    this.#fetcher.pump()
    return records
  }

  /** Waits for something new, for at most `ms`. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    await this.notifier.wait(ms, signal)
    this.#turnedAt = performance.now()
  }

  /** Closes the connections it opened; the client stays open. */
  async close(): Promise<void> {
    this.assign([])
    await this.#fetcher.close()
    await Promise.allSettled(this.#running)
  }

  #state(partition: TopicPartition): PartitionState {
    const state = this.#states.get(partitionText(partition))
    if (state !== undefined) return state
    throw new ConnectError(
      `Partition ${partitionText(partition)} is not assigned to this consumer; assigned are: ` +
        `${partitionsText(this.#states.values()) || 'none'}.`,
    )
  }

  #throwError(): void {
    const error = this.#error
    this.#error = null
    if (error !== null) throw error
  }

  #lookUp(): void {
    for (const to of ['earliest', 'latest'] as const) {
      const states = [...this.#states.values()].filter(
        (state) => state.resetTo === to && state.position === null && !this.#lookingUp.has(state),
      )
      if (states.length === 0) continue
      for (const state of states) this.#lookingUp.add(state)
      const lookup = this.#lookUpAt(to, states, this.#lookups.signal).finally(() => {
        this.#running.delete(lookup)
        for (const state of states) this.#lookingUp.delete(state)
        this.notifier.notify()
      })
      this.#running.add(lookup)
    }
  }

  /** Never rejects: an error is thrown by the next poll. */
  async #lookUpAt(
    to: 'earliest' | 'latest',
    states: readonly PartitionState[],
    signal: AbortSignal,
  ): Promise<void> {
    const found = (partition: TopicPartition, offset: number): void => {
      const state = this.#states.get(partitionText(partition))
      if (state?.position !== null || state.resetTo !== to || signal.aborted) return
      state.seek(offset)
      this.notifier.notify()
    }
    const { isolationLevel } = this.#options
    const query = { partitions: states, timestamp: timestamps[to], isolationLevel }
    try {
      // Not behind a fetch, which the broker may answer late.
      await listOffsets(this.#client, { ...query, purpose: 'meta', onFound: found }, signal)
    } catch (error) {
      if (!isAbortOf(signal, error)) this.fail(asError(error))
    }
  }
}

function noOffset(partition: TopicPartition): NoOffsetForPartitionError {
  return new NoOffsetForPartitionError(
    `No offset is committed for ${partitionText(partition)}, and auto.offset.reset is none. ` +
      'Set it to earliest or latest, or commit an offset for the group.',
  )
}

function noPosition(partition: TopicPartition, ms: number): ConsumerTimeoutError {
  return new ConsumerTimeoutError(
    `The position of ${partitionText(partition)} could not be found within ${ms} ms: ` +
      'check that the topic exists and its leader can be reached.',
  )
}
