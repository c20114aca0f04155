import { taskStages } from '../messages/stages.ts'
import type { TaskStage } from '../messages/stages.ts'
import { maskSecrets } from '../util/secrets.ts'
import type { ConnectorFacts, OpenCall, TaskFacts, ThreadFacts } from '../worker/types.ts'
import type { HealthStatus } from './health.ts'
import type { ConnectorState, ConnectorStateInfo } from './herder.ts'

/** What is wrong, and since when it does not move (ms since the epoch). */
export interface Verdict {
  readonly status: HealthStatus
  readonly reason: string | null
  readonly stalled: { readonly since: number; readonly stage: string | null } | null
}

/** When a verdict is asked for. */
export interface Hour {
  /** In ms since the epoch. */
  readonly now: number
  /** What should move and has not for so long is stalled. */
  readonly stalledMs: number
}

/** The connector could not be asked for its tasks, and is asked again. */
export interface Trouble {
  readonly message: string
  readonly nextAt: number
}

const healthy: Verdict = { status: 'healthy', reason: null, stalled: null }
const starting: Verdict = { status: 'starting', reason: 'It is starting.', stalled: null }

/**
 * Stalled is what should move and does not: a plugin call other than a source's poll that does not return, a thread
 * whose event loop does not turn, records in hand that get no further, records in Kafka that nobody reads, a
 * start without end. To wait for records is not: a source in `poll`, a sink without any. Nor is a pause.
 */
export function judgeTask(
  type: ConnectorStateInfo['type'],
  state: ConnectorState,
  facts: TaskFacts | null,
  hour: Hour,
): Verdict {
  if (state.state === 'FAILED') return failed(state)
  if (facts === null) return atRest(state) ? healthy : starting
  const stuckCall = judgeCall(callOf(facts), hour)
  if (atRest(state)) return stuckCall ?? healthy
  const stuck = judgeThread(facts.thread, facts.name, hour) ?? stuckCall
  if (stuck) return stuck
  if (state.state !== 'RUNNING') return judgeStart(facts.counters.startedAt, hour)
  return judgeRecords(type, facts, hour) ?? healthy
}

export function judgeConnector(
  state: ConnectorState,
  facts: ConnectorFacts | null,
  trouble: Trouble | null,
  hour: Hour,
): Verdict {
  if (state.state === 'FAILED') return failed(state)
  if (facts === null) return atRest(state) ? healthy : starting
  const stuckCall = judgeCall(facts.call, hour)
  if (atRest(state)) return stuckCall ?? healthy
  const stuck = judgeThread(facts.thread, facts.name, hour) ?? stuckCall
  if (stuck) return stuck
  if (trouble) {
    const again = new Date(trouble.nextAt).toISOString()
    const reason = `It cannot be asked for its tasks: ${maskSecrets(trouble.message)} It is asked again at ${again}.`
    return { status: 'unhealthy', reason, stalled: null }
  }
  return state.state === 'RUNNING' ? healthy : starting
}

/** By its status alone. */
export function judgeState(state: ConnectorState): Verdict {
  if (state.state === 'FAILED') return failed(state)
  return state.state === 'RUNNING' || atRest(state) ? healthy : starting
}

/** The plugin call of a task that is open; null where none is. */
export function callOf({ counters }: TaskFacts): OpenCall | null {
  const { callSince, callStage } = counters
  return callSince === 0 ? null : { stage: taskStages[callStage] ?? 'none', since: callSince }
}

function atRest({ state }: ConnectorState): boolean {
  return state === 'PAUSED' || state === 'STOPPED'
}

function failed({ trace = '' }: ConnectorState): Verdict {
  const [cause = ''] = trace.split('\n')
  const reason = cause === '' ? 'It has failed.' : `It has failed: ${cause}`
  return { status: 'unhealthy', reason, stalled: null }
}

function judgeThread(
  { name, turnedAt, lateMs, running }: ThreadFacts,
  self: string,
  { stalledMs }: Hour,
): Verdict | null {
  if (lateMs <= stalledMs) return null
  const holder = running ? heldBy(running, self) : 'has stopped turning'
  const reason = `Its thread ${name} ${holder} ${sinceText(turnedAt)}.`
  return stalled(reason, turnedAt, running?.stage ?? null)
}

/** A validation, and what has been given up meanwhile, is nobody's. */
function heldBy({ of, stage }: NonNullable<ThreadFacts['running']>, self: string): string {
  if (of === self) return `is held by its own ${stage}`
  return of === null ? `is held by a ${stage}` : `is held by the ${stage} of ${of}`
}

function judgeCall(call: OpenCall | null, { now, stalledMs }: Hour): Verdict | null {
  if (call === null || waitsForRecords(call.stage) || now - call.since <= stalledMs) return null
  const reason = `Its ${call.stage} was called and has not returned ${sinceText(call.since)}.`
  return stalled(reason, call.since, call.stage)
}

function waitsForRecords(stage: TaskStage): boolean {
  return stage === 'poll' || stage === 'none'
}

function judgeStart(startedAt: number, { now, stalledMs }: Hour): Verdict {
  if (now - startedAt <= stalledMs) return starting
  return stalled(`It has been starting ${sinceText(startedAt)}.`, startedAt, 'start')
}

function judgeRecords(
  type: ConnectorStateInfo['type'],
  { counters }: TaskFacts,
  { now, stalledMs }: Hour,
): Verdict | null {
  const { waitingSince, lagSince, retryingSince, active, lag } = counters
  if (waitingSince > 0 && now - waitingSince > stalledMs) {
    const since = sinceText(waitingSince)
    if (retryingSince > 0) return stalled(retryText(retryingSince, since), waitingSince, 'retry')
    const [reason, stage] = type === 'source' ? sourceWaits(active) : sinkWaits(active)
    return stalled(`${reason} ${since}.`, waitingSince, stage)
  }
  if (waitingSince === 0 && lagSince > 0 && now - lagSince > stalledMs) {
    const reason = `${lag} records wait in Kafka, and none was read ${sinceText(lagSince)}.`
    return stalled(reason, lagSince, 'fetch')
  }
  return null
}

function retryText(at: number, since: string): string {
  const text = `A record has failed and waits to be tried again, as errors.retry.timeout allows, ${sinceText(at)}`
  return `${text}; none was delivered ${since}.`
}

function sourceWaits(active: number): readonly [string, string] {
  return active > 0
    ? [`${active} records were sent, and Kafka has acknowledged none of them`, 'send']
    : ['Polled records wait for a transformation, a converter, or their topic', 'convert']
}

function sinkWaits(active: number): readonly [string, string] {
  return active > 0
    ? [`${active} records were read, and put has not taken them`, 'put']
    : ['Records were read, and wait for a converter or a transformation', 'convert']
}

function stalled(reason: string, since: number, stage: string | null): Verdict {
  return { status: 'unhealthy', reason, stalled: { since, stage } }
}

function sinceText(at: number): string {
  return `since ${new Date(at).toISOString()}`
}
