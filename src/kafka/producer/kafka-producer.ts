import { ConfigError, ConnectError } from '../../errors/connect-error.ts'
import { abortable } from '../../util/abort.ts'
import type { MemoryShare } from '../../util/memory-budget.ts'
import { isPromise } from '../../util/maybe-promise.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import { KafkaClient } from '../net/client.ts'
import { clientOptions } from '../net/client-options.ts'
import type { TopicMetadata } from '../net/topic-metadata.ts'
import type {
  ClientConfig,
  ClientMeter,
  ProducerListener,
  RecordAppender,
  RecordProducer,
  TransactionalProducer,
} from '../types.ts'
import { ArenaPool } from './arena-pool.ts'
import { BatchLedger } from './batch-ledger.ts'
import { loadCompression } from './compression-config.ts'
import { ProducerClosedError, TransactionAbortedError } from './errors.ts'
import { PartitionQueue } from './partition-queue.ts'
import { producerConfig } from './producer-config.ts'
import type { ProducerConfig } from './producer-config.ts'
import { Sender } from './sender.ts'
import { TopicRouter } from './topic-router.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'
import { Transactions } from './transactions.ts'

/** Whether a producer may send at this moment. */
export interface SendGate {
  readonly held: boolean
}

export interface ProducerSurroundings {
  readonly meter?: ClientMeter
  /** While it is not held, records are kept. */
  readonly gate?: SendGate
  /** What its batches count against beside `buffer.memory`; closed with the producer. */
  readonly memory?: MemoryShare
}

/** Like {@link createProducer}, with the codec of `compression.type` loaded first. */
export async function openProducer(
  config: ClientConfig,
  listener: ProducerListener,
  surroundings?: ProducerSurroundings,
): Promise<RecordProducer> {
  await loadCompression(config)
  return createProducer(config, listener, surroundings)
}

/**
 * A producer under Kafka's configuration keys. Opens no connection before it is used. Throws a ConfigError that names
 * the key.
 */
export function createProducer(
  config: ClientConfig,
  listener: ProducerListener,
  surroundings: ProducerSurroundings = {},
): RecordProducer {
  const options = producerConfig(config)
  if (options.transactionalId !== null) {
    throw new ConfigError(
      'Invalid "transactional.id": records are written outside of transactions here. Remove the key.',
    )
  }
  const client = new KafkaClient(clientOptions(config, surroundings.meter))
  return new KafkaProducer(client, options, listener, surroundings)
}

/** A producer that writes in transactions of `transactional.id`. Throws a ConfigError, also where that is missing. */
export async function openTransactionalProducer(
  config: ClientConfig,
  listener: ProducerListener,
  surroundings: ProducerSurroundings = {},
): Promise<TransactionalProducer> {
  await loadCompression(config)
  const options = producerConfig(config)
  if (options.transactionalId === null || !options.idempotent) {
    throw new ConfigError(
      'Transactions need a "transactional.id" and "enable.idempotence" as true: set both.',
    )
  }
  const client = new KafkaClient(clientOptions(config, surroundings.meter))
  return new KafkaProducer(client, options, listener, surroundings)
}

interface Topic {
  readonly router: TopicRouter
  readonly queues: PartitionQueue[]
}

/** The producer: a queue for each partition, a sender for all of them. Owns its client. */
export class KafkaProducer implements TransactionalProducer {
  readonly #client: KafkaClient
  readonly #config: ProducerConfig
  readonly #sender: Sender
  readonly #ledger: BatchLedger
  readonly #memory: MemoryShare | undefined
  readonly #transactions: Transactions | null
  readonly #closing = new AbortController()
  readonly #topics = new Map<string, Topic>()
  #lastName = ''
  #last: Topic | null = null

  constructor(
    client: KafkaClient,
    config: ProducerConfig,
    listener: ProducerListener,
    { gate, memory }: Omit<ProducerSurroundings, 'meter'> = {},
  ) {
    this.#client = client
    this.#config = config
    this.#memory = memory
    const arenas = new ArenaPool(config.batchBytes, config.maxInFlight + 3, memory)
    this.#ledger = new BatchLedger(listener, arenas, config.bufferBytes, memory)
    this.#transactions = this.#openTransactions()
    this.#sender = new Sender({
      transactions: this.#transactions,
      client,
      config,
      arenas,
      ledger: this.#ledger,
      mayProduce: () => gate?.held ?? true,
      onSealed: (queue, sizeBytes) => this.#sealed(queue, sizeBytes),
    })
  }

  get hasRoom(): boolean {
    return this.#ledger.hasRoom
  }

  room(signal: AbortSignal): Promise<void> {
    return this.#ledger.room(signal)
  }

  /** Creates the topic where the broker may; waits up to `max.block.ms` for it. */
  partitionCount(topic: string, signal: AbortSignal): MaybePromise<number> {
    const wait = { timeoutMs: this.#config.maxBlockMs, allowAutoTopicCreation: true }
    const metadata = this.#client.metadata.ensureTopic(topic, wait, signal)
    if (isPromise(metadata)) return metadata.then((found) => this.#learn(found))
    return this.#learn(metadata)
  }

  choosePartition(topic: string, key: Uint8Array | null): number {
    return this.#topic(topic).router.choose(key)
  }

  appender(topic: string, partition: number): RecordAppender {
    const { queues, router } = this.#topic(topic)
    const known = queues[partition]
    this.#transactions?.checkOpen()
    if (known !== undefined) return known
    if (!Number.isInteger(partition) || partition < 0 || partition >= router.partitionCount) {
      throw new ConnectError(
        `Invalid partition ${partition} for topic ${topic}: expected 0 to ${router.partitionCount - 1}.`,
      )
    }
    const queue = new PartitionQueue(topic, partition, this.#sender)
    queues[partition] = queue
    return queue
  }

  async init(signal: AbortSignal): Promise<void> {
    await this.#inTransactions().init(signal)
  }

  begin(): void {
    this.#inTransactions().begin()
  }

  async commit(signal: AbortSignal): Promise<void> {
    const transactions = this.#inTransactions()
    transactions.checkOpen()
    await this.flush(signal)
    await transactions.commit(signal)
  }

  async abort(signal: AbortSignal): Promise<void> {
    const error = new TransactionAbortedError('The transaction of these records was aborted.')
    await abortable(this.#sender.abandon(error), signal)
    await this.#inTransactions().abort(signal)
  }

  async flush(signal: AbortSignal): Promise<void> {
    await abortable(this.#sender.flush(), signal)
  }

  async close(signal: AbortSignal): Promise<void> {
    try {
      await this.flush(signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      this.#closing.abort()
      this.#sender.stop(
        new ProducerClosedError('The producer was closed before these records were acknowledged.'),
      )
      this.#memory?.close()
      await this.#client.close()
    }
  }

  #openTransactions(): Transactions | null {
    const { transactionalId, transactionTimeoutMs: timeoutMs } = this.#config
    if (transactionalId === null) return null
    const coordinator = new TransactionCoordinator(this.#client, { transactionalId, timeoutMs })
    return new Transactions(coordinator, () => this.#transactionChanged(), this.#closing.signal)
  }

  /** More can be sent, or nothing of the transaction any more. */
  #transactionChanged(): void {
    const failure = this.#transactions?.failure ?? null
    if (failure === null) this.#sender.ready()
    else this.#sender.failQueued(failure)
  }

  #inTransactions(): Transactions {
    if (this.#transactions !== null) return this.#transactions
    throw new ConnectError('This producer has no "transactional.id", so it has no transactions.')
  }

  /** Once a batch: the topic may have got partitions, or lost leaders, since the last one. */
  #sealed({ topic, partition }: PartitionQueue, sizeBytes: number): void {
    const known = this.#topics.get(topic)
    const metadata = this.#client.metadata.topic(topic)
    if (metadata !== undefined && metadata.partitions.length > 0) known?.router.update(metadata)
    known?.router.sealed(partition, sizeBytes)
  }

  #learn(metadata: TopicMetadata): number {
    const known = this.#topics.get(metadata.name)
    if (known === undefined) {
      this.#topics.set(metadata.name, this.#newTopic(metadata))
    } else known.router.update(metadata)
    return metadata.partitions.length
  }

  #newTopic(metadata: TopicMetadata): Topic {
    const queues: PartitionQueue[] = []
    const router = new TopicRouter(metadata, this.#config.partitioner, (partition) => {
      const queue = queues[partition]
      return queue === undefined ? 0 : this.#sender.waiting(queue)
    })
    return { router, queues }
  }

  #topic(name: string): Topic {
    if (this.#last !== null && name === this.#lastName) return this.#last
    const topic = this.#topics.get(name)
    if (topic === undefined) {
      throw new ConnectError(
        `The metadata of topic ${name} is not there: await partitionCount before records are appended.`,
      )
    }
    this.#lastName = name
    this.#last = topic
    return topic
  }
}
