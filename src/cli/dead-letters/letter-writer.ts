import type { ClientConfig, RecordProducer } from '../../kafka/types.ts'
import { openProducer } from '../../kafka/producer/kafka-producer.ts'
import { replaysHeader } from './letter.ts'
import type { Letter } from './letter.ts'

/** Writes letters back as they were: key, value, own headers and timestamp, with a header that counts the replays. */
export class LetterWriter implements AsyncDisposable {
  #producer: RecordProducer | null = null
  #failure: Error | null = null
  #next = 0

  static async open(config: ClientConfig, signal: AbortSignal): Promise<LetterWriter> {
    const writer = new LetterWriter()
    const listener = {
      acknowledged: () => undefined,
      failed: (_from: number, _to: number, _partition: unknown, error: Error) => {
        writer.#failure ??= error
      },
    }
    signal.throwIfAborted()
    writer.#producer = await openProducer({ ...config, acks: 'all' }, listener)
    return writer
  }

  /** To a partition, where the topic has it; else where the partitioner puts it. */
  async write(
    { raw, own, replays }: Letter,
    to: { readonly topic: string; readonly partition: number | null },
    signal: AbortSignal,
  ): Promise<void> {
    const producer = this.#open()
    if (!producer.hasRoom) await producer.room(signal)
    const partitions = await producer.partitionCount(to.topic, signal)
    const partition =
      to.partition !== null && to.partition < partitions
        ? to.partition
        : producer.choosePartition(to.topic, raw.key)
    const counted = { key: replaysHeader, value: Buffer.from(String(replays + 1)) }
    const time = raw.timestamp < 0 ? Date.now() : raw.timestamp
    const appender = producer.appender(to.topic, partition)
    appender.append(this.#next++, time, raw.key, raw.value, [...own, counted])
  }

  /** Resolves once all that was written is durable; rejects where something was not taken. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.#open().flush(signal)
    if (this.#failure !== null) throw this.#failure
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer?.close(AbortSignal.abort())
  }

  #open(): RecordProducer {
    if (this.#failure !== null) throw this.#failure
    if (this.#producer === null) throw new Error('The writer is not open.')
    return this.#producer
  }
}
