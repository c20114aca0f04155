import { describe, expect, test } from 'vitest'
import { alertMetrics, dashboards, notServed } from './dashboard-names.ts'
import { secret, servedFamilies } from './served.ts'

const families = {
  short: await servedFamilies('short'),
  full: await servedFamilies('full'),
  both: await servedFamilies('both'),
}
const exceptions = notServed.flatMap(({ metrics }) => metrics)

describe.each(dashboards)('the dashboard of $title', ({ family, metrics }) => {
  test.each(['both', family] as const)('finds what it queries under the names %s', (names) => {
    const missing = metrics.filter((name) => !families[names].has(name))
    expect(missing.filter((name) => !exceptions.includes(name))).toEqual([])
  })
})

test('the alert rules beside them find what they query', () => {
  for (const name of alertMetrics.short) expect([...families.short.keys()]).toContain(name)
  for (const name of alertMetrics.full) expect([...families.full.keys()]).toContain(name)
})

test('what they query and we do not serve grows no longer', () => {
  expect(exceptions).toHaveLength(20)
  expect(new Set(exceptions).size).toBe(exceptions.length)
  const queried = dashboards.flatMap(({ metrics }) => metrics)
  for (const name of exceptions) {
    expect(queried).toContain(name)
    expect([...families.both.keys()]).not.toContain(name)
  }
})

// Strimzi's dashboard multiplies by them: two series for one task would be an error in Prometheus.
test.each([
  'kafka_connect_connector_status',
  'kafka_connect_connector_connector_class',
  'kafka_connect_connector_connector_version',
  'kafka_connect_connector_connector_type',
  'kafka_connect_connector_task_status',
  'kafka_connect_connector_task_metrics_status_info',
])('%s is one series for each connector or task, of value 1', (name) => {
  const samples = families.both.get(name)?.samples ?? []
  const keys = samples.map(
    ({ labels }) => `${labels.get('connector') ?? ''} ${labels.get('task') ?? ''}`,
  )
  expect(new Set(keys).size).toBe(samples.length)
  expect(samples.map(({ value }) => value)).toEqual(samples.map(() => 1))
  expect(samples.length).toBe(name.includes('task') ? 3 : 2)
})

test('a status is in lower case, as Java has it', () => {
  const samples = families.short.get('kafka_connect_connector_task_status')?.samples ?? []
  expect(samples.map(({ labels }) => Object.fromEntries(labels))).toEqual([
    { connector: 'in "quotes"', task: '0', status: 'running' },
    { connector: 'in "quotes"', task: '1', status: 'failed' },
    { connector: 'out', task: '0', status: 'running' },
  ])
})

test('no secret of a configuration or a trace is in any metric (invariant 8)', () => {
  const texts = [...families.both.values()].flatMap(({ help, samples }) => [
    help,
    ...samples.flatMap(({ labels }) => [...labels.values()]),
  ])
  expect(texts.length).toBeGreaterThan(500)
  expect(texts.filter((text) => text.includes(secret))).toEqual([])
})

test('who is asked for one family of names serves the other not', () => {
  expect(families.short.has('kafka_connect_worker_task_count')).toBe(true)
  expect(families.short.has('kafka_connect_connect_worker_metrics_task_count')).toBe(false)
  expect(families.full.has('kafka_connect_connect_worker_metrics_task_count')).toBe(true)
  expect(families.full.has('kafka_connect_worker_task_count')).toBe(false)
})
