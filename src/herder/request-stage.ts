import { RestError } from '../errors/rest-error.ts'
import type { TaskStage } from '../messages/stages.ts'
import { abortable } from '../util/abort.ts'
import type { ConnectorWorker } from '../worker/types.ts'

/** What a request waits for, in Java's words, and since when (ms since the epoch). */
export interface RequestStage {
  readonly what: string
  readonly since: number
}

/**
 * Waits as `abortable` does. Where the time of the request is over, the error says what it waited for, as Java's
 * does; `end` closes the sentence.
 */
export async function staged<T>(
  work: Promise<T>,
  signal: AbortSignal,
  stage: () => RequestStage | null,
  end: '.' | '' = '.',
): Promise<T> {
  try {
    return await abortable(work, signal)
  } catch (error) {
    const now = isTimeout(error, signal) ? stage() : null
    if (now === null) throw error
    const since = new Date(now.since).toISOString().replace('.000Z', 'Z')
    const message = `Request timed out. The worker is currently ${now.what}, which began at ${since}${end}`
    throw new RestError(500, message, { cause: error })
  }
}

/** Waits for what was asked of the connector called `name`; what is waited for is the call that its plugin has open. */
export function untilDone<T>(
  worker: Pick<ConnectorWorker, 'connectorFacts'>,
  name: string,
  done: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return staged(done, signal, () => {
    const call = worker.connectorFacts(name)?.call ?? null
    return call === null ? null : { what: words(call.stage, name), since: call.since }
  })
}

function isTimeout(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason && error instanceof Error && error.name === 'TimeoutError'
}

function words(stage: TaskStage, name: string): string {
  if (stage === 'start') return 'starting the connector'
  if (stage === 'stop') return `stopping connector ${name}`
  if (stage === 'taskConfigs') return `generating task configs for connector ${name}`
  return `waiting for ${stage} of connector ${name}`
}
