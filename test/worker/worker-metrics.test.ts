import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TaskCounters } from '../../src/messages/counters.ts'
import type { TaskStart } from '../../src/messages/protocol.ts'
import { toPrometheusText } from '../../src/metrics/exposition.ts'
import { familiesOf } from '../../src/metrics/names.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { WorkerMetrics } from '../../src/worker/worker-metrics.ts'
import { parsePrometheusText, valueOf } from '../support/prometheus-text.ts'
import type { ParsedFamily } from '../support/prometheus-text.ts'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

type Measured = Pick<Worker, 'metrics'> | { metrics(): ReturnType<WorkerMetrics['snapshot']> }

async function scrape(worker: Measured): Promise<Map<string, ParsedFamily>> {
  const { names, readings, families } = await worker.metrics()
  return parsePrometheusText(toPrometheusText([...familiesOf(readings, names), ...families]))
}

describe('a worker', () => {
  let built: ThreadEntry
  beforeAll(async () => {
    built = await buildThreadEntry()
  })
  afterAll(() => built.remove())
  const id = { connector: 'c', task: 0 }

  test('counts starts, tasks and connectors, and forgets what is gone', async () => {
    await using open = await openWorker(built)
    const { worker } = open
    await worker.startConnector('c', sourceConfig, 'STARTED')
    await worker.startTask(id, sourceConfig, behaving('well'), 'STARTED')
    const failing = { connector: 'c', task: 1 }
    await expect(
      worker.startTask(failing, sourceConfig, behaving('startThrows'), 'STARTED'),
    ).rejects.toThrow()
    const running = await scrape(worker)
    const worth = (name: string): number => valueOf(running, `kafka_connect_worker_${name}`)
    expect([worth('connector_count'), worth('connector_startup_success_total')]).toEqual([1, 1])
    expect([worth('task_startup_attempts_total'), worth('task_startup_failure_total')]).toEqual([
      2, 1,
    ])
    expect(worth('task_startup_success_percentage')).toBe(0.5)
    const task = { connector: 'c', task: '0' }
    expect(
      valueOf(running, 'kafka_connect_source_task_source_record_poll_total', task),
    ).toBeGreaterThan(0)
    expect(valueOf(running, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    expect(valueOf(running, 'process_open_fds')).toBeGreaterThan(2)
    await worker.stopTasks([id, failing])
    await worker.stopConnector('c')
    const idle = await scrape(worker)
    expect(idle.has('kafka_connect_source_task_source_record_poll_total')).toBe(false)
    expect(idle.has('kafka_connect_connector_connector_class')).toBe(false)
    expect(valueOf(idle, 'kafka_connect_worker_task_count')).toBe(0)
  })

  test('measures a task that holds its event loop, and tells how late that is', async () => {
    await using open = await openWorker(built, { threads: 1, graceMs: 100 })
    const { worker } = open
    await worker.startTask(id, sourceConfig, behaving('spin'), 'STARTED')
    const lag = async (): Promise<number> => {
      const { samples = [] } = (await scrape(worker)).get('sluice_event_loop_lag_seconds') ?? {}
      const hung = samples.filter(({ labels }) => labels.get('thread')?.startsWith('task-thread'))
      return Math.max(...hung.map(({ value }) => value))
    }
    await expect.poll(lag, { timeout: 10_000 }).toBeGreaterThan(1)
    const families = await scrape(worker)
    expect(valueOf(families, 'kafka_connect_source_task_source_record_poll_total')).toBe(2)
    expect(valueOf(families, 'sluice_event_loop_lag_seconds', { thread: 'main' })).toBeLessThan(1)
    await worker.stopTasks([id])
  })
})

test('a rate of a task is that of the sample windows, by the clock', async () => {
  let now = 1000
  const counters = new TaskCounters()
  const metrics = new WorkerMetrics({
    buffers: { limitBytes: 0, usedBytes: 0 },
    config: { 'metrics.sample.window.ms': '10000', 'metrics.num.samples': '3' },
    plugins: {
      find: () => {
        throw new Error('none')
      },
    },
    connectors: () => [],
    tasks: () => [],
    counters: () => counters,
    threads: () => [],
    now: () => now,
  })
  const start: TaskStart = {
    id: { connector: 'c', task: 0 },
    type: 'source',
    connectorClass: 'C',
    connectorConfig: {},
    taskConfig: {},
    workerConfig: {},
    secrets: [],
    kafkaClusterId: null,
    targetState: 'STARTED',
  }
  await metrics.taskStart(start, () => Promise.resolve())
  metrics.taskStatus(start.id, 'RUNNING')
  const rates: number[] = []
  for (let window = 0; window < 5; window++) {
    for (let second = 0; second < 10; second++) {
      now += 1000
      // Nothing more after half a minute.
      if (now <= 31_000) counters.add('polled', 50)
    }
    metrics.roll()
    const families = await scrape({ metrics: () => metrics.snapshot() })
    rates.push(valueOf(families, 'kafka_connect_source_task_source_record_poll_rate'))
  }
  metrics.taskStatus(start.id, 'PAUSED')
  now += 50_000
  const families = await scrape({ metrics: () => metrics.snapshot() })
  metrics.close()
  // Three samples of 10 s; the first 20 s count whole from the start, as in Java.
  expect(rates).toEqual([25, 50, 50, 25, 0])
  expect(valueOf(families, 'kafka_connect_connector_task_running_ratio')).toBe(0.5)
  expect(valueOf(families, 'kafka_connect_connector_task_pause_ratio')).toBe(0.5)
})
