import { Headers } from '../data/headers.ts'
import type { SinkRecord } from '../data/records.ts'
import type { SchemaAndValue } from '../data/schema.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { rawLetterOf, rawText } from './dead-letters.ts'
import type { GivenBytes } from './failure-text.ts'
import { ReadSinkRecord } from './raw-record.ts'
import type { RawRecord } from './raw-record.ts'
import type { FailedRecord, Stage } from './record-errors.ts'
import { tryAgain } from './stage-steps.ts'
import type { Step } from './stage-steps.ts'
import type { TaskPlugins } from './task-plugins.ts'
import type { TaskServices } from './task.ts'

/** What was converted already, or is being converted: of headers the first ones, and the next. */
export interface KnownParts {
  readonly key?: MaybePromise<SchemaAndValue>
  readonly value?: MaybePromise<SchemaAndValue> | undefined
  readonly headers?: Headers
  readonly pending?: Promise<SchemaAndValue>
}

/** Makes sink records one stage after the other: of records with headers, of which a converter waits, or that have failed. */
export class SinkRecordConversion {
  /** What the record is in that was worked on last; the reader notes it here as well. */
  stage: Stage = 'KEY_CONVERTER'
  readonly #plugins: TaskPlugins
  readonly #services: TaskServices
  /** What goes on after a wait is no longer within the call that began it. */
  readonly #once: Step = (stage, operation) => {
    this.stage = stage
    return this.#services.call('convert', operation)
  }

  constructor(plugins: TaskPlugins, services: TaskServices) {
    this.#plugins = plugins
    this.#services = services
  }

  /** Rejects where the record fails, in `stage`. Null where a transformation has dropped it. */
  convert(raw: RawRecord, known: KnownParts = {}): Promise<SinkRecord | null> {
    return this.#convert(raw, known, this.#once)
  }

  /**
   * The record failed with `error` in `stage`: tried again where it may be, else skipped (null) where `errors.tolerance` says
   * so. Rejects where it fails the task (invariant 2), or the task stops before it is known.
   */
  async recover(raw: RawRecord, error: unknown): Promise<SinkRecord | null> {
    const { errors } = this.#plugins
    const failedAt = this.stage
    const again = (step: Step): Promise<SinkRecord | null> => this.#again(raw, failedAt, step)
    let failure: unknown
    try {
      return await tryAgain(errors.retries, this.#once, { failedAt, error }, again)
    } catch (cause) {
      errors.retries.rethrowAbort(cause)
      failure = cause
    }
    await errors.failed(this.describe(raw, failure))
    return null
  }

  /** The record failed with `error` in `stage`. */
  describe(raw: RawRecord, error: unknown): FailedRecord {
    const { stage } = this
    return {
      stage,
      className: this.#className(),
      error,
      where: `the record at topic '${raw.topic}', partition ${raw.partition}, offset ${raw.offset}`,
      details: () => `, where consumed record is ${rawText(raw)}`,
      given: givenIn(stage, raw),
      letter: () => rawLetterOf(raw),
    }
  }

  /** Once more from the stage that failed. */
  #again(raw: RawRecord, failedAt: Stage, step: Step): Promise<SinkRecord | null> {
    const { chain } = this.#plugins
    if (failedAt !== 'TRANSFORMATION' || chain === null) return this.#convert(raw, {}, step)
    return Promise.resolve(step('TRANSFORMATION', () => chain.applyAgain())) as Promise<SinkRecord>
  }

  async #convert(raw: RawRecord, known: KnownParts, step: Step): Promise<SinkRecord | null> {
    const { converters, chain } = this.#plugins
    const { topic } = raw
    const headers = raw.headers.length === 0 ? null : headersOf(raw)
    this.stage = 'KEY_CONVERTER'
    const key = await (known.key ??
      step('KEY_CONVERTER', () => converters.key.converter.toConnectData(topic, headers, raw.key)))
    this.stage = 'VALUE_CONVERTER'
    const value = await (known.value ??
      step('VALUE_CONVERTER', () =>
        converters.value.converter.toConnectData(topic, headers, raw.value),
      ))
    const converted = headers === null ? null : await this.#headers(raw, known, step)
    const record = recordOf(raw, key, value, converted)
    if (chain === null) return record
    let begun = false
    return step('TRANSFORMATION', () => {
      if (begun) return chain.applyAgain() as MaybePromise<SinkRecord | null>
      begun = true
      return chain.apply(record)
    })
  }

  async #headers({ topic, headers }: RawRecord, known: KnownParts, step: Step): Promise<Headers> {
    const { header } = this.#plugins.converters
    const { headers: converted = new Headers(), pending } = known
    const first = converted.size
    for (const [at, { key, value }] of headers.slice(first).entries()) {
      const data =
        at === 0 && pending !== undefined
          ? pending
          : step('HEADER_CONVERTER', () => header.toConnectHeader(topic, key, value))
      this.stage = 'HEADER_CONVERTER'
      const read = await data
      converted.add(key, read.value, read.schema)
    }
    return converted
  }

  #className(): string {
    const { chain, converters } = this.#plugins
    if (this.stage === 'KEY_CONVERTER') return converters.key.className
    if (this.stage === 'VALUE_CONVERTER') return converters.value.className
    if (this.stage === 'HEADER_CONVERTER') return converters.headerClassName
    return chain?.lastClassName ?? ''
  }
}

/** The record that these make up. */
export function recordOf(
  raw: RawRecord,
  key: SchemaAndValue,
  value: SchemaAndValue,
  headers: Headers | null,
): SinkRecord {
  return new ReadSinkRecord(
    raw.topic,
    raw.partition,
    key.schema,
    key.value,
    value.schema,
    value.value,
    raw.offset,
    raw.timestamp < 0 ? null : raw.timestamp,
    raw.timestampType,
    headers,
  )
}

/** The headers as they are, for converters that look into them. */
export function headersOf({ headers }: RawRecord): Headers {
  return new Headers(headers.map((header) => ({ ...header, schema: null })))
}

function givenIn(stage: Stage, { key, value }: RawRecord): GivenBytes | null {
  if (stage === 'KEY_CONVERTER' && key !== null) return { role: 'key', bytes: key }
  if (stage === 'VALUE_CONVERTER' && value !== null) return { role: 'value', bytes: value }
  return null
}
