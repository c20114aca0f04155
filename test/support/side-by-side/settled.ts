import path from 'node:path'
import { pathOf } from '../connect-cluster/connect-cluster.ts'
import type { WatchedRecord } from '../connect-cluster/topic-watch.ts'
import { hasItsTasks, viewOf } from './config-view.ts'
import type { ConnectorView } from './config-view.ts'
import { endOf, sinkRecords } from './side.ts'
import type { Side } from './side.ts'

/** A restart that was asked for: its statuses must be written after that. */
export interface Restart {
  /** Without placeholders. */
  readonly name: string
  readonly at: number
  readonly connector: boolean
  readonly tasks: 'all' | 'none' | number
}

/** How long the internal topics must have brought nothing new. */
const quietMs = 400

/** What a side still has to do. */
export interface Unsettled {
  readonly what: string
  /** That a deleted connector has a status: of two workers of Java's, one may write it when the other has just removed it. */
  readonly isLeftover: boolean
}

/** What the side still has to do, as far as its topics show; null where that is nothing. */
export async function unsettled(
  side: Side,
  restarts: readonly Restart[],
): Promise<Unsettled | null> {
  const { cluster, watch } = side
  await watch.toEnd()
  const views = viewOf(watch.records(cluster.configTopic))
  const statuses = new Statuses(watch.latest(cluster.statusTopic))
  for (const view of views.values()) {
    const restart = restarts.find(({ name }) => name === view.name)
    const left = openOf(view, statuses, restart) ?? (await openData(side, view))
    if (left !== null)
      return { what: side.common(`${side.name}: ${view.name} ${left}`), isLeftover: false }
  }
  if (watch.quietMs < quietMs) return { what: `${side.name} is not quiet yet`, isLeftover: false }
  const gone = [...statuses.names()].find((name) => !views.has(name))
  if (gone === undefined) return null
  return {
    what: side.common(`${side.name}: ${gone} is deleted and has a status`),
    isLeftover: true,
  }
}

/** The statuses that there are. */
class Statuses {
  readonly #latest: ReadonlyMap<string, WatchedRecord>

  constructor(latest: ReadonlyMap<string, WatchedRecord>) {
    this.#latest = latest
  }

  names(): Set<string> {
    const found = new Set<string>()
    for (const [key, { value }] of this.#latest) {
      const [, kind, rest = ''] = /^status-(connector|task)-(.*)$/s.exec(key) ?? []
      if (value === null || kind === undefined) continue
      found.add(kind === 'task' ? rest.slice(0, rest.lastIndexOf('-')) : rest)
    }
    return found
  }

  /** Whether the status is one of these and not older than `since`. */
  isOneOf(key: string, states: readonly string[], since: number): boolean {
    const record = this.#latest.get(key)
    if (record?.value === undefined || record.value === null) return false
    const { state } = JSON.parse(record.value) as { readonly state: string }
    return states.includes(state) && record.timestamp >= since
  }

  isGone(key: string): boolean {
    return (this.#latest.get(key)?.value ?? null) === null
  }

  get keys(): readonly string[] {
    return [...this.#latest.keys()]
  }
}

const settledStates = {
  STARTED: ['RUNNING', 'FAILED'],
  PAUSED: ['PAUSED', 'FAILED'],
  STOPPED: ['STOPPED', 'FAILED'],
} as const

function openOf(view: ConnectorView, statuses: Statuses, restart?: Restart): string | null {
  const { name, target } = view
  const states = settledStates[target]
  const since = Math.max(view.changedAt, restart?.connector === true ? restart.at : 0)
  const key = `status-connector-${name}`
  if (!statuses.isOneOf(key, states, since)) return `is not ${target} yet`
  if (statuses.isOneOf(key, ['FAILED'], 0)) return null
  if (target === 'STARTED' && !hasItsTasks(view)) return 'has no tasks of its configuration yet'
  if (target === 'STOPPED' && view.tasks > 0) return 'is stopped and has tasks'
  for (let task = 0; task < view.tasks; task++) {
    const isRestarted = restart?.tasks === 'all' || restart?.tasks === task
    const at = Math.max(view.taskChangedAt.get(task) ?? 0, isRestarted ? restart.at : 0)
    if (!statuses.isOneOf(`status-task-${name}-${task}`, states, at))
      return `has a task ${task} that is not ${target} yet`
  }
  const prefix = `status-task-${name}-`
  const beyond = statuses.keys.find(
    (other) => other.startsWith(prefix) && Number(other.slice(prefix.length)) >= view.tasks,
  )
  if (beyond === undefined || statuses.isGone(beyond)) return null
  return 'has the status of a task that it has not'
}

/** What a connector that runs has not brought or taken yet, and whether one that is stopped has let go. */
async function openData(side: Side, view: ConnectorView): Promise<string | null> {
  const { name, properties, target } = view
  const isSink = properties['connector.class']?.includes('Sink') === true
  if (isSink && target === 'STOPPED') {
    const { groups } = await side.kafka.admin.describeGroups([`connect-${name}`])
    return groups.every(({ members }) => members.length === 0) ? null : 'is still in its group'
  }
  const status = await side.cluster.status(name)
  const isRunning = status?.tasks.every(({ state }) => state === 'RUNNING') ?? false
  if (target !== 'STARTED' || !isRunning) return null
  return isSink ? await openRecords(side, view) : openLines(side, view)
}

async function openRecords(side: Side, { name }: ConnectorView): Promise<string | null> {
  const { text } = await side.cluster.call({ method: 'GET', path: `${pathOf(name)}/offsets` })
  const sum = [...text.matchAll(/"kafka_offset":(\d+)/g)].reduce((all, [, n]) => all + Number(n), 0)
  return sum === sinkRecords ? null : `has put ${sum} records`
}

function openLines(side: Side, { name, properties }: ConnectorView): string | null {
  const { file = '' } = properties
  const end = endOf(path.basename(file ?? ''))
  if (end === undefined) return null
  const key = JSON.stringify([name, { filename: file }])
  const offset = side.watch.latest(side.cluster.offsetTopic).get(key)?.value
  return offset === `{"position":${end}}` ? null : `has brought ${offset ?? 'nothing'}`
}
