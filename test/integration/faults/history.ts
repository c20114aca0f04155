import { crc32 } from 'node:zlib'
import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import type { ProducerListener } from '../../../src/kafka/types.ts'

/**
 * What readers of committed records may see of a transaction. Where a commit was not answered (`unknown`), all of it or
 * nothing.
 */
export type Fate = 'open' | 'committed' | 'aborted' | 'unknown'

export interface Transaction {
  fate: Fate
  readonly records: SentRecord[]
}

/** A record, and what the producer has told of it. */
export interface SentRecord {
  readonly number: number
  readonly partition: number
  readonly checksum: number
  readonly transaction: Transaction | null
  state: 'open' | 'acknowledged' | 'failed'
  /** -1 where the broker did not say. */
  offset: number
  error: Error | null
}

/** Everything that was sent, and what was told of it. */
export class History implements ProducerListener {
  readonly records: SentRecord[] = []
  readonly transactions: Transaction[] = []
  /** What a producer may never tell, whatever happens. */
  readonly problems: string[] = []

  /** The value of the next record, which begins with its number. */
  next(partition: number, bytes: number, transaction: Transaction | null): Buffer {
    const number = this.records.length
    const value = Buffer.from(`${number}|`.padEnd(bytes, `padding of ${number}, `))
    const record: SentRecord = {
      number,
      partition,
      checksum: crc32(value),
      transaction,
      state: 'open',
      offset: -1,
      error: null,
    }
    this.records.push(record)
    transaction?.records.push(record)
    return value
  }

  begin(): Transaction {
    const transaction: Transaction = { fate: 'open', records: [] }
    this.transactions.push(transaction)
    return transaction
  }

  acknowledged(from: number, to: number, { partition }: TopicPartition, baseOffset: number): void {
    for (let number = from; number < to; number++) {
      const record = this.#told(number, partition, 'acknowledged')
      if (record !== undefined && baseOffset >= 0) record.offset = baseOffset + number - from
    }
  }

  failed(from: number, to: number, { partition }: TopicPartition, error: Error): void {
    for (let number = from; number < to; number++) {
      const record = this.#told(number, partition, 'failed')
      if (record !== undefined) record.error = error
    }
  }

  /** To be called when all of them must have been told of. */
  expectTold(records: readonly SentRecord[], after: string): void {
    const open = records.filter(({ state }) => state === 'open').map(({ number }) => number)
    if (open.length > 0) this.problems.push(`after ${after} nothing was told of ${open.join(', ')}`)
  }

  #told(
    number: number,
    partition: number,
    state: 'acknowledged' | 'failed',
  ): SentRecord | undefined {
    const record = this.records[number]
    if (record?.partition !== partition) {
      this.problems.push(`${number} was ${state} in partition ${partition}, where it was not sent`)
    } else if (record.state !== 'open') {
      this.problems.push(`${number} was ${record.state}, and then ${state}`)
    } else record.state = state
    return record
  }
}
