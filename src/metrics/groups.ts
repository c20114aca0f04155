/**
 * The metrics of Kafka Connect and its clients, as the Java worker has them under JMX: a group is an MBean type, its tags are
 * what tells one MBean of a type from another (`ConnectMetricsRegistry`; KIP-196, KIP-475, KIP-1188). Names are Kafka's to the letter.
 */

/** A counter only grows; a text is told by a label, its number is always 1. */
export interface Attribute {
  readonly kind: 'counter' | 'gauge' | 'text'
  readonly help: string
}

const counter = (help: string): Attribute => ({ kind: 'counter', help })
const gauge = (help: string): Attribute => ({ kind: 'gauge', help })
const text = (help: string): Attribute => ({ kind: 'text', help })

const startups = (of: 'connector' | 'task') =>
  ({
    [`${of}-count`]: gauge(`How many ${of}s are in this worker.`),
    [`${of}-startup-attempts-total`]: counter(`Starts of ${of}s that have ended, well or not.`),
    [`${of}-startup-success-total`]: counter(`Starts of ${of}s that went well.`),
    [`${of}-startup-success-percentage`]: gauge(
      `Part of the latest ${of} starts that went well, 0 to 1.`,
    ),
    [`${of}-startup-failure-total`]: counter(`Starts of ${of}s that failed.`),
    [`${of}-startup-failure-percentage`]: gauge(
      `Part of the latest ${of} starts that failed, 0 to 1.`,
    ),
  }) as Record<`${typeof of}-${StartupAttribute}`, Attribute>

type StartupAttribute =
  | 'count'
  | `startup-${'attempts' | 'success' | 'failure'}-total`
  | `startup-${'success' | 'failure'}-percentage`

const plugin = (what: string): Attribute => text(`Class of the ${what}.`)
const version = (what: string): Attribute => text(`Version of the ${what}.`)

const network = {
  'connection-count': gauge('Connections that are open.'),
  'connection-creation-total': counter('Connections opened.'),
  'connection-creation-rate': gauge('Connections opened a second.'),
  'connection-close-total': counter('Connections closed.'),
  'connection-close-rate': gauge('Connections closed a second.'),
  'request-total': counter('Requests sent.'),
  'request-rate': gauge('Requests sent a second.'),
  'response-total': counter('Responses received.'),
  'response-rate': gauge('Responses received a second.'),
  'outgoing-byte-total': counter('Bytes sent to brokers.'),
  'outgoing-byte-rate': gauge('Bytes sent to brokers a second.'),
  'incoming-byte-total': counter('Bytes received from brokers.'),
  'incoming-byte-rate': gauge('Bytes received from brokers a second.'),
} as const

export const groups = {
  worker: {
    type: 'connect-worker-metrics',
    domain: 'connect',
    attributes: { ...startups('connector'), ...startups('task') },
  },
  workerConnector: {
    type: 'connect-worker-metrics',
    domain: 'connect',
    attributes: {
      'connector-total-task-count': gauge('Tasks of the connector.'),
      'connector-running-task-count': gauge('Its tasks that run.'),
      'connector-paused-task-count': gauge('Its tasks that are paused.'),
      'connector-failed-task-count': gauge('Its tasks that have failed.'),
      'connector-unassigned-task-count': gauge('Its tasks that no worker runs.'),
      'connector-destroyed-task-count': gauge('Its tasks that were deleted.'),
      'connector-restarting-task-count': gauge('Its tasks that are being restarted.'),
    },
  },
  workerRebalance: {
    type: 'connect-worker-rebalance-metrics',
    domain: 'connect',
    attributes: {
      'connect-protocol': text('How the group of workers shares out its work.'),
      'leader-name': text('URL of the worker that leads the group.'),
      epoch: gauge('Generation of the group that the worker has joined last.'),
      'completed-rebalances-total': counter('Rebalances that the worker has come through.'),
      rebalancing: gauge('1 while the worker has not acted on its newest assignment yet.'),
      'rebalance-max-time-ms': gauge('Longest rebalance of the latest, in milliseconds.'),
      'rebalance-avg-time-ms': gauge('Average time of the latest rebalances, in milliseconds.'),
      'time-since-last-rebalance-ms': gauge(
        'How long ago the last rebalance was, in milliseconds.',
      ),
    },
  },
  coordinator: {
    type: 'connect-coordinator-metrics',
    domain: 'connect',
    attributes: {
      'assigned-connectors': gauge('Connectors that the group has given to this worker.'),
      'assigned-tasks': gauge('Tasks that the group has given to this worker.'),
    },
  },
  connector: {
    type: 'connector-metrics',
    domain: 'connect',
    attributes: {
      status: text('What the connector is doing.'),
      'connector-type': text('Whether the connector is a source or a sink.'),
      'connector-class': plugin('connector'),
      'connector-version': version('connector'),
    },
  },
  task: {
    type: 'connector-task-metrics',
    domain: 'connect',
    attributes: {
      status: text('What the task is doing.'),
      'running-ratio': gauge('Part of its life that the task was running, 0 to 1.'),
      'pause-ratio': gauge('Part of its life that the task was paused, 0 to 1.'),
      'offset-commit-max-time-ms': gauge('Longest offset commit, in milliseconds.'),
      'offset-commit-avg-time-ms': gauge('Average time of an offset commit, in milliseconds.'),
      'batch-size-max': gauge('Records in the largest batch polled or put.'),
      'batch-size-avg': gauge('Average number of records in a batch polled or put.'),
      'offset-commit-failure-percentage': gauge(
        'Part of the latest offset commits that failed, 0 to 1.',
      ),
      'offset-commit-success-percentage': gauge(
        'Part of the latest offset commits that went well, 0 to 1.',
      ),
      'connector-class': plugin('connector'),
      'connector-type': text('Whether the connector is a source or a sink.'),
      'connector-version': version('connector'),
      'task-class': plugin('task'),
      'key-converter-class': plugin('key converter'),
      'key-converter-version': version('key converter'),
      'value-converter-class': plugin('value converter'),
      'value-converter-version': version('value converter'),
      'header-converter-class': plugin('header converter'),
      'header-converter-version': version('header converter'),
    },
  },
  transform: {
    type: 'connector-transform-metrics',
    domain: 'connect',
    attributes: {
      'transform-class': plugin('transformation'),
      'transform-version': version('transformation'),
    },
  },
  predicate: {
    type: 'connector-predicate-metrics',
    domain: 'connect',
    attributes: {
      'predicate-class': plugin('predicate'),
      'predicate-version': version('predicate'),
    },
  },
  sourceTask: {
    type: 'source-task-metrics',
    domain: 'connect',
    attributes: {
      'source-record-poll-rate': gauge('Records polled a second.'),
      'source-record-poll-total': counter('Records polled.'),
      'source-record-write-rate': gauge('Records acknowledged by Kafka a second.'),
      'source-record-write-total': counter('Records acknowledged by Kafka.'),
      'poll-batch-max-time-ms': gauge('Longest poll that returned records, in milliseconds.'),
      'poll-batch-avg-time-ms': gauge(
        'Average time of a poll that returned records, in milliseconds.',
      ),
      'source-record-active-count': gauge('Records polled and not acknowledged yet.'),
      'source-record-active-count-max': gauge('Most records polled and not acknowledged yet.'),
      'source-record-active-count-avg': gauge(
        'Average number of records polled and not acknowledged yet.',
      ),
      'transaction-size-min': gauge('Records of the smallest transaction.'),
      'transaction-size-max': gauge('Records of the largest transaction.'),
      'transaction-size-avg': gauge('Average number of records of a transaction.'),
    },
  },
  sinkTask: {
    type: 'sink-task-metrics',
    domain: 'connect',
    attributes: {
      'sink-record-read-rate': gauge('Records read from Kafka a second, before transformations.'),
      'sink-record-read-total': counter('Records read from Kafka, before transformations.'),
      'sink-record-send-rate': gauge('Records given to the task a second.'),
      'sink-record-send-total': counter('Records given to the task.'),
      'partition-count': gauge('Partitions assigned to the task.'),
      'offset-commit-seq-no': gauge('Number of the last offset commit begun.'),
      'offset-commit-completion-rate': gauge('Offset commits that went well a second.'),
      'offset-commit-completion-total': counter('Offset commits that went well.'),
      'offset-commit-skip-rate': gauge('Offset commits that ended too late to count, a second.'),
      'offset-commit-skip-total': counter(
        'Offset commits that ended too late to count: none, as they are made one after another.',
      ),
      'put-batch-max-time-ms': gauge('Longest put with records, in milliseconds.'),
      'put-batch-avg-time-ms': gauge('Average time of a put with records, in milliseconds.'),
      'sink-record-active-count': gauge('Records given to the task that it has not taken yet.'),
      'sink-record-active-count-max': gauge('Most records given to the task at once.'),
      'sink-record-active-count-avg': gauge('Average number of records given to the task at once.'),
    },
  },
  taskError: {
    type: 'task-error-metrics',
    domain: 'connect',
    attributes: {
      'total-record-failures': counter('Attempts on a record that failed.'),
      'total-record-errors': counter('Records that failed.'),
      'total-records-skipped': counter('Records skipped because they failed.'),
      'total-retries': counter('Operations tried again.'),
      'total-errors-logged': counter('Failed records that were logged.'),
      'deadletterqueue-produce-requests': counter('Records sent to the dead letter queue.'),
      'deadletterqueue-produce-failures': counter('Records the dead letter queue did not take.'),
      'last-error-timestamp': gauge(
        'When a record last failed, in ms since the epoch; 0 for never.',
      ),
    },
  },
  appInfo: {
    type: 'app-info',
    domain: 'connect',
    attributes: {
      version: text('Release of Kafka Connect that this worker keeps to.'),
      'commit-id': text('Commit this worker was built of.'),
      'start-time-ms': text('When the worker was started, in ms since the epoch.'),
    },
  },
  producer: {
    type: 'producer-metrics',
    domain: 'producer',
    attributes: {
      ...network,
      'record-send-total': counter('Records sent, those sent again included.'),
      'record-send-rate': gauge('Records sent a second, those sent again included.'),
      'record-retry-total': counter('Records to be sent again.'),
      'record-retry-rate': gauge('Records to be sent again, a second.'),
      'record-error-total': counter('Records that could not be sent.'),
      'record-error-rate': gauge('Records that could not be sent, a second.'),
      'batch-size-avg': gauge('Average size of a batch sent, in bytes.'),
    },
  },
  consumer: { type: 'consumer-metrics', domain: 'consumer', attributes: network },
  fetch: {
    type: 'consumer-fetch-manager-metrics',
    domain: 'consumer',
    attributes: {
      'records-consumed-total': counter('Records consumed.'),
      'records-consumed-rate': gauge('Records consumed a second.'),
      'records-lag-max': gauge(
        'Most records that the consumer was behind the end of one of its partitions.',
      ),
    },
  },
} as const satisfies Record<
  string,
  {
    readonly type: string
    readonly domain: 'connect' | 'producer' | 'consumer'
    readonly attributes: Readonly<Record<string, Attribute>>
  }
>

export type GroupName = keyof typeof groups
export type AttributeName<G extends GroupName> = keyof (typeof groups)[G]['attributes'] & string

/** The tags of each group; a class or version that is not known is left out of a reading. */
export interface Tags {
  readonly connector?: string
  readonly task?: string
  readonly transform?: string
  readonly predicate?: string
  readonly 'client-id'?: string
}

/** Attributes of one MBean. */
export type Reading<G extends GroupName = GroupName> = {
  readonly [K in G]: {
    readonly group: K
    readonly tags: Tags
    readonly values: Partial<Readonly<Record<AttributeName<K>, number | string>>>
  }
}[G]
