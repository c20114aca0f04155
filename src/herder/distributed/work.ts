import { taskIdText } from '../../messages/ids.ts'
import type { ConnectorTaskId } from '../../messages/ids.ts'

/** What a worker of a group runs, or is told to run or to stop: connectors by name, and tasks of any connectors. */
export interface Work {
  readonly connectors: readonly string[]
  readonly tasks: readonly ConnectorTaskId[]
}

export const noWork: Work = { connectors: [], tasks: [] }

/**
 * The same as sets, for those who compare and move it: connectors by name, tasks by `connector-0`. Both keep the order in which
 * something was added, as Java's linked sets do.
 */
export interface WorkSet {
  readonly connectors: Set<string>
  readonly tasks: Set<string>
}

/** Connectors and tasks are counted, shared out and taken away each for themselves. */
export type WorkKind = keyof WorkSet

export const workKinds: readonly WorkKind[] = ['connectors', 'tasks']

export function workSet(...parts: readonly Work[]): WorkSet {
  return {
    connectors: new Set(parts.flatMap(({ connectors }) => connectors)),
    tasks: new Set(parts.flatMap(({ tasks }) => tasks.map(taskIdText))),
  }
}

export function workOf({ connectors, tasks }: WorkSet): Work {
  return { connectors: [...connectors], tasks: Array.from(tasks, taskIdOf) }
}

export function isNothing({ connectors, tasks }: Work): boolean {
  return connectors.length === 0 && tasks.length === 0
}

export function isEmpty({ connectors, tasks }: WorkSet): boolean {
  return connectors.size === 0 && tasks.size === 0
}

export function union(...sets: readonly WorkSet[]): WorkSet {
  const all = workSet()
  for (const set of sets) addAll(all, set)
  return all
}

export function intersection(set: WorkSet, other: WorkSet): WorkSet {
  return {
    connectors: new Set([...set.connectors].filter((each) => other.connectors.has(each))),
    tasks: new Set([...set.tasks].filter((each) => other.tasks.has(each))),
  }
}

/** What is in none of `others`, in the order of `set`. */
export function without(set: WorkSet, ...others: readonly WorkSet[]): WorkSet {
  const rest = union(set)
  for (const other of others) removeAll(rest, other)
  return rest
}

/** Connectors by name, tasks by connector and number. */
export function sorted({ connectors, tasks }: WorkSet): WorkSet {
  return {
    connectors: new Set([...connectors].sort()),
    tasks: new Set([...tasks].map(taskIdOf).sort(compareTasks).map(taskIdText)),
  }
}

export function addAll(target: WorkSet, more: WorkSet): void {
  for (const connector of more.connectors) target.connectors.add(connector)
  for (const task of more.tasks) target.tasks.add(task)
}

export function removeAll(target: WorkSet, less: WorkSet): void {
  for (const connector of less.connectors) target.connectors.delete(connector)
  for (const task of less.tasks) target.tasks.delete(task)
}

/** Reads `connector-0`, where the name may have hyphens too. */
function taskIdOf(text: string): ConnectorTaskId {
  const at = text.lastIndexOf('-')
  return { connector: text.slice(0, at), task: Number(text.slice(at + 1)) }
}

function compareTasks(a: ConnectorTaskId, b: ConnectorTaskId): number {
  if (a.connector !== b.connector) return a.connector < b.connector ? -1 : 1
  return a.task - b.task
}
