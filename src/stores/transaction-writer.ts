import { openTransactionalProducer } from '../kafka/producer/kafka-producer.ts'
import type { ClientConfig, TransactionalProducer } from '../kafka/types.ts'
import { faultPoint } from '../util/fault-point.ts'
import type { RawRecord } from './raw-record.ts'

const nothing = { acknowledged: () => undefined, failed: () => undefined }

/** Writes keyed records to one topic, in transactions. What fails is its end: another one is to be opened. */
export class TransactionWriter {
  readonly #topic: string
  readonly #producer: TransactionalProducer
  #next = 0

  private constructor(topic: string, producer: TransactionalProducer) {
    this.#topic = topic
    this.#producer = producer
  }

  /** `config` names the transactional id: whoever had it before is fenced (invariant 4). */
  static async open(
    topic: string,
    config: ClientConfig,
    signal: AbortSignal,
  ): Promise<TransactionWriter> {
    const producer = await openTransactionalProducer(config, nothing)
    try {
      await producer.init(signal)
    } catch (error) {
      await producer.close(AbortSignal.abort())
      throw error
    }
    return new TransactionWriter(topic, producer)
  }

  /** All of them in one transaction (invariant 5). Resolves once it is committed; rejects where none of them counts. */
  async write(records: readonly RawRecord[], signal: AbortSignal): Promise<void> {
    const producer = this.#producer
    await producer.partitionCount(this.#topic, signal)
    producer.begin()
    for (const { key, value } of records) {
      const partition = producer.choosePartition(this.#topic, key)
      producer.appender(this.#topic, partition).append(this.#next++, Date.now(), key, value, null)
    }
    faultPoint('transaction.commit')
    await producer.commit(signal)
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#producer.close(AbortSignal.abort()).catch(() => undefined)
  }
}
