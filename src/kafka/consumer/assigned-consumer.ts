import { setImmediate } from 'node:timers/promises'
import type { TopicPartition } from '../../api/topic-partition.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import type { KafkaClient } from '../net/client.ts'
import { partitionText, partitionsText } from '../topic-partitions.ts'
import type { FetchedRecords } from '../types.ts'
import type { ConsumerOptions } from './consumer-options.ts'
import { ConsumerTimeoutError, NoOffsetForPartitionError } from './errors.ts'
import { Fetcher } from './fetcher.ts'
import { Notifier } from './notifier.ts'
import { isLookup } from './offset-reset.ts'
import type { OffsetReset } from './offset-reset.ts'
import { PartitionState } from './partition-state.ts'
import { PositionLookups } from './position-lookups.ts'
import { PositionValidations } from './position-validations.ts'

/** A loop that never waits for the network still lets the event loop turn as often as this. */
const TURN_MS = 8

let opened = 0

/**
 * Reads the partitions it is told to, without a group. Used by one loop. What a poll returned lies in buffers that
 * the next poll uses again: copy what is kept.
 */
export class AssignedConsumer {
  /** Wakes a poll that waits. */
  readonly notifier = new Notifier()
  readonly #options: ConsumerOptions
  readonly #fetcher: Fetcher
  readonly #lookups: PositionLookups
  readonly #validations: PositionValidations
  #states = new Map<string, PartitionState>()
  #error: Error | null = null
  #wokenUp = false
  #turnedAt = performance.now()

  constructor(client: KafkaClient, options: ConsumerOptions, memory?: MemoryShare) {
    this.#options = options
    const { notify } = this.notifier
    const fail = (error: Error): void => this.fail(error)
    this.#lookups = new PositionLookups({ client, options, notify, fail })
    this.#validations = new PositionValidations({ client, options, notify, fail })
    this.#fetcher = new Fetcher({
      client,
      options,
      purpose: `fetch-${++opened}`,
      notify,
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
    this.#lookups.restart()
    this.#validations.restart()
    this.#fetcher.assign([...states.values()])
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#state(each).paused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#state(each).paused = false
    this.#fetcher.pump()
  }

  /** `epoch` is that of the leader that wrote what stands before the offset: the log is asked whether it still has it. */
  seek(partition: TopicPartition, offset: number, epoch = -1): void {
    const state = this.#state(partition)
    this.#fetcher.drop(state)
    state.seek(offset, epoch)
    this.notifier.notify()
  }

  /** Looks the position up at an end of the log; by `none` throws that there is no offset. */
  reset(partition: TopicPartition, to: OffsetReset = this.#options.autoOffsetReset): void {
    if (!isLookup(to)) throw noOffset(partition)
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
      const { position, needsValidation } = this.#state(partition)
      if (position !== null && !needsValidation) return position
      this.#throwError()
      this.#findPositions()
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
    this.#findPositions()
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
    await this.#lookups.ended()
    await this.#validations.ended()
  }

  #state(partition: TopicPartition): PartitionState {
    const state = this.#states.get(partitionText(partition))
    if (state !== undefined) return state
    throw new ConnectError(
      `Partition ${partitionText(partition)} is not assigned to this consumer; assigned are: ` +
        `${partitionsText(this.#states.values()) || 'none'}.`,
    )
  }

  #findPositions(): void {
    this.#lookups.begin(this.#states.values())
    this.#validations.begin(this.#states.values())
  }

  #throwError(): void {
    const error = this.#error
    this.#error = null
    if (error !== null) throw error
  }
}

function noOffset(partition: TopicPartition): NoOffsetForPartitionError {
  return new NoOffsetForPartitionError(
    `Undefined offset with no reset policy for partition: ${partitionText(partition)}. No offset is committed ` +
      'for it, and auto.offset.reset is none: set it to earliest or latest, or commit an offset for the group.',
  )
}

function noPosition(partition: TopicPartition, ms: number): ConsumerTimeoutError {
  return new ConsumerTimeoutError(
    `The position of ${partitionText(partition)} could not be found within ${ms} ms: ` +
      'check that the topic exists and its leader can be reached.',
  )
}
