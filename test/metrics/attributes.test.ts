import { describe, expect, test } from 'vitest'
import { groups } from '../../src/metrics/groups.ts'
import { servedFamilies } from './served.ts'

/** What Kafka Connect 4.3 registers, by MBean type, as its documentation lists it. */
const javaAttributes: Readonly<Record<string, string>> = {
  'connect-worker-metrics':
    'connector-count task-count connector-startup-attempts-total connector-startup-success-total connector-startup-success-percentage connector-startup-failure-total connector-startup-failure-percentage task-startup-attempts-total task-startup-success-total task-startup-success-percentage task-startup-failure-total task-startup-failure-percentage connector-total-task-count connector-running-task-count connector-paused-task-count connector-failed-task-count connector-unassigned-task-count connector-destroyed-task-count connector-restarting-task-count',
  'connect-worker-rebalance-metrics':
    'connect-protocol leader-name epoch completed-rebalances-total rebalancing rebalance-max-time-ms rebalance-avg-time-ms time-since-last-rebalance-ms',
  'connector-metrics': 'status connector-type connector-class connector-version',
  'connector-task-metrics':
    'status running-ratio pause-ratio offset-commit-max-time-ms offset-commit-avg-time-ms batch-size-max batch-size-avg offset-commit-failure-percentage offset-commit-success-percentage connector-class connector-type connector-version task-class task-version key-converter-class key-converter-version value-converter-class value-converter-version header-converter-class header-converter-version',
  'source-task-metrics':
    'source-record-poll-rate source-record-poll-total source-record-write-rate source-record-write-total poll-batch-max-time-ms poll-batch-avg-time-ms source-record-active-count source-record-active-count-max source-record-active-count-avg transaction-size-min transaction-size-max transaction-size-avg',
  'sink-task-metrics':
    'sink-record-read-rate sink-record-read-total sink-record-send-rate sink-record-send-total sink-record-lag-max partition-count offset-commit-seq-no offset-commit-completion-rate offset-commit-completion-total offset-commit-skip-rate offset-commit-skip-total put-batch-max-time-ms put-batch-avg-time-ms sink-record-active-count sink-record-active-count-max sink-record-active-count-avg',
  'task-error-metrics':
    'total-record-failures total-record-errors total-records-skipped total-retries total-errors-logged deadletterqueue-produce-requests deadletterqueue-produce-failures last-error-timestamp',
  'connector-transform-metrics': 'transform-class transform-version',
  'connector-predicate-metrics': 'predicate-class predicate-version',
  'connect-coordinator-metrics': 'assigned-connectors assigned-tasks',
  'app-info': 'version commit-id start-time-ms',
}

const leftOut: readonly { readonly attributes: readonly string[]; readonly reason: string }[] = [
  {
    reason:
      'The Java worker declares it and never sets it; records-lag-max of the consumer tells the same.',
    attributes: ['sink-task-metrics sink-record-lag-max'],
  },
  {
    reason: 'A task tells its version in its own thread only.',
    attributes: ['connector-task-metrics task-version'],
  },
]

const ours = new Set(
  Object.values(groups).flatMap(({ type, attributes }) =>
    Object.keys(attributes).map((attribute) => `${type} ${attribute}`),
  ),
)

describe('Connect’s attributes', () => {
  const out = leftOut.flatMap(({ attributes }) => attributes)
  const all = Object.entries(javaAttributes).flatMap(([type, attributes]) =>
    attributes.split(' ').map((attribute) => `${type} ${attribute}`),
  )

  test('are all there, but for those that are left out for a reason', () => {
    const missing = all.filter((attribute) => !ours.has(attribute))
    expect(missing.sort()).toEqual([...out].sort())
    expect(out).toHaveLength(2)
  })

  test('are the only ones under the names of Connect', () => {
    const connects = Object.values(groups).filter(({ domain }) => domain === 'connect')
    const known = new Set(all)
    const invented = connects.flatMap(({ type, attributes }) =>
      Object.keys(attributes).filter((attribute) => !known.has(`${type} ${attribute}`)),
    )
    expect(invented).toEqual([])
  })
})

test('every attribute in the table of groups is served under both names', async () => {
  const names = [...(await servedFamilies('both')).keys()]
  // Classes that no manifest describes have no version.
  const unknown = ['transform-version', 'predicate-version']
  for (const { type, domain, attributes } of Object.values(groups)) {
    if (type === 'app-info') continue
    for (const [attribute, { kind }] of Object.entries(attributes)) {
      if (unknown.includes(attribute)) continue
      const plain = (text: string): string => text.replaceAll('-', '_')
      const bean = plain(type.replace(/-metrics$/, '').replace(/^connect-/, ''))
      const short = `kafka_${domain === 'connect' ? 'connect_' : ''}${bean}_${plain(attribute)}`
      const full = `kafka_${domain}_${plain(type)}_${plain(attribute)}`
      expect(names).toContain(short)
      expect(names).toContain(kind === 'text' ? `${full}_info` : full)
    }
  }
  expect(names).toEqual(
    expect.arrayContaining([
      'kafka_connect_version_info',
      'kafka_connect_commit_id_info',
      'kafka_connect_start_time_seconds',
      'kafka_connect_app_info',
    ]),
  )
})
