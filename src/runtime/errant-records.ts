import type { ErrantRecordReporter, RejectedRecord } from '../api/sink-task.ts'
import { isSinkRecord } from '../data/records.ts'
import type { SinkRecord } from '../data/records.ts'
import { asError, ConnectError, isRetriable } from '../errors/connect-error.ts'
import { abortable, delay } from '../util/abort.ts'
import type { Logger } from '../util/logger.ts'
import { convertedLetterOf, rawLetterOf, rawText } from './dead-letters.ts'
import type { DeadLetter, SentLetter } from './dead-letter-queue.ts'
import { ReadSinkRecord } from './raw-record.ts'
import type { RawRecord } from './raw-record.ts'
import type { FailedRecord } from './record-errors.ts'
import type { RecordLookup } from './record-lookup.ts'
import type { TaskPlugins } from './task-plugins.ts'

/** Java's name for whose call it is that gives a record up. */
const className = 'org.apache.kafka.connect.sink.SinkTask'
/** Pause after a look into Kafka that failed and may be tried again. */
const retryMs = 200

/** The records that a sink task gives up: by `put`, one by one, or by its ErrantRecordReporter (KIP-610). */
export class ErrantRecords {
  readonly #plugins: TaskPlugins
  readonly #logger: Logger
  readonly #signal: AbortSignal
  readonly #pending = new Set<Promise<void>>()
  #lookup: RecordLookup | null = null
  #failure: Error | null = null
  #closed = false

  /** `signal` aborts when the task is cancelled. */
  constructor(plugins: TaskPlugins, logger: Logger, signal: AbortSignal) {
    this.#plugins = plugins
    this.#logger = logger
    this.#signal = signal
  }

  /** Null where nothing is done with reports. */
  get reporter(): ErrantRecordReporter | null {
    const { errors } = this.#plugins
    if (!errors.takesReports) return null
    return { report: (record, error) => this.#track(record, error) }
  }

  /**
   * What `put` could not write, as it returned it. Resolves once it is on its way to where it is kept; rejects where it fails the
   * task.
   */
  async reject(rejected: unknown): Promise<void> {
    // A plugin need not be written in TypeScript, and null is nothing too.
    if (rejected === undefined || rejected === null) return
    for (const { record, error } of rejectedRecords(rejected)) await this.#report(record, error)
  }

  /** Throws where a record was reported that is not tolerated, whatever the task made of the rejection. */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** Resolves once everything that was given up is durable (invariant 1); rejects where something could not be kept. */
  async settled(signal: AbortSignal): Promise<void> {
    await abortable(Promise.all(this.#pending), signal)
    this.throwIfFailed()
    await this.#plugins.errors.settled(signal)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#lookup?.close()
  }

  /** The task may wait for the answer or not: whether it is kept is asked before anything is committed. */
  #track(record: SinkRecord, error: unknown): Promise<void> {
    const report = this.#reportWhole(record, error)
    this.#pending.add(report)
    const forget = (): void => void this.#pending.delete(report)
    report.then(forget, (cause: unknown) => {
      this.#failure ??= asError(cause)
      forget()
    })
    return report
  }

  async #reportWhole(record: SinkRecord, error: unknown): Promise<void> {
    if (this.#closed) {
      throw new ConnectError(
        `The task gave up ${placeOf(record)} when it had been stopped: nothing is kept then. It is read again at the next start.`,
      )
    }
    const sent = await this.#report(record, error)
    await sent?.durable.catch((cause: unknown) => this.#throwFor(record, cause))
  }

  async #report(record: SinkRecord, error: unknown): Promise<SentLetter | null> {
    try {
      return await this.#plugins.errors.rejected(this.#describe(record, error))
    } catch (cause) {
      return this.#throwFor(record, cause)
    }
  }

  /** What asks to be tried again meant the letter. Thrown from `put`, it would ask for the batch, which no put makes better. */
  #throwFor(record: SinkRecord, cause: unknown): never {
    this.#signal.throwIfAborted()
    if (!isRetriable(cause)) throw cause
    throw new ConnectError(
      `The task gave up ${placeOf(record)}, which could not be kept: ${asError(cause).message} ` +
        'It is read again once the task is restarted.',
      { cause },
    )
  }

  #describe(record: SinkRecord, error: unknown): FailedRecord {
    return {
      stage: 'TASK_PUT',
      className,
      error,
      where: placeOf(record),
      details: () => `, where consumed record is ${recordText(record)}`,
      letter: () => this.#letterOf(record),
    }
  }

  async #letterOf(record: SinkRecord): Promise<DeadLetter> {
    const { keeping, converters, errors } = this.#plugins
    if (record instanceof ReadSinkRecord) {
      const lookup = (this.#lookup ??= keeping.openLookup())
      const raw = await this.#find(record, lookup)
      if (raw !== null) return rawLetterOf(raw)
    }
    // A registry that is away is waited for as on the way of any record.
    return errors.retries.attempt(() => convertedLetterOf(record, converters))
  }

  /** Waits for brokers that are away as whatever else reads: until the task is cancelled, or has ended. */
  async #find(record: ReadSinkRecord, lookup: RecordLookup): Promise<RawRecord | null> {
    const place = { topic: record.originalTopic, partition: record.originalKafkaPartition }
    for (let attempt = 1; ; attempt++) {
      try {
        return await lookup.find(place, Number(record.originalKafkaOffset), this.#signal)
      } catch (error) {
        if (this.#closed || !isRetriable(error)) throw error
        const why = `Reading ${placeOf(record)} again failed, and is tried until it succeeds: ${asError(error).message}`
        if (attempt === 1) this.#logger.warn(why, error)
      }
      await delay(retryMs, this.#signal)
    }
  }
}

function rejectedRecords(returned: unknown): readonly RejectedRecord[] {
  if (Array.isArray(returned) && returned.every(isRejectedRecord)) return returned
  throw new ConnectError(
    'put returned something else than the records that it could not write: expected nothing, or an array of ' +
      '{ record, error }, each with a record of the batch. Correct what put of the task returns.',
  )
}

function isRejectedRecord(each: unknown): each is RejectedRecord {
  return typeof each === 'object' && each !== null && 'record' in each && isSinkRecord(each.record)
}

/** Where a record lay, for messages. */
export function placeOf(record: SinkRecord): string {
  return `the record at topic '${record.originalTopic}', partition ${record.originalKafkaPartition}, offset ${record.originalKafkaOffset}`
}

function recordText(record: SinkRecord): string {
  return rawText({
    topic: record.originalTopic,
    partition: record.originalKafkaPartition,
    offset: Number(record.originalKafkaOffset),
    timestamp: record.timestamp ?? -1,
    timestampType: record.timestampType,
    key: null,
    value: null,
    headers: [],
  })
}
