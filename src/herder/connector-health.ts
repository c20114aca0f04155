import { lagUnits } from '../messages/counters.ts'
import type { ConnectorFacts, OpenCall, TaskFacts, ThreadFacts } from '../worker/types.ts'
import { callOf, judgeConnector, judgeState, judgeTask } from './health-verdict.ts'
import type { Hour, Trouble, Verdict } from './health-verdict.ts'
import type {
  ConnectorHealth,
  ConnectorPartHealth,
  HealthStatus,
  Lag,
  Moment,
  RestartHealth,
  TaskHealth,
  ThreadHealth,
} from './health.ts'
import type { ConnectorState, ConnectorStateInfo, TaskState } from './herder.ts'
import { partText } from './restart-supervisor.ts'
import type { ConnectorPart, RestartView } from './restart-supervisor.ts'

/** All that is known of a connector, from its herder's memory and from memory shared with its threads. */
export interface HealthSources {
  readonly status: ConnectorStateInfo
  readonly connector: ConnectorFacts | null
  readonly task: (id: number) => TaskFacts | null
  readonly trouble: Trouble | null
  readonly restarts: RestartView | null
  /** This worker, where others may run a part of the connector: of what they run nothing but the status is known here. */
  readonly workerId?: string
}

/** How a connector and its tasks are. Asks no thread and waits for nothing. */
export function connectorHealth(sources: HealthSources, hour: Hour): ConnectorHealth {
  const { status, trouble, restarts } = sources
  const { name, type } = status
  const isElsewhere = ({ worker_id }: ConnectorState): boolean =>
    sources.workerId !== undefined && worker_id !== sources.workerId
  const judgement = isElsewhere(status.connector)
    ? judgeState(status.connector)
    : judgeConnector(status.connector, sources.connector, trouble, hour)
  const own = promising(judgement, 'connector', restarts)
  const judged = status.tasks.map((state) => {
    const facts = sources.task(state.id)
    const verdict = isElsewhere(state) ? judgeState(state) : judgeTask(type, state, facts, hour)
    return { state, facts, verdict: promising(verdict, state.id, restarts) }
  })
  const worst = worstOf([
    { ...own, who: 'The connector' },
    ...judged.map(({ state, verdict }) => ({ ...verdict, who: `Task ${state.id}` })),
  ])
  return {
    name,
    type,
    healthy: worst.status === 'healthy',
    status: worst.status,
    reason: worst.reason === null ? null : `${worst.who}: ${worst.reason}`,
    checked_at: new Date(hour.now).toISOString(),
    connector: connectorPart(sources, own, hour),
    tasks: judged.map(({ state, facts, verdict }) => taskPart(state, facts, verdict, hour)),
    restarts: restarts && restartPart(restarts, hour.now),
  }
}

/** The sentence about a part that has failed says too when it is restarted. */
function promising(verdict: Verdict, part: ConnectorPart, restarts: RestartView | null): Verdict {
  const next = restarts?.next ?? null
  if (next === null || verdict.reason === null || !next.parts.includes(part)) return verdict
  const at = new Date(next.at).toISOString()
  return { ...verdict, reason: `${verdict.reason} (to be restarted at ${at})` }
}

function restartPart(view: RestartView, now: number): RestartHealth {
  const { settings, total, inWindow, next } = view
  const history = view.history.map(({ at, parts, reason }) => ({
    ...momentOf(at, now),
    what: parts.map(partText),
    reason,
  }))
  return {
    policy: settings.policy,
    count: total,
    attempts_in_window: inWindow,
    max_attempts: settings.maxAttempts,
    window_ms: settings.windowMs,
    last: history.at(-1) ?? null,
    next: next && {
      at: new Date(next.at).toISOString(),
      in_ms: Math.max(0, next.at - now),
      what: next.parts.map(partText),
    },
    history,
  }
}

const gravity: Record<HealthStatus, number> = { healthy: 0, starting: 1, unhealthy: 2 }

/** The first of the worst. */
function worstOf<T extends Verdict>(verdicts: readonly [T, ...T[]]): T {
  const [first] = verdicts
  return verdicts.reduce(
    (worst, each) => (gravity[each.status] > gravity[worst.status] ? each : worst),
    first,
  )
}

function connectorPart(
  { status, connector }: HealthSources,
  verdict: Verdict,
  { now }: Hour,
): ConnectorPartHealth {
  const { state, worker_id } = status.connector
  return {
    state,
    worker_id,
    ...verdictPart(verdict, now),
    call: callPart(connector?.call ?? null, now),
    thread: threadPart(connector?.thread),
  }
}

function taskPart(
  { id, state, worker_id }: TaskState,
  facts: TaskFacts | null,
  verdict: Verdict,
  { now }: Hour,
): TaskHealth {
  const at = (name: 'Record' | 'Poll' | 'Put' | 'Commit' | 'Error'): Moment | null =>
    moment(facts?.counters[`last${name}At`] ?? 0, now)
  return {
    id,
    state,
    worker_id,
    ...verdictPart(verdict, now),
    call: callPart(facts === null ? null : callOf(facts), now),
    thread: threadPart(facts?.thread),
    last_record: at('Record'),
    last_poll: at('Poll'),
    last_put: at('Put'),
    last_commit: at('Commit'),
    last_error: at('Error'),
    lag: lagPart(facts, now),
  }
}

function verdictPart(
  { status, reason, stalled }: Verdict,
  now: number,
): Pick<ConnectorPartHealth, 'healthy' | 'status' | 'reason' | 'stalled'> {
  return {
    healthy: status === 'healthy',
    status,
    reason,
    stalled: stalled && { ...momentOf(stalled.since, now), stage: stalled.stage },
  }
}

function callPart(call: OpenCall | null, now: number): ConnectorPartHealth['call'] {
  return call && { ...momentOf(call.since, now), stage: call.stage }
}

function threadPart(thread: ThreadFacts | undefined): ThreadHealth | null {
  return thread === undefined ? null : { name: thread.name, late_ms: Math.round(thread.lateMs) }
}

function lagPart(facts: TaskFacts | null, now: number): Lag | null {
  if (facts === null || facts.counters.lagAt === 0) return null
  const { lag, lagAt, lagUnit } = facts.counters
  const unit = lagUnits[lagUnit] ?? ''
  return { ...momentOf(lagAt, now), value: lag, unit: unit === '' ? null : unit }
}

/** Null for 0, which is never. */
function moment(at: number, now: number): Moment | null {
  return at === 0 ? null : momentOf(at, now)
}

function momentOf(at: number, now: number): Moment {
  return { at: new Date(at).toISOString(), age_ms: Math.max(0, now - at) }
}
