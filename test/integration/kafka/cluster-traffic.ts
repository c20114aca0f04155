import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { asError, isRetriable } from '../../../src/errors/connect-error.ts'
import { AssignedConsumer } from '../../../src/kafka/consumer/assigned-consumer.ts'
import { consumerOptions } from '../../../src/kafka/consumer/consumer-options.ts'
import { CommitFailedError } from '../../../src/kafka/group/errors.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { createProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientConfig, ProducerListener, RecordProducer } from '../../../src/kafka/types.ts'
import { delay, isAbortOf } from '../../../src/util/abort.ts'
import { waitFor } from '../../support/wait-for.ts'
import { startMember } from './group-support.ts'
import type { TestMember } from './group-support.ts'
import { copyOf } from './support.ts'
import type { Consumed } from './support.ts'

export interface TrafficOptions {
  readonly config: ClientConfig
  readonly topic: string
  readonly partitions: number
  readonly groupId: string
}

/** A record every few milliseconds, to the partitions in turn. */
const EVERY_MS = 4

/**
 * Records that are written and read all the while, by a producer, a consumer that is told its partitions, and a group of two. Record `i` is the number
 * i, in partition i modulo their number: so a log without gaps and doubles holds at each offset a number that is known, and every reader checks it.
 */
export class Traffic implements AsyncDisposable {
  /** What went against the rules, and should be empty. */
  readonly faults: string[] = []
  readonly #options: TrafficOptions
  readonly #acknowledged: Progress
  readonly #assigned: Progress
  readonly #group: Progress
  readonly #stopping = new AbortController()
  readonly #producer: RecordProducer
  readonly #client: KafkaClient
  readonly #consumer: AssignedConsumer
  readonly #members: TestMember[] = []
  #appended = 0
  #done: Promise<unknown> = Promise.resolve()

  private constructor(options: TrafficOptions) {
    const { config, partitions } = options
    this.#options = options
    this.#acknowledged = new Progress(partitions)
    this.#assigned = new Progress(partitions)
    this.#group = new Progress(partitions)
    this.#producer = createProducer(config, this.#listener())
    this.#client = new KafkaClient(clientOptions(config))
    this.#consumer = new AssignedConsumer(
      this.#client,
      consumerOptions({ ...config, 'auto.offset.reset': 'earliest', 'fetch.max.wait.ms': '100' }),
    )
  }

  static async start(options: TrafficOptions): Promise<Traffic> {
    const traffic = new Traffic(options)
    await traffic.#producer.partitionCount(options.topic, AbortSignal.timeout(30_000))
    traffic.#startMembers()
    traffic.#done = Promise.all([traffic.#produce(), traffic.#read()])
    return traffic
  }

  /** How many records were acknowledged without a gap, and read by each kind of consumer. */
  get progress(): { acknowledged: number; assigned: number; group: number } {
    return {
      acknowledged: this.#acknowledged.whole,
      assigned: this.#assigned.whole,
      group: this.#group.whole,
    }
  }

  /** Waits until all that was written before is acknowledged and read by all. */
  async settle(timeoutMs = 60_000): Promise<void> {
    const count = this.#appended
    const behind = (): boolean => Object.values(this.progress).some((whole) => whole < count)
    await waitFor('the readers', () => !behind(), { timeoutMs }).catch((cause: unknown) => {
      const found = JSON.stringify({ count, ...this.progress, faults: this.faults.slice(0, 10) })
      throw new Error(`not everything was acknowledged and read: ${found}`, { cause })
    })
  }

  /** Waits until so many more records were acknowledged. */
  async goesOn(records = 200, timeoutMs = 40_000): Promise<void> {
    const { whole } = this.#acknowledged
    const isOn = (): boolean => this.#acknowledged.whole >= whole + records
    await waitFor(`${records} more acknowledgements`, isOn, { timeoutMs })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The traffic is over.'))
    await this.#done
    await Promise.all(this.#members.map((member) => member.close()))
    await this.#consumer.close()
    await this.#client.close()
    await this.#producer.close(AbortSignal.timeout(10_000))
  }

  #listener(): ProducerListener {
    return {
      acknowledged: (from, to, { partition }, baseOffset) => {
        for (let i = from; i < to; i++) {
          const offset = (i - partition) / this.#options.partitions
          if (baseOffset >= 0 && baseOffset + (i - from) !== offset) {
            this.#fault(`record ${i} was acknowledged at offset ${baseOffset + i - from}`)
          }
          this.#acknowledged.reached(partition, offset)
        }
      },
      failed: (from, to, _partition, error) => {
        if (!this.#stopping.signal.aborted) this.#fault(`${from} to ${to} failed: ${error.message}`)
      },
    }
  }

  async #produce(): Promise<void> {
    const { topic, partitions } = this.#options
    const { signal } = this.#stopping
    try {
      while (!signal.aborted) {
        if (!this.#producer.hasRoom) await this.#producer.room(signal)
        const i = this.#appended++
        const value = Buffer.from(String(i))
        this.#producer.appender(topic, i % partitions).append(i, Date.now(), null, value, null)
        await delay(EVERY_MS, signal)
      }
    } catch (error) {
      if (!isAbortOf(signal, error)) this.#fault(`the producer ended: ${asError(error).message}`)
    }
  }

  async #read(): Promise<void> {
    const { topic, partitions } = this.#options
    const { signal } = this.#stopping
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
    this.#consumer.assign(all)
    for (const each of all) this.#consumer.reset(each)
    try {
      while (!signal.aborted) this.#readAssigned(copyOf(await this.#consumer.poll(200, signal)))
    } catch (error) {
      if (!isAbortOf(signal, error)) this.#fault(`the consumer: ${asError(error).message}`)
    }
  }

  #readAssigned(records: readonly Consumed[]): void {
    for (const record of records) {
      const { partition, offset } = record
      this.#check('the consumer', record)
      // Nobody rewinds it: exactly once.
      if (!this.#assigned.reached(partition, offset)) {
        this.#fault(`the consumer read ${partition}/${offset} out of order`)
      }
    }
  }

  #startMembers(): void {
    const { config, topic, groupId } = this.#options
    for (const name of ['one', 'two']) {
      const member = startMember(name, {
        config: { 'group.id': groupId, ...config },
        subscription: { topics: [topic] },
        onRecords: (self, records) => this.#readByGroup(self, records),
        onRevoked: async (self) => {
          await this.#commit(self, positionsOf(self, self.records))
        },
      })
      this.#members.push(member)
    }
  }

  async #readByGroup(member: TestMember, records: readonly Consumed[]): Promise<void> {
    if (!member.consumer.stillHolds()) return
    for (const record of records) {
      this.#check(`member ${member.name}`, record)
      const { partition, offset } = record
      // Read again after a rebalance it may be, but never passed over.
      if (offset > this.#group.next(partition)) {
        this.#fault(`member ${member.name} passed over records before ${partition}/${offset}`)
      }
      this.#group.reached(partition, offset)
    }
    await this.#commit(member, positionsOf(member, records))
  }

  async #commit(member: TestMember, offsets: readonly Position[]): Promise<void> {
    try {
      await member.consumer.commit(offsets, AbortSignal.timeout(20_000))
    } catch (error) {
      // What was not committed is read again.
      if (isRetriable(error) || error instanceof CommitFailedError) return
      if (asError(error).name === 'TimeoutError') return
      this.#fault(`a commit failed: ${asError(error).message}`)
    }
  }

  #check(who: string, { partition, offset, value }: Consumed): void {
    const expected = offset * this.#options.partitions + partition
    if (value !== String(expected)) {
      this.#fault(`${who} found ${value} at ${partition}/${offset} instead of ${expected}`)
    }
  }

  #fault(text: string): void {
    if (this.faults.length < 100) this.faults.push(text)
  }
}

type Position = TopicPartition & { readonly offset: number }

/** Behind the last of `records` in each partition that the member holds. */
function positionsOf({ held }: TestMember, records: readonly Consumed[]): Position[] {
  const last = new Map<string, Position>()
  for (const { topic, partition, offset } of records.slice(-2000)) {
    last.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1 })
  }
  return [...last].filter(([key]) => held.has(key)).map(([, position]) => position)
}

/**
 * How far the partitions have come without a gap, and how many of the numbered records that makes. What comes early counts once the gap is
 * filled: of two batches the second may be acknowledged first, by the new leader.
 */
class Progress {
  readonly #next: number[]
  readonly #early: Set<number>[]

  constructor(partitions: number) {
    this.#next = Array.from({ length: partitions }, () => 0)
    this.#early = this.#next.map(() => new Set())
  }

  get whole(): number {
    const { length } = this.#next
    return Math.min(...this.#next.map((next, partition) => next * length + partition))
  }

  next(partition: number): number {
    return this.#next[partition] ?? 0
  }

  /** Whether `offset` was the next one. */
  reached(partition: number, offset: number): boolean {
    let next = this.next(partition)
    const early = this.#early[partition]
    if (offset !== next) {
      if (offset > next) early?.add(offset)
      return false
    }
    do next++
    while (early?.delete(next) === true)
    this.#next[partition] = next
    return true
  }
}
