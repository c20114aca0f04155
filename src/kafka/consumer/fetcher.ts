import { asError, isRetriable } from '../../errors/connect-error.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import { createLogger } from '../../util/logger.ts'
import { timerMs } from '../../util/timer-ms.ts'
import { backoffMs } from '../net/backoff.ts'
import type { KafkaClient } from '../net/client.ts'
import { fetchRequest } from '../protocol/fetch.ts'
import type { FetchOptions, FetchResponse } from '../protocol/fetch.ts'
import { addTo, byTopic } from '../topic-partitions.ts'
import type { FetchedRecords } from '../types.ts'
import type { ConsumerOptions } from './consumer-options.ts'
import { FetchAnswers } from './fetch-answers.ts'
import type { Asked } from './fetch-answers.ts'
import { FetchBuffer } from './fetch-buffer.ts'
import { FetchMemory } from './fetch-memory.ts'
import { FetchWaits } from './fetch-waits.ts'
import { loadCodecsOf } from './fetched-codecs.ts'
import { FrameLease } from './frame-lease.ts'
import type { PartitionState } from './partition-state.ts'

const log = createLogger('org.apache.kafka.clients.consumer.internals.Fetcher')

/** How often it is looked whether others have given memory back. */
const MEMORY_RECHECK_MS = 20

/** Chunks of a partition that are held at most: one being read, one that waits. */
const CHUNKS_AHEAD = 2

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
  readonly #waits: FetchWaits
  readonly #answers: FetchAnswers
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
    this.#waits = new FetchWaits(parts.options)
    this.#answers = new FetchAnswers({
      client: parts.client,
      options: parts.options,
      isAssigned: (state) => this.#states.has(state),
      raise: (error) => this.#raise(error),
    })
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
      if (state.position === null || state.paused) continue
      const source = this.#sourceOf(state)
      if (state.needsValidation) continue
      const retryAt = Math.max(state.retryAt, this.#brokerRetryAt.get(source ?? -1) ?? 0)
      if (source === undefined) next = Math.min(next, now + this.#backoff(1))
      else if (retryAt > now) next = Math.min(next, retryAt)
      else if (state.chunks.length >= CHUNKS_AHEAD) full.add(source)
      else if (!this.#inFlight.has(source)) addTo(ready, source, state)
      else if (this.#waits.misses(source, state) && !this.#giveUp(source)) {
        next = Math.min(next, now + this.#backoff(1))
      }
    }
    for (const broker of full) ready.delete(broker)
    this.#pumpAt(next)
    return ready
  }

  /** The broker to read from; undefined while nobody is known to lead. */
  #sourceOf(state: PartitionState): number | undefined {
    const { metadata } = this.#parts.client
    const leader = metadata.leader(state.topic, state.partition)
    if (leader === undefined) return undefined
    if (state.follow(leader)) {
      // What was fetched ahead came from the leader before (KIP-320).
      this.#buffer.drop(state)
      state.fetchOffset = state.position ?? -1
      this.#parts.notify()
    }
    const { source } = state
    if (source === leader.leaderId || metadata.node(source) !== undefined) return source
    state.readFromLeader()
    return leader.leaderId
  }

  #pumpAt(time: number): void {
    clearTimeout(this.#timer)
    if (time === Infinity) return
    this.#timer = setTimeout(() => this.pump(), timerMs(Math.max(time - performance.now(), 1)))
  }

  /** One exchange; never rejects. */
  async #fetch(broker: number, states: readonly PartitionState[], maxBytes: number): Promise<void> {
    const { client, purpose } = this.#parts
    const asked = states.map((state) => ({ state, offset: state.fetchOffset }))
    let reserved = maxBytes
    this.#brokers.add(broker)
    try {
      const maxWaitMs = this.#waits.begin(broker, states)
      const request = fetchRequest(this.#requestOf(states, maxBytes, maxWaitMs))
      const answer = await client.send(broker, purpose, request, this.#closing.signal)
      this.#waits.end(broker)
      this.#memory.answered(reserved, answer.frame.length)
      reserved = 0
      this.#waits.brought(broker, await this.#take(answer, asked))
      this.#failures = 0
    } catch (error) {
      this.#memory.give(reserved)
      if (this.#waits.end(broker)) return
      for (const state of states) state.readFromLeader()
      if (!this.#closing.signal.aborted) this.#failed(broker, asError(error))
    }
  }

  /** Whether there was anything in it: records, or an error. */
  async #take(answer: FetchResponse, asked: readonly Asked[]): Promise<boolean> {
    const lease = new FrameLease(answer.frame, this.#parts.client.frames, this.#memory)
    lease.acquire()
    try {
      await loadCodecsOf(answer)
      const chunks = this.#answers.chunksOf(answer, asked, lease)
      this.#buffer.add(chunks)
      this.#parts.notify()
      return chunks.length > 0 || hasError(answer)
    } finally {
      lease.release()
    }
  }

  /** The broker was asked to wait for long, and now there is something else to ask for. False while its connection is still being opened. */
  #giveUp(broker: number): boolean {
    const { client, purpose } = this.#parts
    const connection = client.opened(broker, purpose)
    if (connection === undefined) return false
    this.#waits.giveUp(broker)
    connection.close()
    return true
  }

  #requestOf(states: readonly PartitionState[], maxBytes: number, maxWaitMs: number): FetchOptions {
    const { client, options } = this.#parts
    const topics = Array.from(byTopic(this.#memory.inTurn(states)), ([topic, each]) => ({
      topic,
      partitions: each.map(({ partition, fetchOffset, leaderEpoch }) => ({
        partition,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: options.maxPartitionFetchBytes,
      })),
    }))
    return {
      maxWaitMs,
      minBytes: options.fetchMinBytes,
      maxBytes,
      isolationLevel: options.isolationLevel,
      rackId: options.rackId,
      topics,
      timeoutMs: client.options.requestTimeoutMs + maxWaitMs,
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

  #raise(error: Error): void {
    this.#error ??= error
    this.#parts.notify()
  }

  #backoff(failures: number): number {
    return backoffMs(this.#parts.client.options.retryBackoff, failures)
  }
}

function hasError({ topics }: FetchResponse): boolean {
  return topics.some(({ partitions }) => partitions.some(({ errorCode }) => errorCode !== 0))
}
