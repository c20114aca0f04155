import type { RawRecord } from '../raw-record.ts'
import { SinkRecordConversion } from '../sink-record-conversion.ts'
import type { TaskPlugins } from '../task-plugins.ts'
import type { TaskServices } from '../task.ts'
import { fateOf } from './fate.ts'
import type { JsonText } from './json-text.ts'
import type { StageTrace } from './stage-trace.ts'

/** Java's name for whose `put` it is. */
const sinkTask = 'org.apache.kafka.connect.sink.SinkTask'

/** Takes records of a topic through the stages of a sink task, up to what `put` would be given. */
export class SinkStages {
  readonly #plugins: TaskPlugins
  readonly #trace: StageTrace
  readonly #cancelled: AbortSignal
  readonly #conversion: SinkRecordConversion

  /** Of `plugins`, every call is seen by `trace`. */
  constructor(
    plugins: TaskPlugins,
    trace: StageTrace,
    { services, cancelled }: { readonly services: TaskServices; readonly cancelled: AbortSignal },
  ) {
    this.#plugins = plugins
    this.#trace = trace
    this.#cancelled = cancelled
    this.#conversion = new SinkRecordConversion(plugins, services)
  }

  /** What becomes of `raw`, from where its trace was begun. Rejects where the preview is cancelled. */
  async take(raw: RawRecord): Promise<JsonText> {
    const trace = this.#trace
    try {
      const record = await this.#conversion.convert(raw)
      if (record === null) return trace.toJson('dropped')
      trace.note({ stage: 'TASK_PUT', class: sinkTask }, { before: trace.text.record(record) })
      return trace.toJson('put')
    } catch (error) {
      this.#cancelled.throwIfAborted()
      const failed = this.#conversion.describe(raw, error)
      const fate = fateOf(this.#plugins.errors.settings)
      return trace.toJson('failed', trace.failure(failed, fate))
    }
  }
}
