import type { SourceRecord } from '../../data/records.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import { producerClassName } from '../source-acknowledgements.ts'
import { SourceDeadLetters } from '../source-dead-letters.ts'
import { timestampOf } from '../source-record-appender.ts'
import { SourceRecordConversion } from '../source-record-conversion.ts'
import type { TaskPlugins } from '../task-plugins.ts'
import type { TaskServices } from '../task.ts'
import { fateOf } from './fate.ts'
import type { JsonText } from './json-text.ts'
import type { StageTrace } from './stage-trace.ts'

/** Takes polled records through the stages of a source task, up to where they would be handed to the producer. */
export class SourceStages {
  readonly #plugins: TaskPlugins
  readonly #trace: StageTrace
  readonly #services: TaskServices
  readonly #cancelled: AbortSignal
  readonly #conversion: SourceRecordConversion
  #outcome: 'sent' | 'dropped' = 'dropped'

  /** Of `plugins`, every call is seen by `trace`. */
  constructor(
    plugins: TaskPlugins,
    trace: StageTrace,
    { services, cancelled }: { readonly services: TaskServices; readonly cancelled: AbortSignal },
  ) {
    this.#plugins = plugins
    this.#trace = trace
    this.#services = services
    this.#cancelled = cancelled
    this.#conversion = new SourceRecordConversion({
      ...{ plugins, services, cancelled },
      // No topic is looked up or created, and nothing sent is known of to be acknowledged.
      router: { knows: () => true, prepare: () => Promise.resolve() },
      appender: {
        append: (_record, sent, key, value, headers) => {
          const timestamp = timestampOf(sent, -1)
          const { topic, kafkaPartition: partition } = sent
          const raw = { topic, partition, timestamp, key, value, headers: headers ?? [] }
          const head = { stage: 'KAFKA_PRODUCE', class: producerClassName }
          trace.note(head, { before: trace.text.raw(raw) })
          this.#outcome = 'sent'
        },
        takeBack: () => undefined,
      },
      fates: {
        commitRecord: () => undefined,
        giveUp: () => Promise.reject(new ConnectError('A preview gives no record up.')),
        letters: new SourceDeadLetters(plugins),
      },
    })
  }

  /** What becomes of `record`, from where its trace was begun. Rejects where the preview is cancelled. */
  async take(record: SourceRecord): Promise<JsonText> {
    const { chain, errors } = this.#plugins
    const conversion = this.#conversion
    this.#outcome = 'dropped'
    try {
      conversion.stage = 'TRANSFORMATION'
      const transformed =
        chain === null ? record : this.#services.call('convert', () => chain.apply(record))
      await conversion.transformed(record, Promise.resolve(transformed))
      return this.#trace.toJson(this.#outcome)
    } catch (error) {
      this.#cancelled.throwIfAborted()
      const failed = conversion.describe(record, error)
      return this.#trace.toJson('failed', this.#trace.failure(failed, fateOf(errors.settings)))
    }
  }
}
