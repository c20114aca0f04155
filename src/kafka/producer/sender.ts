import { setMaxListeners } from 'node:events'
import { asError, ConnectError } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import type { KafkaClient } from '../net/client.ts'
import type { ProduceResponse } from '../protocol/produce.ts'
import type { Arena, ArenaPool } from './arena-pool.ts'
import { allDone } from './batch-ledger.ts'
import type { BatchLedger } from './batch-ledger.ts'
import { BatchOutcomes } from './batch-outcomes.ts'
import type { BrokerLane, LaneOwner, Sent } from './broker-lane.ts'
import { BrokerLanes } from './broker-lanes.ts'
import { Identities } from './identities.ts'
import type { PartitionQueue, QueueOwner } from './partition-queue.ts'
import type { ProducerConfig } from './producer-config.ts'
import type { Identity, ProducerBatch } from './producer-batch.ts'
import type { Transactions } from './transactions.ts'
import { WakeTimer } from './wake-timer.ts'

const log = createLogger('org.apache.kafka.clients.producer.internals.Sender')

/** While a broker owes an answer, an open batch takes records for at least so long, and then goes with the next request. */
const BUSY_LINGER_MS = 5

const GATE_MS = 50

/** Produce as it is spoken in transactions to which brokers add the partitions themselves (KIP-890). */
const PRODUCE_TV2 = 12

export interface SenderParts {
  /** Null where records are written one by one, outside of transactions. */
  readonly transactions: Transactions | null
  readonly client: KafkaClient
  readonly config: ProducerConfig
  readonly arenas: ArenaPool
  readonly ledger: BatchLedger
  /** Asked once a round of requests; while it says no, it is asked again every {@link GATE_MS}. */
  readonly mayProduce: () => boolean
  /** Told when a queue's batch has been sealed, for the sticky partitioner. */
  readonly onSealed: (queue: PartitionQueue, sizeBytes: number) => void
}

/**
 * Sends what the queues of a producer hold. Runs when something happens, with no loop of its own: a batch is begun or
 * full, an answer or fresh metadata has come, a pause or a time limit is over. With nothing to send it has no timer.
 *
 * An open batch goes as soon as its broker owes no answer; while answers are due it fills. So batches are small when
 * there is little to send, and full when there is much.
 */
export class Sender implements QueueOwner, LaneOwner {
  readonly arenas: ArenaPool
  readonly batchBytes: number
  readonly maxRequestBytes: number
  readonly maxBufferedBytes: number
  readonly codec: ProducerConfig['codec']
  readonly transactional: boolean
  readonly #parts: SenderParts
  readonly #identities: Identities
  readonly #outcomes: BatchOutcomes
  readonly #closing = new AbortController()
  /** Queues with anything in them. */
  readonly #active = new Set<PartitionQueue>()
  readonly #lanes: BrokerLanes
  readonly #timer = new WakeTimer(() => this.#onTimer())
  /** Batches that could not be closed, to be told as failed. */
  #unclosed: { readonly sent: Sent; readonly error: Error }[] = []
  #idempotent: boolean
  #fatal: Error | null = null
  /** Why what is not on its way is given up, until the rest is done. */
  #abandoned: Error | null = null
  #pumping = false
  #scheduled = false
  #refreshing = false
  #obtaining = false
  /** When it was last looked what can be sent. */
  #lookedAt = 0
  #held = false

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.arenas = parts.arenas
    this.batchBytes = parts.config.batchBytes
    this.maxRequestBytes = parts.config.maxRequestBytes
    this.maxBufferedBytes = parts.config.bufferBytes
    this.codec = parts.config.codec
    this.transactional = parts.transactions !== null
    this.#idempotent = parts.config.idempotent
    this.#identities = new Identities(parts.client)
    this.#lanes = new BrokerLanes(parts.client, parts.config, this)
    // The way to every broker listens to it while it is opened.
    setMaxListeners(0, this.#closing.signal)
    this.#outcomes = new BatchOutcomes(parts, (queue) => {
      if (queue.empty) this.#active.delete(queue)
    })
  }

  opened(queue: PartitionQueue, arenaBytes: number): void {
    this.#parts.ledger.account(arenaBytes)
    this.#active.add(queue)
    this.#schedule()
  }

  abandoned(queue: PartitionQueue, arena: Arena, arenaBytes: number): void {
    this.#parts.ledger.abandoned(arena, arenaBytes)
    if (queue.empty) this.#active.delete(queue)
  }

  sealed(queue: PartitionQueue, sizeBytes: number, grownBytes: number): void {
    this.#parts.ledger.account(grownBytes)
    this.#parts.onSealed(queue, sizeBytes)
    this.#pump()
  }

  /** How many batches of the queue wait; null where its broker has taken nothing for too long. */
  waiting(queue: PartitionQueue): number | null {
    return this.#lanes.isStalled(queue) ? null : queue.waiting
  }

  /** Sends everything appended so far; resolves once all of it is done. */
  flush(): Promise<void> {
    for (const queue of this.#active) queue.seal()
    this.#pump()
    return allDone([...this.#active].flatMap((queue) => queue.incomplete()))
  }

  /**
   * Fails with `error` what is not on its way, or comes back to be tried again, and resolves once all the rest is done:
   * acknowledged, or failed too.
   */
  async abandon(error: Error): Promise<void> {
    this.#abandoned = error
    this.failQueued(error)
    await allDone([...this.#active].flatMap((queue) => queue.incomplete()))
    this.#abandoned = null
  }

  /** Fails with `error` what is not on its way. */
  failQueued(error: Error): void {
    for (const queue of [...this.#active]) {
      for (const batch of queue.drainQueued()) this.#outcomes.failed({ queue, batch }, error)
    }
  }

  /** Sends nothing more. What is left fails with `error`. */
  stop(error: Error): void {
    this.#closing.abort(error)
    this.#timer.clear()
    this.#failAll(error)
  }

  ready(): void {
    this.#pump()
  }

  unreachable(lane: BrokerLane, error: unknown): void {
    if (this.#stopped) return
    log.debug(`Broker ${lane.nodeId} cannot be reached: ${asError(error).message}`)
    this.#parts.client.metadata.invalidateNode(lane.nodeId)
    this.#pump()
  }

  answered(_lane: BrokerLane, sent: readonly Sent[], response: ProduceResponse): void {
    if (this.#stopped) return
    this.#outcomes.answered(sent, response)
    this.#pump()
  }

  unanswered(lane: BrokerLane, sent: readonly Sent[], error: unknown): void {
    if (this.#stopped) return
    this.#parts.client.metadata.invalidateNode(lane.nodeId)
    this.#outcomes.unanswered(sent, asError(error))
    this.#pump()
  }

  get produceMaxVersion(): number | undefined {
    return this.#parts.transactions?.brokersAddPartitions === true ? PRODUCE_TV2 : undefined
  }

  get #identity(): Identity | null {
    return this.#parts.transactions === null
      ? this.#identities.current
      : this.#parts.transactions.identity
  }

  /** Why nothing more of the transaction is sent, what is appended to it afterwards included. */
  get #doom(): Error | null {
    return this.#parts.transactions?.failure ?? this.#abandoned
  }

  get #stopped(): boolean {
    return this.#closing.signal.aborted
  }

  /** Sends what can be sent now, and sees to it that the rest is looked at again. Does not call the listener. */
  #pump(): void {
    if (this.#pumping || this.#stopped) return
    if (this.#fatal !== null || this.#doom !== null) {
      this.#schedule()
      return
    }
    this.#pumping = true
    try {
      while (this.#sendRound());
    } finally {
      this.#pumping = false
    }
    this.#armTimer()
  }

  /** One request to every broker that may have one; whether there was any. */
  #sendRound(): boolean {
    const now = performance.now()
    this.#lookedAt = now
    this.#held = this.#active.size > 0 && !this.#parts.mayProduce()
    if (this.#held) return false
    if (this.#idempotent && this.#identity === null) {
      if (this.#active.size > 0 && !this.transactional) void this.#obtainIdentity()
      return false
    }
    const requests = new Map<BrokerLane, { sent: Sent[]; bytes: number }>()
    const leaderless: string[] = []
    for (const queue of this.#active) {
      const lane = this.#lanes.to(queue)
      if (lane === null) leaderless.push(queue.topic)
      else if (lane.open(this.#closing.signal) && this.#prepare(queue, lane, now)) {
        const request = requests.get(lane) ?? { sent: [], bytes: 0 }
        requests.set(lane, request)
        this.#addHead(queue, request)
      }
    }
    if (leaderless.length > 0) void this.#refreshMetadata(leaderless)
    for (const [lane, { sent }] of requests) if (sent.length > 0) lane.send(sent)
    return requests.size > 0
  }

  /** Whether the queue has a batch that may go to `lane` now; seals the open one where it is time. */
  #prepare(queue: PartitionQueue, lane: BrokerLane, now: number): boolean {
    if (this.#parts.transactions?.admits(queue) === false) return false
    if (queue.needsEpoch) {
      const identity = this.#identities.raise(queue.identity)
      if (identity === null) return false
      for (const batch of queue.restart(identity)) this.#outcomes.doubtful({ queue, batch })
    }
    if (queue.head === undefined && this.#isDue(queue, lane, now)) queue.seal()
    const { maxInFlight } = this.#parts.config
    // Without sequences only one request at a time keeps the order when the first of two is tried again.
    return queue.sendable(this.#idempotent ? maxInFlight : 1, now)
  }

  #isDue(queue: PartitionQueue, lane: BrokerLane, now: number): boolean {
    const { config, ledger } = this.#parts
    const age = now - queue.openedAt
    // Where there is no room nothing more comes that would be worth waiting for.
    if (config.lingerMs > 0 && ledger.hasRoom) return age >= config.lingerMs
    return age >= BUSY_LINGER_MS || (age >= 0 && lane.inFlight === 0)
  }

  #addHead(queue: PartitionQueue, request: { sent: Sent[]; bytes: number }): void {
    const size = queue.head?.sizeBytes ?? 0
    if (request.sent.length > 0 && request.bytes + size > this.maxRequestBytes) return
    const batch = this.#take(queue)
    if (batch === undefined) return
    this.#parts.transactions?.sent(queue)
    request.sent.push({ queue, batch })
    request.bytes += size
  }

  /** A head that cannot be closed fails a little later, as this may be called by who appends. */
  #take(queue: PartitionQueue): ProducerBatch | undefined {
    const { head } = queue
    try {
      return queue.take(this.#idempotent ? this.#identity : null)
    } catch (cause) {
      if (head === undefined) throw cause
      const { topic, partition } = queue
      const error = new ConnectError(
        `A batch of ${head.recordCount} record(s) for ${topic}-${partition} could not be closed: ${asError(cause).message}`,
        { cause },
      )
      this.#unclosed.push({ sent: { queue, batch: head }, error })
      this.#schedule()
      return undefined
    }
  }

  #failUnclosed(): void {
    const unclosed = this.#unclosed
    this.#unclosed = []
    for (const { sent, error } of unclosed) this.#outcomes.failed(sent, error)
  }

  #failAll(error: Error): void {
    for (const queue of [...this.#active]) {
      for (const batch of queue.drainAll()) this.#outcomes.failed({ queue, batch }, error)
    }
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#stopped) return
      this.#failUnclosed()
      if (this.#fatal !== null) this.#failAll(this.#fatal)
      else if (this.#doom !== null) this.failQueued(this.#doom)
      else this.#pump()
    })
  }

  /** For the earliest pause or time limit. */
  #armTimer(): void {
    if (this.#active.size === 0) this.#timer.clear()
    if (this.#active.size === 0 || this.#stopped) return
    let at = this.#held ? performance.now() + GATE_MS : Infinity
    for (const queue of this.#active) at = Math.min(at, this.#wakeAt(queue))
    this.#timer.arm(at)
  }

  /**
   * The next time at which the clock alone changes what can be sent. A time that had passed when that was looked at
   * last is none: then something else is waited for, which will be told.
   */
  #wakeAt(queue: PartitionQueue): number {
    const { deliveryTimeoutMs, lingerMs } = this.#parts.config
    const { head, openedAt, retryAt } = queue
    const pauseEnds = head === undefined ? openedAt + lingerMs : retryAt
    const limit = (head?.createdAt ?? openedAt) + deliveryTimeoutMs
    return pauseEnds > this.#lookedAt ? Math.min(pauseEnds, limit) : limit
  }

  #onTimer(): void {
    const limit = performance.now() - this.#parts.config.deliveryTimeoutMs
    for (const queue of [...this.#active]) {
      if (queue.openedAt <= limit) queue.seal()
      for (const batch of queue.expired(limit)) this.#outcomes.expired({ queue, batch })
    }
    this.#pump()
  }

  async #refreshMetadata(topics: readonly string[]): Promise<void> {
    if (this.#refreshing) return
    this.#refreshing = true
    try {
      await this.#parts.client.metadata.refresh(topics, this.#closing.signal)
    } catch (error) {
      log.debug(`No metadata of ${topics.join(', ')} yet: ${asError(error).message}`)
    }
    this.#refreshing = false
    this.#pump()
  }

  async #obtainIdentity(): Promise<void> {
    if (this.#obtaining) return
    this.#obtaining = true
    try {
      if (!(await this.#identities.obtain(this.#closing.signal))) this.#idempotent = false
    } catch (error) {
      if (!this.#stopped) this.#fatal = asError(error)
    }
    this.#obtaining = false
    this.#pump()
  }
}
