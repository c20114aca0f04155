import { ConfigError, ConnectError, asError } from '../errors/connect-error.ts'
import type { ConnectorConfig } from '../config/types.ts'
import type { TaskCounters } from '../messages/counters.ts'
import type { Logger } from '../util/logger.ts'

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
}

/** Decides what becomes of records that fail, and counts them: `errors.tolerance`, `errors.log.enable`. */
export class RecordErrors {
  readonly #tolerateAll: boolean
  readonly #log: boolean
  readonly #includeMessages: boolean
  readonly #taskId: string
  readonly #logger: Logger
  #skipped = 0
  #counters: TaskCounters | null = null

  constructor(config: ConnectorConfig, taskId: string, logger: Logger) {
    this.#tolerateAll = config['errors.tolerance']?.trim() === 'all'
    this.#log = config['errors.log.enable']?.trim().toLowerCase() === 'true'
    this.#includeMessages = config['errors.log.include.messages']?.trim().toLowerCase() === 'true'
    this.#taskId = taskId
    this.#logger = logger
    const deadLetterTopic = config['errors.deadletterqueue.topic.name']?.trim() ?? ''
    if (deadLetterTopic !== '' && this.#tolerateAll) {
      // Skipping records that are meant to be kept in a topic would lose them (invariant 2).
      throw new ConfigError(
        `Invalid value ${deadLetterTopic} for configuration errors.deadletterqueue.topic.name: this release writes no dead letter queue. Remove the key, or set errors.tolerance to none.`,
      )
    }
  }

  /** From here on failures are counted in `counters`. */
  countIn(counters: TaskCounters): void {
    this.#counters = counters
  }

  /** Whether the task may report records itself: where errors are logged, as nothing else is done with them. */
  get takesReports(): boolean {
    return this.#log
  }

  /** Records skipped so far. */
  get skipped(): number {
    return this.#skipped
  }

  /** Returns where the records are to be skipped; throws where they fail the task (invariant 2). */
  failed(record: FailedRecord, count = 1): void {
    this.#count('failures', count)
    this.#count('errors', count)
    this.#counters?.set('lastErrorAt', Date.now())
    if (this.#log) {
      this.#logger.error(this.#describe(record), record.error)
      this.#count('errorsLogged', 1)
    }
    if (this.#tolerateAll) {
      this.#skipped += count
      this.#count('skipped', count)
      return
    }
    const message = `Tolerance exceeded in error handler: ${record.stage} by ${record.className} failed for ${record.where}: ${asError(record.error).message}`
    throw new ConnectError(message, { cause: record.error })
  }

  #count(name: 'failures' | 'errors' | 'errorsLogged' | 'skipped', by: number): void {
    this.#counters?.add(name, by)
  }

  #describe({ stage, className, where }: FailedRecord): string {
    const text = `Error encountered in task ${this.#taskId}. Executing stage '${stage}' with class '${className}'`
    return this.#includeMessages ? `${text}, where the record is ${where}.` : `${text}.`
  }
}
