import { setImmediate as nextTurn } from 'node:timers/promises'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import type { Destination } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import type { Connection } from '../../../src/kafka/net/connection.ts'
import { KafkaProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import { ProducerFencedError } from '../../../src/kafka/producer/errors.ts'
import { codeOf, ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { producerConfig } from '../../../src/kafka/producer/producer-config.ts'
import { initProducerIdApi } from '../../../src/kafka/protocol/transactions.ts'
import { delay } from '../../../src/util/abort.ts'
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import type { History, Transaction } from './history.ts'
import { requestTimeoutMs } from './schedule.ts'
import type { Schedule, Step } from './schedule.ts'

export interface RunParts {
  readonly schedule: Schedule
  readonly topic: string
  /** Of its own for every run. */
  readonly transactionalId: string
  readonly proxy: FaultProxy
  readonly history: History
  /** A run that is not over then hangs. */
  readonly signal: AbortSignal
}

/** Short times, so that a schedule with faults is done in a second. */
const quick = {
  'request.timeout.ms': String(requestTimeoutMs),
  'retry.backoff.ms': '5',
  'retry.backoff.max.ms': '60',
  'reconnect.backoff.ms': '3',
  'reconnect.backoff.max.ms': '30',
  'max.block.ms': '20000',
}

/** A client that knows nothing of TV2, as those that are older: the cluster then does as before with it. */
class FormerClient extends KafkaClient {
  override async connect(
    to: Destination,
    purpose: string,
    signal: AbortSignal,
  ): Promise<Connection> {
    const connection = await super.connect(to, purpose, signal)
    connection.featureLevel = () => 0
    return connection
  }
}

type End = Extract<Step, { do: 'end' }>

/** Does with producers what a schedule says, and notes in a history what was sent and what became of transactions. */
export class ScheduledRun {
  readonly #parts: RunParts
  readonly #flushes: Promise<void>[] = []
  #producer: KafkaProducer
  #transaction: Transaction | null = null

  constructor(parts: RunParts) {
    this.#parts = parts
    this.#producer = this.#open()
  }

  async run(): Promise<void> {
    const { schedule, topic, signal } = this.#parts
    try {
      if (this.#transactional) await this.#producer.init(signal)
      await this.#producer.partitionCount(topic, signal)
      for (const step of schedule.steps) await this.#do(step)
      if (this.#transactional) await this.#do({ do: 'end', how: 'commit', ms: 0 })
      else await this.#flush('the last flush')
      await Promise.all(this.#flushes)
    } finally {
      await this.#producer.close(AbortSignal.abort())
    }
    await this.#settle()
  }

  get #transactional(): boolean {
    return this.#parts.schedule.mode !== 'idempotent'
  }

  #open(): KafkaProducer {
    const { schedule, transactionalId, proxy, history } = this.#parts
    const config = {
      ...quick,
      ...schedule.config,
      'bootstrap.servers': proxy.bootstrapServers,
      ...(this.#transactional && { 'transactional.id': transactionalId }),
    }
    const options = clientOptions(config)
    const client = schedule.mode === 'TV1' ? new FormerClient(options) : new KafkaClient(options)
    return new KafkaProducer(client, producerConfig(config), history)
  }

  async #do(step: Step): Promise<void> {
    try {
      await this.#perform(step)
    } catch (error) {
      if (!this.#fencedByItself(error)) throw error
      if (this.#transaction !== null) this.#transaction.fate = 'unknown'
      await this.#replace()
    }
    if (step.do === 'end' || this.#transaction?.fate === 'unknown') this.#transaction = null
  }

  /**
   * A question for the first epoch of a producer that went unanswered, was asked again, and then arrives after all, looks
   * to the coordinator like that of another producer. Neither protocol has anything against it. In TV2 a commit then looks like
   * one asked again, of a transaction that has been aborted: INVALID_TXN_STATE.
   */
  #fencedByItself(error: unknown): boolean {
    const late = this.#parts.proxy.hits.some(
      ({ fault: { api, kind } }) =>
        api === initProducerIdApi.key && (kind === 'delay-request' || kind === 'overtake'),
    )
    const isFenced = error instanceof ProducerFencedError
    return late && (isFenced || codeOf(error) === ErrorCode.INVALID_TXN_STATE)
  }

  async #perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'send':
        await this.#send(step)
        break
      case 'pause':
        await delay(step.ms)
        break
      case 'fault':
        this.#parts.proxy.arm(step.fault)
        break
      case 'flush':
        if (step.wait) await this.#flush('a flush')
        else this.#flushes.push(this.#producer.flush(this.#parts.signal))
        break
      case 'end':
        await this.#end(step)
        break
    }
  }

  async #send({ partition, count, bytes }: Extract<Step, { do: 'send' }>): Promise<void> {
    const { history, signal, topic } = this.#parts
    if (this.#transactional && this.#transaction === null) {
      this.#producer.begin()
      this.#transaction = history.begin()
    }
    const appender = this.#producer.appender(topic, partition)
    for (let i = 0; i < count; i++) {
      const number = history.records.length
      const value = history.next(partition, bytes, this.#transaction)
      appender.append(number, Date.now(), null, value, null)
    }
    if (!this.#producer.hasRoom) await this.#producer.room(signal)
    await nextTurn()
  }

  async #flush(what: string): Promise<void> {
    const { history, signal } = this.#parts
    const before = [...history.records]
    await this.#producer.flush(signal)
    history.expectTold(before, what)
  }

  async #end({ how, ms }: End): Promise<void> {
    const transaction = this.#transaction
    if (transaction === null) return
    switch (how) {
      case 'commit':
        await this.#commit(transaction)
        break
      case 'abort':
        await this.#abort(transaction)
        break
      case 'hasty-commit':
        await this.#hastyCommit(transaction, ms)
        break
      case 'fence':
        await this.#fence(transaction)
        break
      case 'crash':
        transaction.fate = 'aborted'
        await this.#replace()
        break
    }
  }

  async #commit(transaction: Transaction): Promise<void> {
    const { history, signal } = this.#parts
    try {
      await this.#producer.commit(signal)
      transaction.fate = 'committed'
    } catch (error) {
      signal.throwIfAborted()
      if (this.#fencedByItself(error)) throw error
      const lost = transaction.records.some(({ state }) => state === 'failed')
      if (!lost)
        history.problems.push(`a commit was refused though no record is lost: ${String(error)}`)
      await this.#abort(transaction)
      return
    }
    const open = transaction.records.filter(({ state }) => state !== 'acknowledged')
    if (open.length > 0)
      history.problems.push(`${open.length} records were committed unacknowledged`)
  }

  async #abort(transaction: Transaction): Promise<void> {
    await this.#producer.abort(this.#parts.signal)
    transaction.fate = 'aborted'
    this.#parts.history.expectTold(transaction.records, 'an abort')
  }

  /** Whether the commit has been written is not known; where it was, it cannot be aborted any more. */
  async #hastyCommit(transaction: Transaction, ms: number): Promise<void> {
    try {
      await this.#producer.commit(AbortSignal.timeout(ms))
      transaction.fate = 'committed'
      return
    } catch {
      transaction.fate = 'unknown'
    }
    try {
      await this.#abort(transaction)
    } catch {
      this.#parts.signal.throwIfAborted()
      await this.#replace()
    }
  }

  /** The producer that was taken over from may do nothing any more, and is told so. */
  async #fence(transaction: Transaction): Promise<void> {
    const { history, topic, signal } = this.#parts
    const zombie = this.#producer
    this.#producer = this.#open()
    await this.#ready()
    transaction.fate = 'aborted'
    try {
      const number = history.records.length
      const appender = zombie.appender(topic, 0)
      appender.append(number, Date.now(), null, history.next(0, 10, transaction), null)
      await zombie.commit(signal)
      history.problems.push('a producer that was fenced has committed')
    } catch {
      signal.throwIfAborted()
    } finally {
      await zombie.close(AbortSignal.abort())
    }
  }

  async #replace(): Promise<void> {
    await this.#producer.close(AbortSignal.abort())
    this.#producer = this.#open()
    await this.#ready()
  }

  async #ready(): Promise<void> {
    const { topic, signal } = this.#parts
    await this.#producer.init(signal)
    await this.#producer.partitionCount(topic, signal)
  }

  /** Lets everything come to its end: what the proxy holds, and a transaction that a producer has left open. */
  async #settle(): Promise<void> {
    const { proxy, signal } = this.#parts
    proxy.disarm()
    await proxy.settled(signal)
    if (!this.#transactional) return
    const last = this.#open()
    try {
      await last.init(signal)
    } finally {
      await last.close(AbortSignal.abort())
    }
    await proxy.settled(signal)
  }
}
