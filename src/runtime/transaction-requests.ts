import type { TransactionContext } from '../api/source-task.ts'
import type { SourceRecord } from '../data/records.ts'
import { ConnectError } from '../errors/connect-error.ts'

/** Java's IllegalStateException: what the plugin asks for contradicts itself. */
class TransactionRequestError extends ConnectError {
  override readonly javaName = 'java.lang.IllegalStateException'
}

/** Why a transaction ends here. */
export type TransactionEnd = 'commit' | 'abort'

/** What a task has asked for by its transaction context and did not get yet. */
export class TransactionRequests implements TransactionContext {
  readonly #commitOn = new Set<SourceRecord>()
  readonly #abortOn = new Set<SourceRecord>()
  #commit = false
  #abort = false

  commitTransaction(record?: SourceRecord): void {
    if (record === undefined) this.#commit = true
    else this.#commitOn.add(record)
  }

  abortTransaction(record?: SourceRecord): void {
    if (record === undefined) this.#abort = true
    else this.#abortOn.add(record)
  }

  /** Where the first transaction ends that holds the record at `from`: behind the first record there is a request for. */
  endOf(records: readonly SourceRecord[], from: number): number {
    if (this.#commitOn.size === 0 && this.#abortOn.size === 0) return records.length
    for (let at = from; at < records.length; at++) {
      const record = records[at]
      if (record === undefined) break
      if (this.#commitOn.has(record) || this.#abortOn.has(record)) return at + 1
    }
    return records.length
  }

  /** Takes the request for a record; null where there is none. Throws where both were asked for. */
  takeFor(record: SourceRecord): TransactionEnd | null {
    const commit = this.#commitOn.delete(record)
    const abort = this.#abortOn.delete(record)
    if (commit && abort) {
      throw new TransactionRequestError(
        `Connector requested both commit and abort of same record against topic/partition ${record.topic}/${record.kafkaPartition}`,
      )
    }
    return abort ? 'abort' : commit ? 'commit' : null
  }

  /** Takes the request for a whole batch, as {@link takeFor}. */
  takeForBatch(): TransactionEnd | null {
    const [commit, abort] = [this.#commit, this.#abort]
    if (commit && abort) {
      throw new TransactionRequestError(
        'Connector requested both commit and abort of same transaction',
      )
    }
    this.#commit = false
    this.#abort = false
    return abort ? 'abort' : commit ? 'commit' : null
  }
}
