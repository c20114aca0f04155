import { ConnectError, RetriableError, asError, createLogger } from 'sluice/api'
import type {
  ErrantRecordReporter,
  PartitionOffset,
  SinkRecord,
  SinkTaskContext,
  TopicPartition,
} from 'sluice/api'
import { SqlError } from '../core/sql-error.ts'
import type { BatchStore } from './batch-store.ts'
import { isForAll } from './isolation.ts'
import type { Rejection } from './isolation.ts'
import { partitionKey } from './offset-claims.ts'
import { RefusedClaim } from './offsets-table.ts'
import type { SinkSettings } from './settings.ts'
import { estimatedBytes } from './size-estimate.ts'

const log = createLogger('io.confluent.connect.jdbc.sink.JdbcSinkTask')

/** Bytes of records, about, from which on a put waits for the database. */
const mostWaitingBytes = 16 * 1024 * 1024
/** While a batch is on its way the task asks to be called again, so that an error is noticed however quiet the topic is. */
const lookAgainMs = 5
/** A deadlock's victim may try again at once: the other transaction has gone through. */
const afterDeadlockMs = 20

type Context = Pick<SinkTaskContext, 'timeout' | 'errantRecordReporter'>

interface SinkWriterParts {
  readonly settings: Pick<SinkSettings, 'batchSize' | 'maxRetries' | 'retryBackoffMs'>
  readonly store: BatchStore
  readonly context: Context
}

interface Outcome {
  readonly error: unknown
}

/** A batch that was not written, and what is known of why. */
interface Failed {
  readonly records: readonly SinkRecord[]
  readonly error: unknown
  /** Whether the runtime was told to come again, so that this is the time to try. */
  readonly isAnnounced: boolean
  /** Whether its records were tried one by one already. */
  readonly isIsolated: boolean
}

/** A batch on its way; `done` never rejects: it resolves with the error, or null. */
interface Flight {
  readonly records: readonly SinkRecord[]
  readonly done: Promise<Outcome | null>
}

/**
 * Takes records, and has one batch of them on its way to the database while the next gathers. A batch that has failed is kept and
 * dealt with by the next put, before that takes anything: nothing overtakes it (invariant 3).
 */
export class SinkWriter {
  readonly #parts: SinkWriterParts
  /** Taken and not sent. */
  #waiting: SinkRecord[] = []
  #waitingBytes = 0
  #flight: Flight | null = null
  /** A batch that was not written, and why. */
  #failed: Failed | null = null
  /** Tries in a row that have failed. */
  #failures = 0

  constructor(parts: SinkWriterParts) {
    this.#parts = parts
  }

  /**
   * Takes the records, and waits for the database where there are none, or more than are held in memory. A RetriableError is thrown
   * before any of them is taken.
   */
  async write(records: readonly SinkRecord[], signal: AbortSignal): Promise<void> {
    if (this.#failed !== null) await this.#recover(signal)
    for (const record of records) this.#waiting.push(record)
    this.#waitingBytes += estimatedBytes(records)
    this.#send()
    const isIdle = records.length === 0
    while (this.#flight !== null && (isIdle || this.#isFull())) await this.#settle(signal)
    if (this.#failed !== null && isIdle) await this.#recover(signal)
    if (this.#flight !== null || this.#failed !== null) this.#parts.context.timeout(lookAgainMs)
  }

  /** Waits for what is on its way, and of the offsets given returns those that are durable (invariant 1). */
  async durable(
    offsets: readonly PartitionOffset[],
    signal: AbortSignal,
  ): Promise<readonly PartitionOffset[]> {
    while (this.#flight !== null) await this.#settle(signal)
    const first = new Map<string, number>()
    for (const record of [...(this.#failed?.records ?? []), ...this.#waiting]) {
      const key = partitionKey(record.originalTopic, record.originalKafkaPartition)
      const offset = Number(record.originalKafkaOffset)
      first.set(key, Math.min(first.get(key) ?? offset, offset))
    }
    return offsets.map((entry) => {
      const open = first.get(partitionKey(entry.topic, entry.partition))
      return open === undefined || open >= entry.offset ? entry : { ...entry, offset: open }
    })
  }

  /** Waits for what is on its way: the connection is then nobody's. What has failed is the next put's. */
  async rest(signal: AbortSignal): Promise<void> {
    const flight = this.#flight
    if (flight !== null) await unlessAborted(flight.done, signal)
  }

  /** Lets go of what is not written of these partitions: whoever has them next reads it again. */
  async forget(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    while (this.#flight !== null) await this.#settle(signal)
    const gone = new Set(partitions.map(({ topic, partition }) => partitionKey(topic, partition)))
    const isKept = (record: SinkRecord): boolean =>
      !gone.has(partitionKey(record.originalTopic, record.originalKafkaPartition))
    this.#waiting = this.#waiting.filter(isKept)
    if (this.#failed === null) return
    const records = this.#failed.records.filter(isKept)
    this.#failed = records.length === 0 ? null : { ...this.#failed, records }
  }

  /** Waits for what is on its way and ends the connection, with which it ends where the signal aborts. */
  async close(signal: AbortSignal): Promise<void> {
    try {
      while (this.#flight !== null) await this.#settle(signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await this.#parts.store.close()
    }
  }

  #isFull(): boolean {
    const { batchSize } = this.#parts.settings
    return this.#waiting.length >= batchSize || this.#waitingBytes >= mostWaitingBytes
  }

  /** Sends what waits where nothing is on its way. */
  #send(): void {
    if (this.#flight !== null || this.#failed !== null || this.#waiting.length === 0) return
    const records = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    this.#flight = { records, done: outcomeOf(this.#parts.store.commit(records)) }
  }

  /** Waits until the flight is over; sends the next where it went well. */
  async #settle(signal: AbortSignal): Promise<void> {
    const flight = this.#flight
    if (flight === null) return
    const outcome = await unlessAborted(flight.done, signal)
    // Another call may have waited for the same.
    if (this.#flight !== flight) return
    this.#flight = null
    if (outcome === null) {
      this.#failures = 0
      this.#send()
    } else {
      const { records } = flight
      this.#failed = { records, error: outcome.error, isAnnounced: false, isIsolated: false }
    }
  }

  /** Writes the batch that failed, or throws: a RetriableError where it is to be tried again later. */
  async #recover(signal: AbortSignal): Promise<void> {
    while (this.#failed !== null) {
      const failed = this.#failed
      if (!failed.isAnnounced) this.#announce(failed)
      const isolates = !isForAll(failed.error)
      const outcome = await unlessAborted(outcomeOf(this.#again(failed)), signal)
      this.#failed = null
      if (outcome === null) this.#failures = 0
      else {
        // A lost link says nothing of the records: they are looked into again.
        const isIsolated = isolates && !isForAll(outcome.error)
        this.#failed = { ...failed, error: outcome.error, isIsolated, isAnnounced: false }
      }
    }
  }

  /** Throws where a failed batch is not to be tried at once: for later, or for good. */
  #announce(failed: Failed): void {
    const { error } = failed
    if (error instanceof FatalError) throw asError(error.cause)
    if (error instanceof SqlError && error.failure === 'retry') {
      this.#failed = { ...failed, isAnnounced: true }
      throw this.#later(error, failed.records.length)
    }
    // What may be a single record's fault is looked into, once.
    if (isForAll(error) || failed.isIsolated) throw asError(error)
  }

  /** Another try of a batch, as the error of the last one calls for. */
  async #again({ records, error }: Failed): Promise<void> {
    const { store } = this.#parts
    if (isForAll(error)) {
      await store.close()
      const left = await store.unwritten(records)
      if (left.length > 0) await store.commit(left).catch((e: unknown) => this.#unlessLate(e, left))
      return
    }
    // A table may have been changed or dropped since it was looked at.
    store.forgetTables()
    await store.commitWhatCan(records, (rejections) => this.#reject(rejections))
  }

  /** A commit whose answer was lost may come about while its records are written once more: theirs is then refused, and they are there. */
  async #unlessLate(error: unknown, records: readonly SinkRecord[]): Promise<void> {
    if (!(error instanceof RefusedClaim)) throw error
    if ((await this.#parts.store.unwritten(records)).length > 0) throw error
  }

  /** Each is reported durably before the others of its batch are committed; without a reporter the first fails the task. */
  async #reject(rejections: readonly Rejection[]): Promise<void> {
    const reporter: ErrantRecordReporter | null = this.#parts.context.errantRecordReporter()
    const [first] = rejections
    if (reporter === null) throw new FatalError(first?.error)
    await Promise.all(
      rejections.map(({ record, error }) =>
        reporter.report(record, error).catch((cause: unknown) => {
          throw new FatalError(cause)
        }),
      ),
    )
  }

  /** The error that has the batch tried again after a while; any other once the tries are used up. */
  #later(error: SqlError, count: number): Error {
    const { maxRetries, retryBackoffMs } = this.#parts.settings
    this.#failures++
    if (this.#failures > maxRetries) {
      return new ConnectError(
        `Writing to the database has failed ${this.#failures} times in a row, and max.retries is ${maxRetries}. Last: ${error.message}`,
        { cause: error },
      )
    }
    const isDeadlock = ['40P01', '40001'].includes(error.sqlState ?? '') && this.#failures === 1
    log.warn(
      `Write of ${count} records failed, remainingRetries=${maxRetries - this.#failures}: ${error.message}`,
    )
    this.#parts.context.timeout(isDeadlock ? afterDeadlockMs : retryBackoffMs)
    return new RetriableError(error.message, { cause: error })
  }
}

/** What ends the task whatever else may be tried. */
class FatalError extends ConnectError {
  constructor(cause: unknown) {
    super('The task ends.', { cause })
  }
}

/** What became of `work`: null where it went well. */
function outcomeOf(work: Promise<void>): Promise<Outcome | null> {
  return work.then(
    () => null,
    (error: unknown) => ({ error }),
  )
}

/** What `work` resolves with; rejects with the signal's reason where that comes first. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(asError(signal.reason))
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
