import { asError, isRetriable } from '../../errors/connect-error.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import { createLogger } from '../../util/logger.ts'
import { backoffMs } from '../net/backoff.ts'
import type { KafkaClient } from '../net/client.ts'
import { brokerError, ErrorCode, isStaleMetadata } from '../protocol/errors.ts'
import { fetchRequest } from '../protocol/fetch.ts'
import type { FetchOptions, FetchResponse } from '../protocol/fetch.ts'
import { CorruptRecordError, UnsupportedRecordFormatError } from '../records/errors.ts'
import { byTopic, partitionText } from '../topic-partitions.ts'
import type { FetchedRecords } from '../types.ts'
import type { ConsumerOptions } from './consumer-options.ts'
import { OffsetOutOfRangeError } from './errors.ts'
import { FetchBuffer } from './fetch-buffer.ts'
import { FetchMemory } from './fetch-memory.ts'
import { FetchedChunk } from './fetched-chunk.ts'
import { loadCodecsOf } from './fetched-codecs.ts'
import { FrameLease } from './frame-lease.ts'
import { isLookup } from './offset-reset.ts'
import type { PartitionState } from './partition-state.ts'
import { readRecordSet } from './record-set.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.Fetcher')

/** How often it is looked whether others have given memory back. */
const MEMORY_RECHECK_MS = 20

/** Chunks of a partition that are held at most: one being read, one that waits. */
const CHUNKS_AHEAD = 2

type PartitionAnswer = FetchResponse['topics'][number]['partitions'][number]

/** A partition as it was asked for: the answer counts only where it still stands like that. */
interface Asked {
  readonly state: PartitionState
  readonly offset: number
}

export interface FetcherParts {
  readonly client: KafkaClient
  readonly options: ConsumerOptions
  /** Names the connections, which are this fetcher's own. */
  readonly purpose: string
  /** Called when there is something new to look at: records, an error, a position to look up. */
  readonly notify: () => void
  /** What its frames count against; unlimited where it is left out. */
  readonly memory?: MemoryShare
}

/**
 * Keeps the assigned partitions' records coming: one fetch at a time for each broker, the next one sent as soon as
 * an answer is there and no partition of that broker holds two chunks already. So one frame is read
 * while the next one fills.
 */
export class Fetcher {
  readonly #parts: FetcherParts
  readonly #buffer = new FetchBuffer()
  readonly #memory: FetchMemory
  readonly #closing = new AbortController()
  /** The brokers asked, with the end of the exchange. */
  readonly #inFlight = new Map<number, Promise<void>>()
  readonly #brokers = new Set<number>()
  readonly #brokerRetryAt = new Map<number, number>()
  #states: ReadonlySet<PartitionState> = new Set()
  #failures = 0
  #error: Error | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(parts: FetcherParts) {
    this.#parts = parts
    this.#memory = new FetchMemory(parts.options, parts.memory)
  }

  /** The partitions to fetch. What is buffered of others is dropped. */
  assign(states: readonly PartitionState[]): void {
    const kept = new Set(states)
    for (const state of this.#states) if (!kept.has(state)) this.#buffer.drop(state)
    this.#states = kept
  }

  /** Forgets what is buffered of a partition whose position was set anew. */
  drop(state: PartitionState): void {
    this.#buffer.drop(state)
  }

  /** Ends the views of what was taken before. */
  recycle(): void {
    this.#buffer.recycle()
  }

  /** Up to `max.poll.records` records; throws what a broker's answer or a damaged batch calls for. */
  take(): FetchedRecords[] {
    if (this.#error !== null) {
      const error = this.#error
      this.#error = null
      throw error
    }
    const records = this.#buffer.take(this.#parts.options.maxPollRecords)
    this.#countLag(records.length > 0)
    return records
  }

  #countLag(moved: boolean): void {
    const { meter } = this.#parts.client.options
    if (meter === undefined) return
    let all = 0
    let readable = 0
    for (const { endOffset, position, paused } of this.#states) {
      if (endOffset === null || position === null) continue
      const lag = Math.max(endOffset - position, 0)
      meter.max('recordsLagMax', lag)
      all += lag
      if (!paused) readable += lag
    }
    meter.setLag(all, readable, moved)
  }

  /** Sends what fetches can be sent now. To be called after anything above, and after a pause or a resume. */
  pump(): void {
    if (this.#closing.signal.aborted) return
    if (this.#buffer.bytes >= this.#parts.options.fetchMaxBytes / 2) return
    for (const [broker, states] of this.#ready()) {
      const maxBytes = this.#memory.reserve(states.length, this.#mayWait())
      if (maxBytes === 0) {
        this.#pumpAt(performance.now() + MEMORY_RECHECK_MS)
        return
      }
      const exchange = this.#fetch(broker, states, maxBytes).finally(() => {
        this.#inFlight.delete(broker)
        this.pump()
      })
      this.#inFlight.set(broker, exchange)
    }
  }

  /** Gives up what is in flight and closes the connections. */
  async close(): Promise<void> {
    const { client, purpose } = this.#parts
    this.#closing.abort(new Error('The consumer is closed.'))
    clearTimeout(this.#timer)
    for (const broker of this.#brokers) client.opened(broker, purpose)?.close()
    await Promise.allSettled(this.#inFlight.values())
    this.assign([])
    this.#buffer.recycle()
  }

  /** Whether something else goes on meanwhile: who has nothing to hand out and nothing on its way must get on. */
  #mayWait(): boolean {
    return this.#inFlight.size > 0 || !this.#buffer.isEmpty
  }

  /** The partitions to ask each broker for that is not being asked already. */
  #ready(): Map<number, PartitionState[]> {
    const ready = new Map<number, PartitionState[]>()
    const full = new Set<number>()
    const now = performance.now()
    let next = Infinity
    for (const state of this.#states) {
      if (state.paused || state.position === null) continue
      const leader = this.#parts.client.metadata.leader(state.topic, state.partition)?.leaderId
      const retryAt = Math.max(state.retryAt, this.#brokerRetryAt.get(leader ?? -1) ?? 0)
      if (leader === undefined) next = Math.min(next, now + this.#backoff(1))
      else if (retryAt > now) next = Math.min(next, retryAt)
      else if (state.chunks.length >= CHUNKS_AHEAD) full.add(leader)
      else if (!this.#inFlight.has(leader)) ready.set(leader, [...(ready.get(leader) ?? []), state])
    }
    for (const broker of full) ready.delete(broker)
    this.#pumpAt(next)
    return ready
  }

  #pumpAt(time: number): void {
    clearTimeout(this.#timer)
    if (time === Infinity) return
    this.#timer = setTimeout(() => this.pump(), Math.max(time - performance.now(), 1))
  }

  /** One exchange; never rejects. */
  async #fetch(broker: number, states: readonly PartitionState[], maxBytes: number): Promise<void> {
    const { client, purpose } = this.#parts
    const asked = states.map((state) => ({ state, offset: state.fetchOffset }))
    let reserved = maxBytes
    this.#brokers.add(broker)
    try {
      const request = fetchRequest(this.#requestOf(states, maxBytes))
      const answer = await client.send(broker, purpose, request, this.#closing.signal)
      this.#memory.answered(reserved, answer.frame.length)
      reserved = 0
      await this.#take(answer, asked)
      this.#failures = 0
    } catch (error) {
      this.#memory.give(reserved)
      if (!this.#closing.signal.aborted) this.#failed(broker, asError(error))
    }
  }

  async #take(answer: FetchResponse, asked: readonly Asked[]): Promise<void> {
    const lease = new FrameLease(answer.frame, this.#parts.client.frames, this.#memory)
    lease.acquire()
    try {
      await loadCodecsOf(answer)
      this.#answered(answer, asked, lease)
    } finally {
      lease.release()
    }
  }

  #requestOf(states: readonly PartitionState[], maxBytes: number): FetchOptions {
    const { client, options } = this.#parts
    const topics = Array.from(byTopic(this.#memory.inTurn(states)), ([topic, each]) => ({
      topic,
      partitions: each.map(({ partition, fetchOffset }) => ({
        partition,
        currentLeaderEpoch: client.metadata.leader(topic, partition)?.leaderEpoch ?? -1,
        fetchOffset,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: options.maxPartitionFetchBytes,
      })),
    }))
    return {
      maxWaitMs: options.fetchMaxWaitMs,
      minBytes: options.fetchMinBytes,
      maxBytes,
      isolationLevel: options.isolationLevel,
      topics,
      timeoutMs: client.options.requestTimeoutMs + options.fetchMaxWaitMs,
    }
  }

  #failed(broker: number, error: Error): void {
    this.#brokerRetryAt.set(broker, performance.now() + this.#backoff(++this.#failures))
    if (!isRetriable(error)) {
      this.#raise(error)
      return
    }
    log.info(`Fetching from broker ${broker} failed, trying again: ${error.message}`)
    this.#parts.client.metadata.invalidateNode(broker)
  }

  #answered(answer: FetchResponse, asked: readonly Asked[], lease: FrameLease): void {
    if (answer.errorCode !== ErrorCode.NONE) throw brokerError(answer.errorCode, 'Cannot fetch')
    const byPartition = new Map(asked.map((each) => [partitionText(each.state), each]))
    const chunks: FetchedChunk[] = []
    for (const { topic, partitions } of answer.topics) {
      for (const each of partitions) {
        const found = byPartition.get(partitionText({ topic, partition: each.partition }))
        const chunk = found && this.#stands(found) && this.#chunkOf(each, found.state, lease)
        if (chunk) chunks.push(chunk)
      }
    }
    this.#buffer.add(chunks)
    this.#parts.notify()
  }

  /** Whether the partition is still assigned and still wants what it was asked for. */
  #stands({ state, offset }: Asked): boolean {
    return state.position !== null && state.fetchOffset === offset && this.#states.has(state)
  }

  #chunkOf(answer: PartitionAnswer, state: PartitionState, lease: FrameLease): FetchedChunk | null {
    if (answer.errorCode !== ErrorCode.NONE) {
      this.#refused(state, answer.errorCode)
      return null
    }
    state.failures = 0
    const { records, abortedTransactions } = answer
    const { checkCrcs, isolationLevel } = this.#parts.options
    state.endOffset = isolationLevel === 1 ? answer.lastStableOffset : answer.highWatermark
    if (records === null || records.length === 0) return null
    const aborted = isolationLevel === 1 ? (abortedTransactions ?? []) : null
    try {
      const set = readRecordSet(records, state.fetchOffset, aborted)
      if (set.nextOffset === state.fetchOffset) throw noWholeBatch(state, records.length)
      const chunk = new FetchedChunk(state, records, set, lease, checkCrcs)
      state.fetchOffset = set.nextOffset
      return chunk
    } catch (error) {
      state.retryAt = performance.now() + this.#backoff(++state.failures)
      this.#raise(unreadable(state, asError(error)))
      return null
    }
  }

  #refused(state: PartitionState, code: number): void {
    const { client, options } = this.#parts
    const what = `Cannot fetch ${partitionText(state)} from offset ${state.fetchOffset}`
    state.retryAt = performance.now() + this.#backoff(++state.failures)
    if (code === ErrorCode.OFFSET_OUT_OF_RANGE) {
      // What is buffered before it is handed out first.
      if (state.chunks.length > 0) return
      const { autoOffsetReset: reset } = options
      if (isLookup(reset)) {
        log.info(`${what}: it is out of range. Going on as auto.offset.reset=${reset.text} says.`)
        state.reset(reset)
      } else this.#raise(outOfRange(state))
    } else if (isStaleMetadata(code)) {
      client.metadata.invalidate(state.topic)
    } else {
      const error = brokerError(code, what)
      if (isRetriable(error) || code === ErrorCode.UNKNOWN_SERVER_ERROR) log.warn(error.message)
      else this.#raise(error)
    }
  }

  #raise(error: Error): void {
    this.#error ??= error
    this.#parts.notify()
  }

  #backoff(failures: number): number {
    return backoffMs(this.#parts.client.options.retryBackoff, failures)
  }
}

function outOfRange(state: PartitionState): OffsetOutOfRangeError {
  const where = `${partitionText(state)}=${state.fetchOffset}`
  return new OffsetOutOfRangeError(
    `Offsets out of range with no configured reset policy for partitions: {${where}}. ` +
      'The log has no such offset (any more), and auto.offset.reset is none: set it to earliest or latest, ' +
      'or commit an offset that the log has.',
  )
}

/** Says where it was: a batch knows its offset alone. */
function unreadable(state: PartitionState, cause: Error): Error {
  const message = `Cannot read ${partitionText(state)}: ${cause.message}`
  return cause instanceof UnsupportedRecordFormatError
    ? new UnsupportedRecordFormatError(message, { cause })
    : new CorruptRecordError(message, { cause })
}

function noWholeBatch(state: PartitionState, bytes: number): CorruptRecordError {
  return new CorruptRecordError(
    `Found no whole batch in ${bytes} bytes at offset ${state.fetchOffset}: ` +
      'the broker is expected to send at least one.',
  )
}
