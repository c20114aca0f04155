import type { WatchedRecord } from '../connect-cluster/topic-watch.ts'

/** What the config topic says of a connector. */
export interface ConnectorView {
  readonly name: string
  target: 'STARTED' | 'PAUSED' | 'STOPPED'
  properties: Readonly<Record<string, string | null>>
  /** When its configuration or its target state was written last. */
  changedAt: number
  /** So many tasks the last commit has, and the configuration that they are for. */
  tasks: number
  tasksOf: string | null
  /** When the configuration of each task came to be what it is. */
  readonly taskChangedAt: Map<number, number>
  readonly taskTexts: Map<number, string>
}

type Written = Readonly<Record<string, unknown>>

/** The connectors that there are once these records have been read. */
export function viewOf(records: readonly WatchedRecord[]): Map<string, ConnectorView> {
  const views = new Map<string, ConnectorView>()
  const targets = new Map<string, ConnectorView['target']>()
  for (const { key, value, timestamp } of records) {
    const written = value === null ? null : (JSON.parse(value) as Written)
    const [, kind = '', rest = ''] = /^(target-state|connector|task|commit)-(.*)$/s.exec(key) ?? []
    if (kind === 'connector') {
      if (written === null) {
        views.delete(rest)
        targets.delete(rest)
      } else {
        const view = views.get(rest) ?? newView(rest, targets.get(rest) ?? 'STARTED')
        view.properties = written.properties as ConnectorView['properties']
        view.changedAt = timestamp
        views.set(rest, view)
      }
    }
    if (kind === 'target-state' && written !== null) {
      const target = written['state.v2'] as ConnectorView['target']
      targets.set(rest, target)
      const view = views.get(rest)
      if (view !== undefined && view.target !== target) {
        view.target = target
        view.changedAt = timestamp
      }
    }
    if (kind === 'task' && value !== null) readTask(views, rest, value, timestamp)
    const view = kind === 'commit' ? views.get(rest) : undefined
    if (view !== undefined && written !== null) {
      view.tasks = written.tasks as number
      view.tasksOf = propertiesText(view.properties)
    }
  }
  return views
}

/** Whether the tasks are those of the configuration as it is. */
export function hasItsTasks(view: ConnectorView): boolean {
  return view.tasks > 0 && view.tasksOf === propertiesText(view.properties)
}

function newView(name: string, target: ConnectorView['target']): ConnectorView {
  return {
    ...{ name, target, properties: {}, changedAt: 0, tasks: 0, tasksOf: null },
    taskChangedAt: new Map(),
    taskTexts: new Map(),
  }
}

function readTask(
  views: ReadonlyMap<string, ConnectorView>,
  task: string,
  text: string,
  timestamp: number,
): void {
  const at = task.lastIndexOf('-')
  const view = views.get(task.slice(0, at))
  const number = Number(task.slice(at + 1))
  if (view === undefined || view.taskTexts.get(number) === text) return
  view.taskTexts.set(number, text)
  view.taskChangedAt.set(number, timestamp)
}

function propertiesText(properties: ConnectorView['properties']): string {
  return JSON.stringify(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)))
}
