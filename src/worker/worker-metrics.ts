import type { ConnectorConfig } from '../config/types.ts'
import type { TaskCounters } from '../messages/counters.ts'
import { taskIdText } from '../messages/ids.ts'
import type { ConnectorTaskId } from '../messages/ids.ts'
import type { TaskStart } from '../messages/protocol.ts'
import { ThreadBoard, turnMs } from '../messages/thread-board.ts'
import type { Reading } from '../metrics/groups.ts'
import { metricNames } from '../metrics/names.ts'
import type { MetricNames } from '../metrics/names.ts'
import { histogramFamilies, processFamilies } from '../metrics/own-families.ts'
import type { ProcessFigures } from '../metrics/own-families.ts'
import { SampleWindow } from '../metrics/sample-window.ts'
import type { WindowSettings } from '../metrics/sample-window.ts'
import { StateClock } from '../metrics/state-clock.ts'
import { taskReadings } from '../metrics/task-readings.ts'
import { TaskWindow } from '../metrics/task-window.ts'
import { chainReadings, clientIdOf, connectorValues, taskPluginValues } from './plugin-facts.ts'
import type { PluginFinder } from './plugin-facts.ts'
import { processFigures } from './process-figures.ts'
import type { WorkerListener, WorkerSnapshot } from './types.ts'

export interface WorkerMetricsParts {
  /** The worker's configuration: `metrics.*`. */
  readonly config: ConnectorConfig
  readonly plugins: PluginFinder
  readonly connectors: () => readonly string[]
  readonly tasks: () => readonly ConnectorTaskId[]
  /** Null where the task does not run here (any more). */
  readonly counters: (id: ConnectorTaskId) => TaskCounters | null
  readonly threads: () => readonly { readonly name: string; readonly board: ThreadBoard }[]
  readonly buffers: ProcessFigures['buffers']
  /** In ms; whence does not matter. */
  readonly now?: () => number
}

type TaskState = Parameters<WorkerListener['taskStatus']>[1] | 'STARTING'
type Startup = 'connectorWell' | 'connectorBadly' | 'taskWell' | 'taskBadly'

interface MeasuredTask {
  readonly start: TaskStart
  readonly startedAt: number
  readonly clock: StateClock<TaskState>
  window: TaskWindow | null
}

/** Shorter windows would only burn time. */
const leastWindowMs = 100
/** Longer ones are more than a timer can wait. */
const longestWindowMs = 2 ** 31 - 1

/**
 * Measures the worker from the main thread: counters of tasks are read from memory they share, so that one that hangs
 * is measured like any other. Timers run from the first start to `close`, and hold no process back.
 */
export class WorkerMetrics {
  readonly #parts: WorkerMetricsParts
  readonly #settings: WindowSettings
  readonly #now: () => number
  readonly #board = new ThreadBoard()
  readonly #connectors = new Map<string, Reading<'connector'>['values']>()
  readonly #tasks = new Map<string, MeasuredTask>()
  readonly #startups = { connectorWell: 0, connectorBadly: 0, taskWell: 0, taskBadly: 0 }
  readonly #startupWindow: SampleWindow<Startup>
  #timers: readonly NodeJS.Timeout[] = []

  constructor(parts: WorkerMetricsParts) {
    this.#parts = parts
    this.#settings = settingsOf(parts.config)
    this.#now = parts.now ?? (() => performance.now())
    this.#startupWindow = new SampleWindow(this.#settings, this.#now(), { ...this.#startups })
  }

  /** Waits for a connector's start, and counts how it ended. */
  async connectorStart(
    { name, type, config }: { name: string; type: 'source' | 'sink'; config: ConnectorConfig },
    start: () => Promise<void>,
  ): Promise<void> {
    this.#open()
    this.#connectors.set(name, connectorValues(type, config, this.#parts.plugins))
    await this.#counted('connector', start)
  }

  /** Measures a task from here on; waits for its start, and counts how it ended. */
  async taskStart(taskStart: TaskStart, start: () => Promise<void>): Promise<void> {
    this.#open()
    const startedAt = this.#now()
    const clock = new StateClock<TaskState>('STARTING', startedAt)
    this.#tasks.set(taskIdText(taskStart.id), { start: taskStart, startedAt, clock, window: null })
    await this.#counted('task', start)
  }

  taskStatus(id: ConnectorTaskId, state: TaskState): void {
    this.#tasks.get(taskIdText(id))?.clock.change(state, this.#now())
  }

  /** Ends the current sample window. Called by a timer. */
  roll(): void {
    const now = this.#now()
    this.#startupWindow.roll(now, { ...this.#startups })
    for (const { window } of this.#measured()) window.roll(now)
  }

  async snapshot(): Promise<WorkerSnapshot> {
    const figures = await processFigures()
    const measured = this.#measured()
    const counted = measured.map(({ start: { id }, window }) => ({
      labels: { connector: id.connector, task: String(id.task) },
      counters: window.counters,
    }))
    const lagMs = this.#lagMs()
    const { buffers } = this.#parts
    return {
      names: namesOf(this.#parts.config),
      readings: [
        this.#workerReading(),
        ...this.#connectorReadings(),
        ...measured.flatMap((task) => this.#taskReadings(task)),
      ],
      families: [...histogramFamilies(counted), ...processFamilies({ ...figures, lagMs, buffers })],
    }
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
  }

  #open(): void {
    if (this.#timers.length > 0) return
    this.#board.turned(Date.now())
    this.#timers = [
      setInterval(() => this.roll(), this.#settings.windowMs).unref(),
      setInterval(() => this.#board.turned(Date.now()), turnMs).unref(),
    ]
  }

  async #counted(kind: 'connector' | 'task', start: () => Promise<void>): Promise<void> {
    try {
      await start()
      this.#startups[`${kind}Well`]++
    } catch (error) {
      this.#startups[`${kind}Badly`]++
      throw error
    }
  }

  /** The tasks that are there; what is gone is forgotten. A task that was moved to another thread counts from 0. */
  #measured(): (MeasuredTask & { readonly window: TaskWindow })[] {
    const found = []
    for (const [key, task] of this.#tasks) {
      const counters = this.#parts.counters(task.start.id)
      if (counters === null) {
        if (task.window !== null) this.#tasks.delete(key)
        continue
      }
      if (task.window?.counters !== counters) {
        const since = task.window === null ? task.startedAt : this.#now()
        task.window = new TaskWindow(counters, this.#settings, since)
      }
      found.push({ ...task, window: task.window })
    }
    return found
  }

  #workerReading(): Reading {
    const totals = this.#startups
    const window = this.#startupWindow
    const of = (kind: 'connector' | 'task'): Reading<'worker'>['values'] => {
      const [well, badly] = [`${kind}Well`, `${kind}Badly`] as const
      return {
        [`${kind}-startup-attempts-total`]: totals[well] + totals[badly],
        [`${kind}-startup-success-total`]: totals[well],
        [`${kind}-startup-success-percentage`]: window.fraction(well, badly, totals),
        [`${kind}-startup-failure-total`]: totals[badly],
        [`${kind}-startup-failure-percentage`]: window.fraction(badly, well, totals),
      }
    }
    const values = {
      'connector-count': this.#parts.connectors().length,
      'task-count': this.#parts.tasks().length,
      ...of('connector'),
      ...of('task'),
    }
    return { group: 'worker', tags: {}, values }
  }

  #connectorReadings(): Reading[] {
    const present = this.#parts.connectors()
    for (const name of this.#connectors.keys()) {
      if (!present.includes(name)) this.#connectors.delete(name)
    }
    return [...this.#connectors].map(([connector, values]) => ({
      group: 'connector',
      tags: { connector },
      values,
    }))
  }

  #taskReadings({ start, window, clock }: MeasuredTask & { window: TaskWindow }): Reading[] {
    const now = this.#now()
    const { id, type } = start
    const { plugins } = this.#parts
    const facts = {
      ...id,
      type,
      isTransactional: start.exactlyOnce !== undefined,
      view: window.view(now),
      runningRatio: clock.ratio('RUNNING', now),
      pauseRatio: clock.ratio('PAUSED', now),
      clientId: clientIdOf(start),
      plugins: taskPluginValues(start, plugins),
    }
    return [...taskReadings(facts), ...chainReadings(start, plugins)]
  }

  #lagMs(): { readonly thread: string; readonly ms: number }[] {
    const now = Date.now()
    const threads = [{ name: 'main', board: this.#board }, ...this.#parts.threads()]
    return threads.map(({ name, board }) => ({ thread: name, ms: board.lagMs(now) }))
  }
}

function settingsOf(config: ConnectorConfig): WindowSettings {
  const windowMs = Number(config['metrics.sample.window.ms'] ?? 30_000)
  const samples = Number(config['metrics.num.samples'] ?? 2)
  return { windowMs: Math.min(Math.max(windowMs, leastWindowMs), longestWindowMs), samples }
}

function namesOf(config: ConnectorConfig): MetricNames {
  const name = config['metrics.names']?.trim()
  return metricNames.find((known) => known === name) ?? 'short'
}
