import { appInfoReading, herderFamilies } from '../../src/herder/metrics.ts'
import { RebalanceMetrics } from '../../src/herder/distributed/rebalance-metrics.ts'
import type { GroupAssignment } from '../../src/herder/distributed/worker-group.ts'
import { Statuses } from '../../src/herder/statuses.ts'
import { TaskCounters } from '../../src/messages/counters.ts'
import { taskIdText } from '../../src/messages/ids.ts'
import type { TaskStart } from '../../src/messages/protocol.ts'
import { ThreadBoard } from '../../src/messages/thread-board.ts'
import { toPrometheusText } from '../../src/metrics/exposition.ts'
import { discoverPlugins } from '../../src/plugins/discovery.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'
import { WorkerMetrics } from '../../src/worker/worker-metrics.ts'
import { parsePrometheusText } from '../support/prometheus-text.ts'
import type { ParsedFamily } from '../support/prometheus-text.ts'

/** Stands in configurations where a password would, and may stand in no metric. */
export const secret = 'hunter2-not-for-anyone'

const workerConfig = {
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'JsonConverter',
  'producer.sasl.jaas.config': `password="${secret}"`,
}

function startOf(connector: string, task: number, type: 'source' | 'sink'): TaskStart {
  const connectorClass = type === 'source' ? 'FileStreamSource' : 'FileStreamSink'
  const connectorConfig = {
    name: connector,
    'connector.class': connectorClass,
    'some.password': secret,
    transforms: 'mask',
    'transforms.mask.type': 'com.example.Mask',
    'transforms.mask.predicate': 'isBig',
    predicates: 'isBig',
    'predicates.isBig.type': 'com.example.IsBig',
  }
  return {
    id: { connector, task },
    type,
    connectorClass,
    connectorConfig,
    taskConfig: { ...connectorConfig, 'task.class': 'com.example.SomeTask' },
    workerConfig,
    secrets: [],
    kafkaClusterId: null,
    targetState: 'STARTED',
    ...(type === 'source' && {
      exactlyOnce: { transactionalId: 'x', offsetsTopic: 'offsets', hasSecondStore: false },
    }),
  }
}

const assignment: GroupAssignment = {
  generation: 3,
  version: 2,
  isLeader: true,
  leaderUrl: 'http://10.0.0.1:8083/',
  failed: false,
  configOffset: 7,
  work: { connectors: ['out'], tasks: [{ connector: 'out', task: 0 }] },
  isDrained: false,
  wasRevoked: false,
  delayMs: 0,
}

/** A worker with a source of two tasks and a sink of one, one task FAILED, each of which has done something. */
export async function servedFamilies(
  names: 'short' | 'full' | 'both',
): Promise<Map<string, ParsedFamily>> {
  const { plugins } = await discoverPlugins([])
  const starts = [
    startOf('in "quotes"', 0, 'source'),
    startOf('in "quotes"', 1, 'source'),
    startOf('out', 0, 'sink'),
  ]
  const counters = new Map(starts.map(({ id }) => [taskIdText(id), new TaskCounters()]))
  const metrics = new WorkerMetrics({
    buffers: { limitBytes: 0, usedBytes: 0 },
    config: { ...workerConfig, 'metrics.names': names },
    plugins: new PluginRegistry(plugins),
    connectors: () => ['in "quotes"', 'out'],
    tasks: () => starts.map(({ id }) => id),
    counters: (id) => counters.get(taskIdText(id)) ?? null,
    threads: () => [{ name: 'task-thread-2', board: new ThreadBoard() }],
  })
  const statuses = new Statuses('10.0.0.1:8083')
  for (const type of ['source', 'sink'] as const) {
    const name = type === 'source' ? 'in "quotes"' : 'out'
    const config = startOf(name, 0, type).connectorConfig
    await metrics.connectorStart({ name, type, config }, () => Promise.resolve())
    statuses.setConnector(name, 'RUNNING', '4.3.1')
  }
  for (const start of starts) {
    await metrics.taskStart(start, () => Promise.resolve())
    metrics.taskStatus(start.id, 'RUNNING')
    statuses.setTask(start.id, start.id.task === 1 ? 'FAILED' : 'RUNNING', { trace: secret })
  }
  for (const each of counters.values()) {
    each.add('connections', 1)
    each.add('bytesOut', 1000)
    for (const stage of ['poll', 'put', 'convert', 'transform'] as const) each.observe(stage, 3)
  }
  const snapshot = await metrics.snapshot()
  metrics.close()
  const rebalances = new RebalanceMetrics('10.0.0.1:8083')
  rebalances.started()
  rebalances.completed()
  const readings = [...snapshot.readings, ...rebalances.readings(assignment)]
  const appInfo = appInfoReading('10.0.0.1:8083', '0123456789abcdef')
  return parsePrometheusText(
    toPrometheusText(
      herderFamilies(appInfo, { ...snapshot, readings }, statuses, { view: () => null }),
    ),
  )
}
