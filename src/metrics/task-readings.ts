import type { CounterName } from '../messages/counters.ts'
import type { Reading, Tags } from './groups.ts'
import type { TaskView } from './task-window.ts'

/** One task as its metrics are made. */
export interface TaskFacts {
  readonly connector: string
  readonly task: number
  readonly type: 'source' | 'sink'
  /** Whether it writes in transactions. */
  readonly isTransactional: boolean
  readonly view: TaskView
  readonly runningRatio: number
  readonly pauseRatio: number
  /** Of the task's producer or consumer. */
  readonly clientId: string
  /** Classes and versions, as attributes of `connector-task-metrics`. */
  readonly plugins: Reading<'task'>['values']
}

/** Everything Kafka Connect measures of a task, and of the Kafka client that is its own. */
export function taskReadings(facts: TaskFacts): Reading[] {
  const tags = { connector: facts.connector, task: String(facts.task) }
  const common = [
    { group: 'task', tags, values: { ...commonValues(facts), ...facts.plugins } },
    { group: 'taskError', tags, values: errorValues(facts.view) },
  ] as const
  const client = { ...tags, 'client-id': facts.clientId }
  return facts.type === 'source'
    ? [...common, ...sourceReadings(facts, tags, client)]
    : [...common, ...sinkReadings(tags, client, facts.view)]
}

/** A sink's commit that had nothing to send counts as one that went well, as in Java. */
function commonValues({ view, runningRatio, pauseRatio }: TaskFacts): Reading<'task'>['values'] {
  const well = view.grown('commits') + view.grown('commitSkips')
  const badly = view.grown('commitFailures')
  const part = (count: number): number => (well + badly === 0 ? 0 : count / (well + badly))
  const timed = view.grown('commits') + badly
  return {
    'running-ratio': runningRatio,
    'pause-ratio': pauseRatio,
    'offset-commit-max-time-ms': view.max('commitTimeMaxMs'),
    'offset-commit-avg-time-ms': timed === 0 ? Number.NaN : view.grown('commitTimeMs') / timed,
    'batch-size-max': view.max('batchSizeMax'),
    'batch-size-avg': view.average('batchRecords', 'batches'),
    'offset-commit-failure-percentage': part(badly),
    'offset-commit-success-percentage': part(well),
  }
}

function errorValues({ total }: TaskView): Reading<'taskError'>['values'] {
  return {
    'total-record-failures': total('failures'),
    'total-record-errors': total('errors'),
    'total-records-skipped': total('skipped'),
    'total-retries': total('retries'),
    'total-errors-logged': total('errorsLogged'),
    'deadletterqueue-produce-requests': total('deadLetterRequests'),
    'deadletterqueue-produce-failures': total('deadLetterFailures'),
    'last-error-timestamp': total('lastErrorAt'),
  }
}

function sourceReadings({ view, isTransactional }: TaskFacts, tags: Tags, client: Tags): Reading[] {
  const { total, rate, average, max } = view
  return [
    {
      group: 'sourceTask',
      tags,
      values: {
        'source-record-poll-rate': rate('polled'),
        'source-record-poll-total': total('polled'),
        'source-record-write-rate': rate('written'),
        'source-record-write-total': total('written'),
        'poll-batch-max-time-ms': max('batchTimeMaxMs'),
        'poll-batch-avg-time-ms': average('batchTimeMs', 'batches'),
        'source-record-active-count': total('active'),
        'source-record-active-count-max': max('activeMax'),
        'source-record-active-count-avg': average('activeTotal', 'activeUpdates'),
        ...(isTransactional && transactionValues(view)),
      },
    },
    {
      group: 'producer',
      tags: client,
      values: {
        ...networkValues(view),
        'record-send-total': total('recordsSent'),
        'record-send-rate': rate('recordsSent'),
        'record-retry-total': total('recordsRetried'),
        'record-retry-rate': rate('recordsRetried'),
        'record-error-total': total('recordsRefused'),
        'record-error-rate': rate('recordsRefused'),
        'batch-size-avg': average('batchBytesSent', 'batchesSent'),
      },
    },
  ]
}

/** Java has them of tasks that write in transactions alone (KIP-618). */
function transactionValues({ max, average }: TaskView): Reading<'sourceTask'>['values'] {
  return {
    'transaction-size-min': 0 - max('transactionSizeLeast'),
    'transaction-size-max': max('transactionSizeMax'),
    'transaction-size-avg': average('transactionRecords', 'transactions'),
  }
}

function sinkReadings(tags: Tags, client: Tags, view: TaskView): Reading[] {
  const { total, rate, average, max } = view
  return [
    {
      group: 'sinkTask',
      tags,
      values: {
        'sink-record-read-rate': rate('read'),
        'sink-record-read-total': total('read'),
        'sink-record-send-rate': rate('put'),
        'sink-record-send-total': total('put'),
        'partition-count': total('partitionCount'),
        'offset-commit-seq-no': total('commitSequence'),
        'offset-commit-completion-rate': rate('commits') + rate('commitSkips'),
        'offset-commit-completion-total': total('commits') + total('commitSkips'),
        'offset-commit-skip-rate': 0,
        'offset-commit-skip-total': 0,
        'put-batch-max-time-ms': max('batchTimeMaxMs'),
        'put-batch-avg-time-ms': average('batchTimeMs', 'batches'),
        'sink-record-active-count': total('active'),
        'sink-record-active-count-max': max('activeMax'),
        'sink-record-active-count-avg': average('activeTotal', 'activeUpdates'),
      },
    },
    { group: 'consumer', tags: client, values: networkValues(view) },
    {
      group: 'fetch',
      tags: client,
      values: {
        'records-consumed-total': total('read'),
        'records-consumed-rate': rate('read'),
        'records-lag-max': max('recordsLagMax'),
      },
    },
  ]
}

function networkValues({ total, rate }: TaskView): Reading<'consumer'>['values'] {
  const both = <A extends string>(attribute: A, name: CounterName) =>
    ({ [`${attribute}-total`]: total(name), [`${attribute}-rate`]: rate(name) }) as Record<
      `${A}-total` | `${A}-rate`,
      number
    >
  return {
    'connection-count': total('connections'),
    ...both('connection-creation', 'connectionsOpened'),
    ...both('connection-close', 'connectionsClosed'),
    ...both('request', 'requests'),
    ...both('response', 'responses'),
    ...both('outgoing-byte', 'bytesOut'),
    ...both('incoming-byte', 'bytesIn'),
  }
}
