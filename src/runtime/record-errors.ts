import { errorSettings } from '../config/error-keys.ts'
import type { ErrorSettings } from '../config/error-keys.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { ConnectError, asError, isRetriable } from '../errors/connect-error.ts'
import type { TaskCounters } from '../messages/counters.ts'
import type { Logger } from '../util/logger.ts'
import { createLogger } from '../util/logger.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isPromise } from '../util/maybe-promise.ts'
import type { DeadLetter, DeadLetterQueue, SentLetter } from './dead-letter-queue.ts'
import { bytesText } from './failure-text.ts'
import type { GivenBytes } from './failure-text.ts'
import { Retries } from './retries.ts'

/** Where on its way a record failed, by Java's names (KIP-298). */
export type Stage =
  | 'TASK_PUT'
  | 'TRANSFORMATION'
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'HEADER_CONVERTER'
  | 'KAFKA_PRODUCE'

/** A record that could not be taken through a stage. */
export interface FailedRecord {
  readonly stage: Stage
  /** Java name of the class that was at work. */
  readonly className: string
  readonly error: unknown
  /** Which record it is, e.g. `topic 'a', partition 0, offset 5`. */
  readonly where: string
  /** What `errors.log.include.messages` adds to the log, by Java's words. */
  readonly details?: () => string
  /** What the converter was given, where it was one that failed to read. */
  readonly given?: GivenBytes | null
  /** What of the record is kept in the dead letter queue. Not asked for where there is none. */
  readonly letter?: () => MaybePromise<DeadLetter>
}

/** The stages that are tried again (`errors.retry.timeout`). */
const retried: ReadonlySet<Stage> = new Set<Stage>([
  'TRANSFORMATION',
  'KEY_CONVERTER',
  'VALUE_CONVERTER',
  'HEADER_CONVERTER',
])

const reportLog = 'org.apache.kafka.connect.runtime.errors.LogReporter'

/**
 * Decides what becomes of records that fail, and counts them: `errors.tolerance`, `errors.retry.*`, `errors.log.*` and the dead
 * letter queue.
 */
export class RecordErrors {
  readonly retries: Retries
  readonly settings: ErrorSettings
  readonly #taskId: string
  readonly #log: Logger
  #deadLetters: DeadLetterQueue | null = null
  #counters: TaskCounters | null = null

  /** `taskId` as `connector-0`; `context` begins the lines of the log. */
  constructor(config: ConnectorConfig, taskId: string, context: string) {
    this.settings = errorSettings(config)
    this.retries = new Retries(this.settings)
    this.#taskId = taskId
    this.#log = createLogger(reportLog, context)
  }

  /** From here on failures are counted in `counters`. */
  countIn(counters: TaskCounters): void {
    this.#counters = counters
    this.retries.countIn(counters)
  }

  /** From here on records that fail are kept in `queue`. */
  keepIn(queue: DeadLetterQueue | null): void {
    this.#deadLetters = queue
  }

  /** Whether the task may report records itself: where they are logged, or kept. */
  get takesReports(): boolean {
    return this.settings.log || this.settings.deadLetters !== null
  }

  /** Whether records that fail are kept. */
  get keeps(): boolean {
    return this.#deadLetters !== null
  }

  /**
   * Reports `count` records that failed in the same way. Returns, at once where no dead letter has to be sent, where they are
   * to be skipped; throws where they fail the task (invariant 2). What it returns ends once the letter is durable.
   */
  failed(record: FailedRecord, count = 1): MaybePromise<SentLetter | null> {
    const twice = retried.has(record.stage) && this.settings.retryTimeoutMs === 0
    // As Java counts: an error that asks for another try once as an attempt, and once as the end of them.
    this.#count('failures', twice && isRetriable(record.error) ? 2 * count : count)
    this.#count('errors', count)
    const sent = this.#report(record)
    return isPromise(sent)
      ? sent.then((letter) => this.#skip(record, letter, count))
      : this.#skip(record, sent, count)
  }

  /** Reports a record that the task itself gives up: as {@link failed}, but counted as Java counts those. */
  rejected(record: FailedRecord): MaybePromise<SentLetter | null> {
    this.#count('failures', 1)
    const decide = (letter: SentLetter | null): SentLetter | null => {
      if (this.settings.tolerateAll) return letter
      this.#count('errors', 1)
      throw this.#exceeded(record)
    }
    const sent = this.#report(record)
    return isPromise(sent) ? sent.then(decide) : decide(sent)
  }

  /** Resolves once every record kept so far is durable (invariant 1). */
  async settled(signal: AbortSignal): Promise<void> {
    await this.#deadLetters?.settled(signal)
  }

  #report(record: FailedRecord): MaybePromise<SentLetter | null> {
    this.#counters?.set('lastErrorAt', Date.now())
    if (this.settings.log) {
      this.#log.error(this.#describe(record), record.error)
      this.#count('errorsLogged', 1)
    }
    if (this.#deadLetters === null || record.letter === undefined) return null
    return this.#keep(this.#deadLetters, record, record.letter)
  }

  async #keep(
    queue: DeadLetterQueue,
    record: FailedRecord,
    letter: () => MaybePromise<DeadLetter>,
  ): Promise<SentLetter> {
    return queue.send(await letter(), record)
  }

  #skip(record: FailedRecord, letter: SentLetter | null, count: number): SentLetter | null {
    if (!this.settings.tolerateAll) throw this.#exceeded(record)
    this.#count('skipped', count)
    return letter
  }

  #exceeded(record: FailedRecord): ConnectError {
    const what = failureSentence(record, this.settings.includeMessages)
    return new ConnectError(`Tolerance exceeded in error handler: ${what}`, { cause: record.error })
  }

  #count(name: 'failures' | 'errors' | 'errorsLogged' | 'skipped', by: number): void {
    this.#counters?.add(name, by)
  }

  #describe({ stage, className, details, given }: FailedRecord): string {
    const { includeMessages } = this.settings
    const text = `Error encountered in task ${this.#taskId}. Executing stage '${stage}' with class '${className}'`
    const more = includeMessages && details ? details() : ''
    const looks = given ? ` ${bytesText(className, given, includeMessages)}` : ''
    return `${text}${more}.${looks}`
  }
}

/** What failed for which record and why, and what the bytes look like that a converter was given. */
export function failureSentence(
  { stage, className, where, error, given }: FailedRecord,
  withContent: boolean,
): string {
  const looks = given ? ` ${bytesText(className, given, withContent)}` : ''
  return `${stage} by ${className} failed for ${where}: ${asError(error).message}${looks}`
}
