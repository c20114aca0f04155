import type { ConnectorConfig } from 'sluice/api'

const keys = { index: 'sluice.task.index', count: 'sluice.task.count' } as const

/** Which of how many tasks one is. */
export interface TaskNumber {
  readonly index: number
  readonly count: number
}

/** The configurations of tasks that find out by their numbers which objects are theirs. */
export function numberedTasks(props: ConnectorConfig, tasks: number): ConnectorConfig[] {
  return Array.from({ length: tasks }, (_, index) => ({
    ...props,
    [keys.index]: String(index),
    [keys.count]: String(tasks),
  }))
}

/** The number that {@link numberedTasks} gave; else the task is the only one. */
export function taskNumberOf(props: ConnectorConfig): TaskNumber {
  return { index: Number(props[keys.index] ?? 0), count: Number(props[keys.count] ?? 1) }
}
