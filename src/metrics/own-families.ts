import type { TaskCounters } from '../messages/counters.ts'
import { histogramNames } from '../messages/histograms.ts'
import type { HistogramName, HistogramReading } from '../messages/histograms.ts'
import type { Labels, MetricFamily, Sample } from './metric-family.ts'

/** What the Java worker has no name for: times as histograms, automatic restarts, and the process. */

/** A task that is measured. */
export interface CountedTask {
  readonly labels: Labels
  readonly counters: TaskCounters
}

const histogramHelp: Record<HistogramName, string> = {
  poll: 'Time of a poll that returned records.',
  put: 'Time of a put with records.',
  convert:
    'Time of a batch in transformations and converters, without waiting for room in the producer.',
  transform: 'Time of one record in the transformations: that of the first record of each batch.',
}

/** A histogram for each stage, of the tasks that have come through it. */
export function histogramFamilies(tasks: readonly CountedTask[]): MetricFamily[] {
  return histogramNames.map((name) => ({
    name: `sluice_task_${name}_seconds`,
    help: histogramHelp[name],
    type: 'histogram',
    samples: tasks.flatMap(({ labels, counters }) =>
      histogramSamples(labels, counters.histogram(name)),
    ),
  }))
}

function histogramSamples(labels: Labels, { boundsMs, counts, sumMs }: HistogramReading): Sample[] {
  const samples: Sample[] = []
  let count = 0
  for (const [index, each] of counts.entries()) {
    count += each
    const bound = boundsMs[index]
    const le = bound === undefined ? '+Inf' : String(bound / 1000)
    samples.push({ labels: { ...labels, le }, value: count, part: 'bucket' })
  }
  if (count === 0) return []
  samples.push({ labels, value: sumMs / 1000, part: 'sum' })
  samples.push({ labels, value: count, part: 'count' })
  return samples
}

/** Of each connector, how often it and its tasks were restarted without anybody's asking (`errors.restart.policy`). */
export function restartFamily(
  connectors: readonly { readonly connector: string; readonly restarts: number }[],
): MetricFamily {
  return {
    name: 'sluice_connector_automatic_restarts_total',
    help: 'Automatic restarts of what had failed of a connector, since the connector was created.',
    type: 'counter',
    samples: connectors.map(({ connector, restarts }) => ({
      labels: { connector },
      value: restarts,
    })),
  }
}

/** What the operating system and the runtime say. What they do not say here is null. */
export interface ProcessFigures {
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Of the main thread's JavaScript heap. */
  readonly heapUsedBytes: number
  readonly heapTotalBytes: number
  readonly externalBytes: number
  readonly openFds: number | null
  readonly maxFds: number | null
  /** In ms since the epoch. */
  readonly startedAt: number
  readonly nodeVersion: string
  /** What records may take up in buffers, and take up now. */
  readonly buffers: { readonly limitBytes: number; readonly usedBytes: number }
  /** How late the event loop of each thread is. */
  readonly lagMs: readonly { readonly thread: string; readonly ms: number }[]
}

/** Under the names that Prometheus' client libraries use, so that common dashboards know them. */
export function processFamilies(figures: ProcessFigures): MetricFamily[] {
  return [
    one('process_cpu_seconds_total', 'counter', 'CPU time of all threads.', figures.cpuSeconds),
    one('process_resident_memory_bytes', 'gauge', 'Memory in use.', figures.residentBytes),
    one('process_start_time_seconds', 'gauge', 'When it began.', figures.startedAt / 1000),
    one('process_open_fds', 'gauge', 'Open file descriptors.', figures.openFds),
    one('process_max_fds', 'gauge', 'Most file descriptors it may open.', figures.maxFds),
    one(
      'nodejs_heap_size_used_bytes',
      'gauge',
      'JavaScript heap of the main thread that is in use; every plugin thread has a heap of its own.',
      figures.heapUsedBytes,
    ),
    one(
      'nodejs_heap_size_total_bytes',
      'gauge',
      'JavaScript heap of the main thread.',
      figures.heapTotalBytes,
    ),
    one(
      'nodejs_external_memory_bytes',
      'gauge',
      'Memory outside of the heap that belongs to objects of the main thread.',
      figures.externalBytes,
    ),
    one(
      'sluice_buffer_limit_bytes',
      'gauge',
      'What records may take up in buffers of producers and consumers, of all tasks together.',
      figures.buffers.limitBytes,
    ),
    one(
      'sluice_buffer_used_bytes',
      'gauge',
      'What records take up in buffers of producers and consumers.',
      figures.buffers.usedBytes,
    ),
    {
      name: 'nodejs_version_info',
      help: 'The runtime.',
      type: 'gauge',
      samples: [{ labels: { version: figures.nodeVersion }, value: 1 }],
    },
    {
      name: 'sluice_event_loop_lag_seconds',
      help: 'How late the event loop of a thread is, or was with its last turn where that is more.',
      type: 'gauge',
      samples: figures.lagMs.map(({ thread, ms }) => ({ labels: { thread }, value: ms / 1000 })),
    },
  ]
}

function one(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  value: number | null,
): MetricFamily {
  return { name, help, type, samples: value === null ? [] : [{ labels: {}, value }] }
}
