/**
 * What a task counts, in memory that both threads see: the task thread writes, the main thread reads without
 * a message, also while the task thread hangs. Each number has one writer; a reader may see one a moment old.
 */
export const counterNames = [
  /** Source: records `poll` returned. */
  'polled',
  /** Source: records acknowledged by Kafka. */
  'written',
  /** Source: records polled and not yet acknowledged. Sink: records read and not yet put. */
  'active',
  'activeMax',
  /** Sink: records consumed, before transformations. */
  'read',
  /** Sink: records given to `put`. */
  'put',
  'partitionCount',
  /** Sink: number of the last offset commit that was begun. */
  'commitSequence',
  /** Polls of a source, or puts of a sink, that returned; their total and longest time. */
  'batches',
  'batchTimeMs',
  'batchTimeMaxMs',
  'batchSizeMax',
  'commits',
  'commitFailures',
  'commitSkips',
  'commitTimeMs',
  'commitTimeMaxMs',
  /** `task-error-metrics`. */
  'failures',
  'errors',
  'skipped',
  'retries',
  'errorsLogged',
  'deadLetterRequests',
  'deadLetterFailures',
  /** Milliseconds since the epoch; 0 for never. */
  'lastErrorAt',
  'lastRecordAt',
  'lastPollAt',
  'lastPutAt',
  'lastCommitAt',
  /** When the plugin call now open began, 0 for none, and which it is: an index into `taskStages`. */
  'callSince',
  'callStage',
  /** How long the task ran and was paused so far, in milliseconds; kept when its state changes. */
  'runningMs',
  'pausedMs',
  /** What the plugin says of itself (`progress()`); -1 where it says nothing. */
  'lag',
] as const
export type CounterName = (typeof counterNames)[number]

const indexOf = Object.fromEntries(counterNames.map((name, index) => [name, index])) as Readonly<
  Record<CounterName, number>
>

/** The counters of one run of one task. Called once a batch, never once a record. */
export class TaskCounters {
  /** Give this to the other thread and construct a TaskCounters over it there. */
  readonly shared: SharedArrayBuffer
  readonly #values: Float64Array

  constructor(shared = new SharedArrayBuffer(counterNames.length * 8)) {
    this.shared = shared
    this.#values = new Float64Array(shared)
  }

  get(name: CounterName): number {
    return this.#values[indexOf[name]] ?? 0
  }

  set(name: CounterName, value: number): void {
    this.#values[indexOf[name]] = value
  }

  add(name: CounterName, by: number): void {
    this.#values[indexOf[name]] = this.get(name) + by
  }

  /** Raises the counter to `value` where it is lower. */
  max(name: CounterName, value: number): void {
    if (value > this.get(name)) this.set(name, value)
  }

  /** All of them at this moment, for a scrape. */
  snapshot(): Record<CounterName, number> {
    return Object.fromEntries(counterNames.map((name) => [name, this.get(name)])) as Record<
      CounterName,
      number
    >
  }
}
