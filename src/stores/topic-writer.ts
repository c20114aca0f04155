import { RetriableError, asError } from '../errors/connect-error.ts'
import { createProducer } from '../kafka/producer/kafka-producer.ts'
import type { ClientConfig, ProducerListener, RecordProducer } from '../kafka/types.ts'
import { faultPoint } from '../util/fault-point.ts'
import type { RawRecord } from './raw-record.ts'

/** Writes keyed records to one topic and says when all in-sync replicas have them. */
export class TopicWriter {
  readonly #topic: string
  readonly #producer: RecordProducer
  readonly #failures: { readonly from: number; readonly to: number; readonly error: Error }[] = []
  #next = 0
  #open = 0

  constructor(topic: string, config: ClientConfig) {
    this.#topic = topic
    this.#producer = createProducer({ ...config, acks: 'all' }, this.#listener())
  }

  /** Resolves once every record is durable (invariant 1); rejects where one is not, retriable. */
  async write(records: readonly RawRecord[], signal: AbortSignal): Promise<void> {
    this.#open++
    try {
      await this.#producer.partitionCount(this.#topic, signal)
      if (!this.#producer.hasRoom) await this.#producer.room(signal)
      const from = this.#next
      for (const record of records) this.#append(record)
      faultPoint('offsets.writing')
      await this.#producer.flush(signal)
      this.#check(from, from + records.length)
    } finally {
      this.#open--
      if (this.#open === 0) this.#failures.length = 0
    }
  }

  close(signal: AbortSignal): Promise<void> {
    return this.#producer.close(signal)
  }

  #append({ key, value }: RawRecord): void {
    const partition = this.#producer.choosePartition(this.#topic, key)
    this.#producer
      .appender(this.#topic, partition)
      .append(this.#next++, Date.now(), key, value, null)
  }

  #check(from: number, to: number): void {
    const failure = this.#failures.find((each) => each.from < to && each.to > from)
    if (!failure) return
    throw new RetriableError(
      `Cannot write to topic ${this.#topic}: ${asError(failure.error).message}`,
      { cause: failure.error },
    )
  }

  #listener(): ProducerListener {
    return {
      acknowledged: () => undefined,
      failed: (from, to, _partition, error) => {
        this.#failures.push({ from, to, error })
      },
    }
  }
}
