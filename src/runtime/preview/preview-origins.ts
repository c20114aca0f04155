import type { ConnectorConfig } from '../../config/types.ts'
import type { GivenRecord, PreviewThreadRequests } from '../../messages/preview.ts'
import type { TaskPlugins } from '../task-plugins.ts'
import type { TaskServices } from '../task.ts'
import { fateOf } from './fate.ts'
import { GivenRecordError, GivenRecords } from './given-records.ts'
import type { JsonText } from './json-text.ts'
import { SinkStages } from './sink-stages.ts'
import { SourceReader } from './source-reader.ts'
import { SourceStages } from './source-stages.ts'
import type { StageTrace } from './stage-trace.ts'
import { TopicReader } from './topic-reader.ts'

/** Why no more records were taken. */
export type Ended = 'limit' | 'end' | 'idle' | 'timeout' | 'size' | 'failed'

/** Takes one record through its stages. */
export type Take = () => Promise<JsonText>

/** Once records have come, nothing more is waited for after this long. */
const idleMs = 1000

export interface OriginParts {
  readonly request: PreviewThreadRequests['preview'][0]
  /** Seen by `trace`. */
  readonly plugins: TaskPlugins
  readonly trace: StageTrace
  readonly services: TaskServices
  /** Aborts when the time for records is over. */
  readonly deadline: AbortSignal
  /** Aborts when the preview itself is. */
  readonly cancelled: AbortSignal
}

/** The records of a preview, one by one; returns why there are no more. To be ended by `return`, which closes what it opened. */
export type Origin = AsyncGenerator<Take, Ended, undefined> | Generator<Take, Ended, undefined>

export function recordsOf(parts: OriginParts): Origin {
  const { records, start } = parts.request
  if (records !== null) return given(parts, records)
  return start.type === 'source' ? polled(parts) : consumed(parts)
}

function* given(
  parts: OriginParts,
  records: readonly GivenRecord[],
): Generator<Take, Ended, undefined> {
  const { plugins, trace, services, request } = parts
  const { type, connectorClass, connectorConfig } = request.start
  const makes = new GivenRecords(plugins.converters, topicOf(connectorConfig), services.call)
  const source = new SourceStages(plugins, trace, parts)
  const sink = new SinkStages(plugins, trace, parts)
  const head = { stage: 'REQUEST', class: connectorClass }
  const take = async (record: GivenRecord, index: number): Promise<JsonText> => {
    try {
      if (type === 'source') {
        const polled = await makes.polled(record, index)
        trace.note(head, { after: trace.text.record(polled) })
        return await source.take(polled)
      }
      const raw = await makes.consumed(record, index)
      trace.note(head, { after: trace.text.raw(raw) })
      return await sink.take(raw)
    } catch (error) {
      if (!(error instanceof GivenRecordError)) throw error
      const fate = fateOf(plugins.errors.settings)
      return trace.toJson('failed', trace.failure(error.failed, fate))
    }
  }
  for (const [index, record] of records.entries()) yield () => take(record, index)
  return 'end'
}

async function* polled(parts: OriginParts): AsyncGenerator<Take, Ended, undefined> {
  const { plugins, trace, services, request, deadline, cancelled } = parts
  const stages = new SourceStages(plugins, trace, parts)
  const reader = await SourceReader.open(request.start, services)
  const endsAt = performance.now() + request.timeoutMs
  try {
    if (!(await reader.start(request.maxTasks, deadline))) return 'end'
    const head = { stage: 'TASK_POLL', class: reader.className }
    let lastAt: number | null = null
    for (;;) {
      const now = performance.now()
      const left = Math.min(endsAt, lastAt === null ? endsAt : lastAt + idleMs) - now
      const records = left <= 0 ? null : await reader.poll(left, cancelled)
      if (records === null) return lastAt === null ? 'timeout' : 'idle'
      for (const record of records) {
        yield () => {
          trace.note(head, { after: trace.text.record(record) })
          return stages.take(record)
        }
      }
      if (records.length > 0) lastAt = performance.now()
    }
  } finally {
    await reader.close()
  }
}

async function* consumed(parts: OriginParts): AsyncGenerator<Take, Ended, undefined> {
  const { plugins, trace, services, request, deadline } = parts
  const { start, limit, positions } = request
  const head = { stage: 'KAFKA_CONSUME', class: sinkTaskLoop }
  const stages = new SinkStages(plugins, trace, parts)
  const reader = new TopicReader(start, limit, services.openMemoryShare())
  try {
    await reader.open(positions, deadline)
    for (;;) {
      for (const raw of await reader.next(deadline)) {
        yield () => {
          trace.note(head, { after: trace.text.raw(raw) })
          return stages.take(raw)
        }
      }
      if (reader.atEnd) return 'end'
    }
  } finally {
    await reader.close()
  }
}

/** Java's name for what consumes. */
const sinkTaskLoop = 'org.apache.kafka.connect.runtime.WorkerSinkTask'

/** The topic of records that name none: the first of a sink's, or the one that a source writes to. */
function topicOf({ topics, topic }: ConnectorConfig): string | null {
  const first = (topics ?? topic ?? '').split(',')[0]?.trim() ?? ''
  return first === '' ? null : first
}
