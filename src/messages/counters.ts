import { batchBoundsMs, histogramNames, recordBoundsMs } from './histograms.ts'
import type { HistogramName, HistogramReading } from './histograms.ts'

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
  /** How often `active` was set, and the sum of what it was set to. */
  'activeUpdates',
  'activeTotal',
  /** Sink: records consumed, before transformations. */
  'read',
  /** Sink: records given to `put`. */
  'put',
  'partitionCount',
  /** Sink: number of the last offset commit that was begun. */
  'commitSequence',
  /** Polls of a source, or puts of a sink, that returned with records; their total time, and their records. */
  'batches',
  'batchTimeMs',
  'batchRecords',
  'commits',
  /** Of a source: transactions committed, and their records. */
  'transactions',
  'transactionRecords',
  'commitFailures',
  'commitSkips',
  /** Of commits that were sent, whether they succeeded or not. */
  'commitTimeMs',
  /** `task-error-metrics`. */
  'failures',
  'errors',
  'skipped',
  'retries',
  'errorsLogged',
  'deadLetterRequests',
  'deadLetterFailures',
  /** Milliseconds since the epoch; 0 for never. The first is when the main thread began to start the task. */
  'startedAt',
  'lastErrorAt',
  'lastRecordAt',
  'lastPollAt',
  'lastPutAt',
  'lastCommitAt',
  /** When the plugin call now open began, 0 for none, and which it is: an index into `taskStages`. */
  'callSince',
  'callStage',
  /** Since when records are in the task's hands and none of them is delivered; 0 where it has none. */
  'waitingSince',
  /** Since when a record that failed waits to be tried again (`errors.retry.timeout`); 0 where none does. */
  'retryingSince',
  /**
   * How far behind the task is, when that was measured (0 for never), and in what it counts: an index into `lagUnits`.
   * Source: what the plugin says of itself (`progress()`). Sink: records between its position and the end of its partitions.
   */
  'lag',
  'lagAt',
  'lagUnit',
  /** Sink: since when records wait in Kafka and none is read; 0 where none waits. */
  'lagSince',
  /** How often what was told of the topics in use was forgotten (KIP-558). The main thread writes it. */
  'topicResets',
  /** Of the task's own Kafka client, a source's producer or a sink's consumer (`ClientMeter`). */
  'connections',
  'connectionsOpened',
  'connectionsClosed',
  'requests',
  'responses',
  'bytesOut',
  'bytesIn',
  /** Producer: batches and records that requests carried, repeated ones again; records given up. */
  'batchesSent',
  'batchBytesSent',
  'recordsSent',
  'recordsRetried',
  'recordsRefused',
] as const
export type CounterName = (typeof counterNames)[number]

/** What says how a task is just now, not what it has done: nothing of it is true of another run. */
const momentary = [
  'active',
  'partitionCount',
  'callSince',
  'waitingSince',
  'retryingSince',
  'lag',
  'lagAt',
  'lagSince',
] as const satisfies readonly CounterName[]

/** In what a lag may be counted; the first is for anything else. */
export const lagUnits = ['', 'records', 'rows', 'bytes', 'files'] as const

/** What is reported as the largest of a while. A sample window of the metrics has one each. */
export const peakNames = [
  'activeMax',
  'batchTimeMaxMs',
  'batchSizeMax',
  'commitTimeMaxMs',
  /** Sink: most records that a partition's consumer is behind the end of its log. */
  'recordsLagMax',
  /** Source: records of the largest transaction; and of the smallest, negated. */
  'transactionSizeMax',
  'transactionSizeLeast',
] as const
export type PeakName = (typeof peakNames)[number]

/** Places in the shared numbers: counters, the window, peaks (two windows of a value and its tag), histograms. */
const windowAt = counterNames.length
const peaksAt = windowAt + 1
const peakSlots = 4
const histogramsAt = peaksAt + peakNames.length * peakSlots
/** One bucket beyond the last bound, then the sum. */
const histogramSlots = batchBoundsMs.length + 2
const length = histogramsAt + histogramNames.length * histogramSlots

const indexOf = placesOf(counterNames, 0, 1)
const peakIndexOf = placesOf(peakNames, peaksAt, peakSlots)
const histogramIndexOf = placesOf(histogramNames, histogramsAt, histogramSlots)

/** The counters of one run of one task. Called once a batch, never once a record. */
export class TaskCounters {
  /** Give this to the other thread and construct a TaskCounters over it there. */
  readonly shared: SharedArrayBuffer
  readonly #values: Float64Array

  constructor(shared?: SharedArrayBuffer) {
    this.shared = shared ?? new SharedArrayBuffer(length * 8)
    this.#values = new Float64Array(this.shared)
    if (shared === undefined) this.set('startedAt', Date.now())
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

  /**
   * Another run of the task begins: what the one before was at is over, what it has done still counts. Where that run was
   * closed, its connections count themselves out; where its thread died, nobody else does.
   */
  beginAgain(threadDied: boolean): void {
    for (const name of momentary) this.set(name, 0)
    if (threadDied) this.set('connections', 0)
    this.set('startedAt', Date.now())
  }

  /** Raises the peak of the current window to `value` where it is lower. */
  max(name: PeakName, value: number): void {
    const values = this.#values
    const window = values[windowAt] ?? 0
    const at = peakIndexOf[name] + (window % 2) * 2
    // The tag of a window that was never written to is 0, so that of window n is n + 1.
    if (values[at + 1] !== window + 1) {
      values[at] = value
      values[at + 1] = window + 1
    } else if (value > (values[at] ?? 0)) values[at] = value
  }

  /** Sets `active`, and what its average and peak are made of. */
  setActive(records: number): void {
    this.set('active', records)
    this.add('activeUpdates', 1)
    this.add('activeTotal', records)
    this.max('activeMax', records)
  }

  /** Of a sink: how many records it is behind, how many of them it may read now, and whether it has just read some. */
  setLag(records: number, readable: number, moved: boolean): void {
    const now = Date.now()
    const shrank = records < this.get('lag')
    if (readable === 0) this.set('lagSince', 0)
    else if (moved || shrank || this.get('lagSince') === 0) this.set('lagSince', now)
    this.set('lag', records)
    this.set('lagUnit', lagUnits.indexOf('records'))
    this.set('lagAt', now)
  }

  /** Counts `ms` in a histogram. */
  observe(name: HistogramName, ms: number): void {
    const values = this.#values
    const bounds = name === 'transform' ? recordBoundsMs : batchBoundsMs
    const at = histogramIndexOf[name]
    let bucket = 0
    while (bucket < bounds.length && ms > (bounds[bucket] ?? 0)) bucket++
    values[at + bucket] = (values[at + bucket] ?? 0) + 1
    values[at + bounds.length + 1] = (values[at + bounds.length + 1] ?? 0) + ms
  }

  /** All of them at this moment, for a scrape. */
  snapshot(): Record<CounterName, number> {
    return Object.fromEntries(counterNames.map((name) => [name, this.get(name)])) as Record<
      CounterName,
      number
    >
  }

  /** The peak of the window `window`, which is the current one or that before; null where nothing was said in it. */
  peak(name: PeakName, window: number): number | null {
    const at = peakIndexOf[name] + (window % 2) * 2
    return this.#values[at + 1] === window + 1 ? (this.#values[at] ?? 0) : null
  }

  histogram(name: HistogramName): HistogramReading {
    const at = histogramIndexOf[name]
    const boundsMs = name === 'transform' ? recordBoundsMs : batchBoundsMs
    const counts = [...this.#values.subarray(at, at + boundsMs.length + 1)]
    return { boundsMs, counts, sumMs: this.#values[at + boundsMs.length + 1] ?? 0 }
  }

  /** Begins a window: called by the main thread alone, with numbers that ascend from 0. */
  beginWindow(window: number): void {
    this.#values[windowAt] = window
  }
}

function placesOf<N extends string>(
  names: readonly N[],
  first: number,
  slots: number,
): Readonly<Record<N, number>> {
  const places = names.map((name, index) => [name, first + index * slots])
  return Object.fromEntries(places) as Record<N, number>
}
