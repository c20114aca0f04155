import type { Headers } from '../data/headers.ts'
import type { SourceRecord } from '../data/records.ts'
import type { RecordHeader } from '../kafka/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import type { PartitionRouter } from './partition-router.ts'
import { asSent, rawHeaders } from './record-as-sent.ts'
import type { FailedRecord, Stage } from './record-errors.ts'
import type { RecordFates } from './record-fates.ts'
import { producerClassName } from './source-acknowledgements.ts'
import { jsonText } from './source-dead-letters.ts'
import type { SourceRecordAppender } from './source-record-appender.ts'
import { sourceRecordText } from './source-record-text.ts'
import { tryAgain } from './stage-steps.ts'
import type { Step } from './stage-steps.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

export interface ConversionParts {
  readonly plugins: TaskPlugins
  readonly router: Pick<PartitionRouter, 'knows' | 'prepare'>
  readonly appender: Pick<SourceRecordAppender, 'append' | 'takeBack'>
  readonly fates: Pick<RecordFates, 'commitRecord' | 'giveUp' | 'letters'>
  readonly services: TaskServices
  /** Aborts the waits for topics, and what was converted meanwhile is not sent any more. */
  readonly cancelled: AbortSignal
}

/** What was converted already, or is being converted. */
interface Known {
  /** All of them, as converters see them. */
  readonly headers?: Headers
  /** Or the first ones, and the next. */
  readonly own?: RecordHeader[]
  readonly pending?: Promise<Uint8Array | null>
  readonly key?: MaybePromise<Uint8Array | null>
  readonly value?: MaybePromise<Uint8Array | null>
}

/** Takes records to their batches one stage after the other: with headers, of which something waits, or that have failed. */
export class SourceRecordConversion {
  /** What the record is in that was worked on last; the sender notes it here as well. */
  stage: Stage = 'TRANSFORMATION'
  /** What the transformations made of it, once they have. */
  sent: SourceRecord | null = null
  readonly #parts: ConversionParts
  /** A topic that cannot be had fails the task, whatever is tolerated of records. */
  #preparing = false
  /** What goes on after a wait is no longer within the call that began it. */
  readonly #once: Step = (stage, operation) => {
    this.stage = stage
    return this.#parts.services.call('convert', operation)
  }

  constructor(parts: ConversionParts) {
    this.#parts = parts
  }

  /** Waits for the transformations first. */
  async transformed(
    record: SourceRecord,
    transforming: Promise<SourceRecord | null>,
  ): Promise<void> {
    await this.#append(record, await transforming, {}, this.#once)
  }

  /** Rejects where the record fails, in `stage`. */
  convert(record: SourceRecord, sent: SourceRecord, known: Known = {}): Promise<void> {
    return this.#append(record, sent, known, this.#once)
  }

  /**
   * The record failed with `error` in `stage`: tried again where it may be, else skipped where `errors.tolerance` says so.
   * Rejects where it fails the task (invariant 2), or the task stops before it is known.
   */
  async recover(record: SourceRecord, error: unknown): Promise<void> {
    const { plugins, appender, fates } = this.#parts
    const { retries } = plugins.errors
    const failedAt = this.stage
    const again = (step: Step): Promise<void> => this.#again(record, failedAt, step)
    let failure = error
    appender.takeBack()
    this.#throwIfTopicFailed(error)
    if (failedAt !== 'KAFKA_PRODUCE') {
      try {
        await tryAgain(retries, this.#once, { failedAt, error }, again)
        return
      } catch (cause) {
        failure = cause
        appender.takeBack()
        this.#throwIfTopicFailed(cause)
      }
    }
    retries.rethrowAbort(failure)
    await fates.giveUp(record, this.describe(record, failure))
  }

  /** The record failed with `error` in `stage`. */
  describe(record: SourceRecord, error: unknown): FailedRecord {
    const { stage } = this
    const from = `source partition ${jsonText(record.sourcePartition)}, offset ${jsonText(record.sourceOffset)}`
    return {
      stage,
      className: this.#className(),
      error,
      where: `a record for topic '${record.topic}' at ${from}`,
      details: () => `, where source record is = ${sourceRecordText(record)}`,
      letter: () => this.#parts.fates.letters.letterOf(record, stage === 'KAFKA_PRODUCE'),
    }
  }

  /** Once more from the stage that failed. */
  async #again(record: SourceRecord, failedAt: Stage, step: Step): Promise<void> {
    const { chain } = this.#parts.plugins
    const sent =
      failedAt === 'TRANSFORMATION' && chain !== null
        ? await step('TRANSFORMATION', () => chain.applyAgain())
        : this.sent
    await this.#append(record, sent as SourceRecord | null, {}, step)
  }

  /** Appends what the transformations made of `record`; null where they have dropped it. */
  async #append(
    record: SourceRecord,
    sent: SourceRecord | null,
    known: Known,
    step: Step,
  ): Promise<void> {
    const { appender, fates, plugins, cancelled } = this.#parts
    // Here and below invariant 4: whoever waited for this may have been told meanwhile that nothing is sent any more.
    cancelled.throwIfAborted()
    if (sent === null) {
      fates.commitRecord(record, null)
      return
    }
    const { topic } = sent
    const { key, value } = plugins.converters
    this.sent = sent
    await this.#prepareTopic(topic)
    this.stage = 'HEADER_CONVERTER'
    const headers = known.headers ?? (await this.#headersOf(sent, known, step))
    this.stage = 'KEY_CONVERTER'
    const keyDone = await (known.key !== undefined
      ? known.key
      : step('KEY_CONVERTER', () =>
          key.converter.fromConnectData(topic, headers, sent.keySchema, sent.key),
        ))
    this.stage = 'VALUE_CONVERTER'
    const valueDone = await (known.value !== undefined
      ? known.value
      : step('VALUE_CONVERTER', () =>
          value.converter.fromConnectData(topic, headers, sent.valueSchema, sent.value),
        ))
    cancelled.throwIfAborted()
    this.stage = 'KAFKA_PRODUCE'
    appender.append(record, sent, keyDone, valueDone, headers && rawHeaders(headers))
  }

  async #prepareTopic(topic: string): Promise<void> {
    const { router, cancelled } = this.#parts
    if (router.knows(topic)) return
    this.#preparing = true
    await router.prepare(topic, cancelled)
    this.#preparing = false
  }

  #throwIfTopicFailed(error: unknown): void {
    if (this.#preparing) throw error
  }

  /** Null where there are none, and no converter adds any. */
  async #headersOf(sent: SourceRecord, known: Known, step: Step): Promise<Headers | null> {
    const { header, addsHeaders } = this.#parts.plugins.converters
    const { own = [], pending } = known
    const first = own.length
    let at = 0
    for (const { key, schema, value } of sent.headers ?? []) {
      if (at >= first) {
        const bytes =
          at === first && pending !== undefined
            ? pending
            : step('HEADER_CONVERTER', () =>
                header.fromConnectHeader(sent.topic, key, schema, value),
              )
        own.push({ key, value: await bytes })
      }
      at++
    }
    return own.length > 0 || addsHeaders ? asSent(own) : null
  }

  #className(): string {
    const { chain, converters } = this.#parts.plugins
    switch (this.stage) {
      case 'TRANSFORMATION':
        return chain?.lastClassName ?? ''
      case 'KEY_CONVERTER':
        return converters.key.className
      case 'VALUE_CONVERTER':
        return converters.value.className
      case 'HEADER_CONVERTER':
        return converters.headerClassName
      case 'KAFKA_PRODUCE':
      case 'TASK_PUT':
        return producerClassName
    }
  }
}
