import { asError, ConnectError } from '../errors/connect-error.ts'
import { RestError } from '../errors/rest-error.ts'
import type { RequestHandlers } from '../messages/channel.ts'
import { callText } from '../messages/call-text.ts'
import type {
  CommittedPosition,
  PreviewThreadRequests,
  ResolvedPreview,
} from '../messages/preview.ts'
import type { MainThreadRequests, Run, TaskStart } from '../messages/protocol.ts'
import type { OffsetService } from './offset-service.ts'
import type { SinkGroups } from './sink-offsets.ts'
import type { PreviewThread, ThreadPool } from './thread-pool.ts'

/** Each has a thread of its own, with a heap of its own. */
const mostPreviews = 2
/** How long a thread may take to load on a machine that is busy. */
const startMs = 30_000
/** What a preview may take beyond its time: to close what it has opened, and to answer. */
const closeMs = 5000

export interface PreviewsParts {
  readonly pool: ThreadPool
  readonly newRun: () => Run
  readonly offsets: OffsetService
  readonly groups: SinkGroups
}

/**
 * Runs previews, each in a thread of its own that ends with it, whatever the plugin does: so it has no neighbours, and needs no
 * run of a connector. It is answered what is read, and refused what is written.
 */
export class Previews {
  readonly #parts: PreviewsParts
  #open = 0

  constructor(parts: PreviewsParts) {
    this.#parts = parts
  }

  /** The answer as JSON. Rejects with a RestError 429 where too many are under way. */
  async run(preview: ResolvedPreview, start: TaskStart, signal: AbortSignal): Promise<string> {
    if (this.#open >= mostPreviews) throw tooMany()
    this.#open++
    try {
      const positions = await this.#positions(preview, start, signal)
      const { config: _config, from: _from, ...rest } = preview
      const run = this.#parts.newRun()
      return await this.#ask({ ...rest, run, start, positions }, signal)
    } finally {
      this.#open--
    }
  }

  async #ask(request: PreviewThreadRequests['preview'][0], signal: AbortSignal): Promise<string> {
    const thread = this.#parts.pool.openPreviewThread(this.#requests(request.start))
    const timeoutMs = request.timeoutMs + closeMs
    try {
      await thread.channel.request('ping', undefined, { timeoutMs: startMs, signal })
      const { text } = await thread.channel.request('preview', request, { timeoutMs, signal })
      return text
    } catch (error) {
      throw ended(thread, request, error)
    } finally {
      await thread.terminate(new ConnectError('The preview is over.'), 'nobody')
    }
  }

  /** Where a sink's group stands; none where that does not matter. */
  async #positions(
    { records, from, config }: ResolvedPreview,
    { id, type }: TaskStart,
    signal: AbortSignal,
  ): Promise<readonly CommittedPosition[]> {
    if (type === 'source' || records !== null || from === 'beginning') return []
    const group = this.#parts.groups({ name: id.connector, config })
    const offsets = await group.offsets(signal)
    return offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset }))
  }

  #requests({ id, connectorConfig }: TaskStart): RequestHandlers<MainThreadRequests> {
    const { offsets } = this.#parts
    const connector = { name: id.connector, config: connectorConfig }
    const refused = (): Promise<never> =>
      Promise.reject(new ConnectError('A preview writes nothing.'))
    return {
      readOffsets: ({ partitions }, signal) => offsets.peek(connector, partitions, signal),
      writeOffsets: () => Promise.reject(new ConnectError('A preview writes no offsets.')),
      createTopic: () => Promise.reject(new ConnectError('A preview creates no topics.')),
      ...{ copyOffsets: refused, offsetKeys: refused, fenceZombies: refused, confirmTask: refused },
    }
  }
}

/** Where the thread has ended, or does not answer, the call that it is in says why. */
function ended(
  thread: PreviewThread,
  { run, start }: { run: Run; start: TaskStart },
  error: unknown,
): Error {
  const call = thread.endedIn ?? thread.board.running()
  if (call?.run !== run) return asError(error)
  const cause = asError(error)
  return new ConnectError(
    `The preview of ${start.id.connector} was given up: ${cause.message} It was in ${callText(call.stage, start)}.`,
    { cause },
  )
}

function tooMany(): RestError {
  return new RestError(
    429,
    `${mostPreviews} previews are under way, and no more run at once. Try again when one of them has ended.`,
  )
}
