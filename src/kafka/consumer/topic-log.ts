import type { TopicPartition } from '../../api/topic-partition.ts'
import { asError, isRetriable } from '../../errors/connect-error.ts'
import { abortable } from '../../util/abort.ts'
import { createLogger } from '../../util/logger.ts'
import type { KafkaClient } from '../net/client.ts'
import { LATEST_TIMESTAMP } from '../protocol/list-offsets.ts'
import { partitionText } from '../topic-partitions.ts'
import type { ClientConfig, FetchedRecords } from '../types.ts'
import { AssignedConsumer } from './assigned-consumer.ts'
import { consumerOptions } from './consumer-options.ts'
import { ConsumerTimeoutError } from './errors.ts'
import { listOffsets } from './list-offsets.ts'

const log = createLogger('org.apache.kafka.connect.util.KafkaBasedLog')
const WAIT_MS = 60_000
/** How long a topic that was just created may take to come up. */
const TOPIC_WAIT_MS = 60_000

/** A record of the log. The buffers are views that end with the call: copy what is kept. */
export interface TopicLogRecord extends TopicPartition {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
}

export interface TopicLogParts {
  /** Stays open when the log stops. */
  readonly client: KafkaClient
  readonly topic: string
  /** Keys of a consumer; the log begins at the earliest offset whatever they say. */
  readonly config: ClientConfig
  /** Takes every record, in the order of its partition. What it throws ends the log. */
  readonly onRecord: (record: TopicLogRecord) => void
}

/** A call of `readToEnd` that waits. */
interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * A topic that holds state: read from its beginning to its end at `start`, then followed (what Java calls
 * KafkaBasedLog). Reads all partitions the topic had at the start.
 */
export class TopicLog {
  readonly #parts: TopicLogParts
  readonly #consumer: AssignedConsumer
  readonly #stopping = new AbortController()
  #partitions: readonly TopicPartition[] = []
  #waiting: Waiting[] = []
  #ended: Error | null = null
  #done: Promise<void> = Promise.resolve()

  constructor(parts: TopicLogParts) {
    this.#parts = parts
    const config = { ...parts.config, 'auto.offset.reset': 'earliest' }
    this.#consumer = new AssignedConsumer(parts.client, consumerOptions(config))
  }

  get partitionCount(): number {
    return this.#partitions.length
  }

  /** Ends with the log: resolves after `stop`, rejects where it cannot go on. */
  get done(): Promise<void> {
    return this.#done
  }

  /** Resolves once everything is read that the topic held when this was called. The topic must exist, or come soon. */
  async start(signal: AbortSignal): Promise<void> {
    const { client, topic } = this.#parts
    const wait = { timeoutMs: TOPIC_WAIT_MS, allowAutoTopicCreation: false }
    const { partitions } = await client.metadata.ensureTopic(topic, wait, signal)
    this.#partitions = partitions.map(({ partition }) => ({ topic, partition }))
    this.#consumer.assign(this.#partitions)
    for (const each of this.#partitions) this.#consumer.reset(each)
    this.#done = this.#run()
    // Who awaits `done` learns of its end; here it must not count as unhandled.
    this.#done.catch(() => undefined)
    await this.readToEnd(signal)
  }

  /**
   * Resolves once every record has been taken that was written before this was called (open transactions
   * included, so that under read_committed it waits for their end).
   */
  async readToEnd(signal: AbortSignal): Promise<void> {
    if (this.#ended !== null) throw this.#ended
    const reached = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
    this.#consumer.notifier.notify()
    await abortable(reached, signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new ConsumerTimeoutError(`The log of ${this.#parts.topic} was stopped.`))
    await this.#done.catch(() => undefined)
    await this.#consumer.close()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    try {
      while (!signal.aborted) await this.#step(signal)
      this.#end(asError(signal.reason))
    } catch (error) {
      this.#end(asError(error))
      if (!signal.aborted) throw error
    }
  }

  /** Serves those who wait for the end; else takes what comes until someone does. */
  async #step(signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    try {
      if (waiting.length === 0) {
        await this.#readUntil(() => this.#waiting.length > 0, signal)
      } else {
        const ends = await this.#endOffsets(signal)
        await this.#readUntil(() => this.#hasReached(ends), signal)
      }
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      for (const { reject } of waiting) reject(asError(error))
      throw error
    }
  }

  #endOffsets(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const query = { partitions: this.#partitions, timestamp: LATEST_TIMESTAMP, purpose: 'meta' }
    return listOffsets(this.#parts.client, { ...query, isolationLevel: 0 }, signal)
  }

  #hasReached(ends: ReadonlyMap<string, number>): boolean {
    return this.#partitions.every((each) => {
      const position = this.#consumer.knownPosition(each)
      return position !== null && position >= (ends.get(partitionText(each)) ?? 0)
    })
  }

  async #readUntil(isEnough: () => boolean, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#consumer.beginPoll(signal)
      const slices = this.#fetched()
      for (const slice of slices) this.#take(slice)
      if (isEnough()) return
      if (slices.length === 0) await this.#consumer.wait(WAIT_MS, signal)
    }
  }

  #fetched(): readonly FetchedRecords[] {
    try {
      return this.#consumer.take()
    } catch (error) {
      if (!isRetriable(error)) throw error
      log.warn(`Reading ${this.#parts.topic} failed, trying again: ${asError(error).message}`)
      return []
    }
  }

  #take({ topic, partition, cursor }: FetchedRecords): void {
    while (cursor.next()) {
      const { buffer } = cursor
      this.#parts.onRecord({
        topic,
        partition,
        offset: cursor.offset,
        timestamp: cursor.timestamp,
        key: cursor.keyStart < 0 ? null : buffer.subarray(cursor.keyStart, cursor.keyEnd),
        value: cursor.valueStart < 0 ? null : buffer.subarray(cursor.valueStart, cursor.valueEnd),
      })
    }
  }

  #end(error: Error): void {
    this.#ended = error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
