import { setMaxListeners } from 'node:events'
import { asError, ConnectError } from '../../errors/connect-error.ts'
import { BadRequestError } from '../../errors/rest-error.ts'
import { callText } from '../../messages/call-text.ts'
import type { PreviewThreadRequests } from '../../messages/preview.ts'
import type { TaskStart } from '../../messages/protocol.ts'
import { abortable, reasonOf, timeLimit } from '../../util/abort.ts'
import { rememberSecret } from '../../util/secrets.ts'
import { PluginCalls } from '../plugin-calls.ts'
import type { Scope } from '../scope.ts'
import { openPlugins } from '../task-parts.ts'
import type { TaskServices } from '../task.ts'
import { jsonArray, jsonNull, jsonObject, jsonOf } from './json-text.ts'
import type { JsonText } from './json-text.ts'
import { observedPlugins } from './observed-plugins.ts'
import { recordsOf } from './preview-origins.ts'
import type { Ended, Origin } from './preview-origins.ts'
import { previewServices } from './preview-services.ts'
import type { PreviewThreadParts } from './preview-services.ts'
import { PreviewText } from './preview-text.ts'
import { OverduePollError } from './source-reader.ts'
import { StageTrace } from './stage-trace.ts'

type Request = PreviewThreadRequests['preview'][0]

/** Most characters of an answer; the record that makes it longer is the last one. */
const mostOfAnswer = 8 * 1024 * 1024

interface Taken {
  readonly records: readonly JsonText[]
  readonly ended: Ended
  /** Why there are no more, where something went wrong; else null. */
  readonly problem: string | null
}

/**
 * One preview: takes records from where the connector's come from, or those given, through the stages of its task, and writes
 * down what each made of them.
 */
export class PreviewRun {
  readonly scope: Scope
  readonly #request: Request
  readonly #services: TaskServices
  readonly #calls: PluginCalls
  readonly #cancelled = new AbortController()

  /** `signal` aborts when nobody waits for the answer any more. */
  constructor(parts: PreviewThreadParts, request: Request, signal: AbortSignal) {
    const { run, start } = request
    const connector = start.id.connector
    const context = `[${connector}|preview] `
    const fail = (error: Error): void => this.#cancelled.abort(error)
    const cancelled = this.#cancelled.signal
    setMaxListeners(0, cancelled)
    signal.addEventListener('abort', () => fail(reasonOf(signal)), { once: true })
    this.#request = request
    this.#calls = new PluginCalls(parts.board, run, null)
    this.#services = previewServices({
      ...parts,
      ...{ connector, run, context, cancelled, fail, calls: this.#calls },
    })
    this.scope = { context, fail }
  }

  /** The answer as JSON. Rejects where there is nothing to show: what could not be opened or started, or the first poll failed. */
  async answer(): Promise<string> {
    const { start, timeoutMs, records } = this.#request
    for (const secret of start.secrets) rememberSecret(secret)
    const { signal: cancelled } = this.#cancelled
    using limit = timeLimit(timeoutMs, cancelled, () => this.#overdue())
    const plugins = await abortable(openPlugins(told(start), this.#services), limit.signal)
    try {
      const text = new PreviewText()
      const trace = new StageTrace(text)
      const origin = recordsOf({
        ...{ request: this.#request, services: this.#services, cancelled, trace },
        plugins: observedPlugins(plugins, trace),
        deadline: limit.signal,
      })
      const taken = await this.#take(origin, trace, limit.signal)
      text.beginRecord()
      return jsonObject({
        name: text.text(start.id.connector),
        class: text.text(start.connectorClass),
        type: jsonOf(start.type),
        from: jsonOf(records === null ? places[start.type] : 'request'),
        ended: jsonOf(taken.ended),
        problem: taken.problem === null ? jsonNull : text.text(taken.problem),
        records: jsonArray(taken.records),
      })
    } finally {
      plugins.close()
    }
  }

  async #take(origin: Origin, trace: StageTrace, deadline: AbortSignal): Promise<Taken> {
    const records: JsonText[] = []
    let size = 0
    try {
      for (;;) {
        if (records.length === this.#request.limit)
          return { records, ended: 'limit', problem: null }
        if (size > mostOfAnswer) return { records, ended: 'size', problem: null }
        const { done, value } = await origin.next()
        if (done === true) return { records, ended: value, problem: null }
        trace.begin()
        const record = await abortable(value(), deadline)
        records.push(record)
        size += record.length
      }
    } catch (error) {
      const ended = this.#endedBy(error, records.length > 0, deadline)
      return { records, ended, problem: asError(error).message }
    } finally {
      await origin.return('end')
    }
  }

  /** Why there are no more records, where `error` is not the whole answer: then it is thrown. */
  #endedBy(error: unknown, hasRecords: boolean, deadline: AbortSignal): Ended {
    const { signal: cancelled } = this.#cancelled
    if (error instanceof BadRequestError) throw error
    if (cancelled.aborted && !hasRecords) throw reasonOf(cancelled)
    if (error instanceof OverduePollError) return hasRecords ? 'idle' : 'timeout'
    if (deadline.aborted && !cancelled.aborted) return 'timeout'
    if (!hasRecords) throw error
    return 'failed'
  }

  #overdue(): Error {
    const { timeoutMs, start } = this.#request
    const { stage } = this.#calls
    const where = stage === null ? '' : ` in ${callText(stage, start)}`
    return new ConnectError(`The time of the preview, ${timeoutMs} ms, was over${where}.`)
  }
}

/** Converters are told, wherever they are configured, that they are to leave no trace. */
function told(start: TaskStart): TaskStart {
  const roles = ['key.converter', 'value.converter', 'header.converter']
  const more = Object.fromEntries(roles.map((role) => [`${role}.sluice.preview`, 'true']))
  const { connectorConfig, workerConfig } = start
  return {
    ...start,
    connectorConfig: { ...connectorConfig, ...more },
    workerConfig: { ...workerConfig, ...more },
  }
}

/** Where records come from, by the type of the connector. */
const places = { source: 'source', sink: 'topics' } as const
