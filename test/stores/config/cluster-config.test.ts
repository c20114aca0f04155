import { describe, expect, test } from 'vitest'
import { ClusterConfig } from '../../../src/stores/config/cluster-config.ts'
import type { ConfigChange, ConnectorState } from '../../../src/stores/config/cluster-config.ts'
import type { ConfigRecord } from '../../../src/stores/config/config-records.ts'

const config = { name: 'f', topic: 't' }
const connector: ConfigRecord = { kind: 'connector', connector: 'f', config }
const task = (number: number, x = 'x'): ConfigRecord => ({
  kind: 'task',
  connector: 'f',
  task: number,
  config: { x },
})
const commit = (tasks: number): ConfigRecord => ({ kind: 'commit', connector: 'f', tasks })
const state = (to: 'STARTED' | 'PAUSED' | 'STOPPED' | null): ConfigRecord => ({
  kind: 'target-state',
  connector: 'f',
  state: to,
})

/** What is known after the records, and what the last one changed. */
function after(...records: readonly ConfigRecord[]): {
  readonly found: ConnectorState | undefined
  readonly last: ConfigChange | null
  readonly offset: number
} {
  const cluster = new ClusterConfig()
  let last: ConfigChange | null = null
  for (const [offset, record] of records.entries()) last = cluster.apply(record, offset)
  const { connectors, offset } = cluster.snapshot()
  return { found: connectors.get('f'), last, offset }
}

describe('the configurations of a cluster', () => {
  test('before the first record nothing is known, at offset -1', () => {
    expect(after()).toMatchObject({ found: undefined, offset: -1 })
  })

  test('the offset is that of the record to come', () => {
    const cluster = new ClusterConfig()
    cluster.apply(connector, 41)
    expect(cluster.snapshot().offset).toBe(42)
    cluster.skip(50)
    expect(cluster.snapshot().offset).toBe(51)
  })

  test('a connector without a target state is to be started', () => {
    const { found, last } = after(connector)
    expect(found).toMatchObject({ config, targetState: 'STARTED', tasks: [], generation: -1 })
    expect(last).toEqual({ kind: 'connector-config', connector: 'f' })
  })

  test('task configurations count from their commit record on', () => {
    expect(after(connector, task(0), task(1)).found?.tasks).toEqual([])
    const { found, last } = after(connector, task(0), task(1), commit(2))
    expect(found).toMatchObject({
      tasks: [{ x: 'x' }, { x: 'x' }],
      generation: 0,
      appliedConfig: config,
      needsFencing: true,
    })
    expect(last).toEqual({ kind: 'task-configs', connector: 'f' })
  })

  test('a set that lacks a task is not applied, and nothing of it may start', () => {
    const whole = [connector, task(0), task(1), commit(2)]
    const { found, last } = after(...whole, task(1, 'y'), commit(2))
    expect(found).toMatchObject({ tasks: [], isInconsistent: true, generation: 0 })
    expect(last).toEqual({ kind: 'task-configs', connector: 'f' })
    const mended = after(...whole, task(1, 'y'), commit(2), task(0, 'z'), task(1, 'z'), commit(2))
    expect(mended.found).toMatchObject({ tasks: [{ x: 'z' }, { x: 'z' }], isInconsistent: false })
  })

  test('a set with more tasks than it counts is whole', () => {
    const { found } = after(connector, task(0), task(1), task(2), commit(2))
    expect(found).toMatchObject({ tasks: [{ x: 'x' }, { x: 'x' }], isInconsistent: false })
  })

  test('no tasks at all are a whole set, which counts no generation', () => {
    const { found } = after(connector, task(0), commit(1), commit(0))
    expect(found).toMatchObject({ tasks: [], isInconsistent: false, generation: 0 })
  })

  test('the numbers of tasks that a smaller set has not are still known, until the connector is gone', () => {
    const fewer = [connector, task(0), task(1), commit(2), task(0), commit(1)]
    expect(after(...fewer).found?.taskNumbers).toEqual(new Set([0, 1]))
    const gone: ConfigRecord = { kind: 'connector', connector: 'f', config: null }
    expect(after(...fewer, gone, connector).found?.taskNumbers).toEqual(new Set())
  })

  test('the tasks of a connector that is not there are dropped at their commit', () => {
    const { found, last } = after(task(0), commit(1), connector)
    expect(found?.tasks).toEqual([])
    expect(last).toEqual({ kind: 'connector-config', connector: 'f' })
    expect(after(task(0), commit(1)).last).toBeNull()
  })

  test('a tombstone removes connector and tasks, and keeps what guards against zombies', () => {
    const fencing: ConfigRecord = { kind: 'fencing', connector: 'f', tasks: 1 }
    const gone: ConfigRecord = { kind: 'connector', connector: 'f', config: null }
    const lived = [connector, task(0), commit(1), fencing, gone]
    expect(after(...lived)).toMatchObject({
      found: undefined,
      last: { kind: 'connector-removed', connector: 'f' },
    })
    expect(after(...lived, connector).found).toMatchObject({
      tasks: [],
      appliedConfig: null,
      generation: 0,
      fencedTasks: 1,
    })
    expect(after(gone).last).toBeNull()
  })

  test('a fencing record says how many tasks may have producers, until the next commit', () => {
    const fencing: ConfigRecord = { kind: 'fencing', connector: 'f', tasks: 3 }
    const { found } = after(connector, task(0), commit(1), fencing)
    expect(found).toMatchObject({ fencedTasks: 3, needsFencing: false })
    const again = after(connector, task(0), commit(1), fencing, task(0), commit(1)).found
    expect(again).toMatchObject({ fencedTasks: 3, needsFencing: true })
  })

  test('a target state is told of where it changes, and the connector is there', () => {
    const told = { kind: 'target-state', connector: 'f' }
    expect(after(connector, state('PAUSED')).last).toEqual(told)
    expect(after(connector, state('PAUSED'), state('PAUSED')).last).toBeNull()
    expect(after(connector, state('STARTED')).last).toBeNull()
    expect(after(state('STOPPED')).last).toBeNull()
  })

  test('a target state may come before its connector, and a tombstone takes it back', () => {
    expect(after(state('STOPPED'), connector).found?.targetState).toBe('STOPPED')
    expect(after(connector, state('STOPPED'), state(null))).toMatchObject({
      found: { targetState: 'STARTED' },
      last: { kind: 'target-state' },
    })
    expect(after(state('STOPPED'), state(null), connector).found?.targetState).toBe('STARTED')
  })

  test('restarts, levels of loggers and session keys are passed on', () => {
    const restart = {
      kind: 'restart',
      connector: 'f',
      includeTasks: true,
      onlyFailed: true,
    } as const
    expect(after(restart).last).toEqual(restart)
    const sessionKey = { key: 'AA', algorithm: 'HmacSHA256', createdAt: 1 }
    const cluster = new ClusterConfig()
    expect(cluster.apply({ kind: 'session-key', sessionKey }, 0)).toEqual({
      kind: 'session-key',
      sessionKey,
    })
    expect(cluster.snapshot().sessionKey).toEqual(sessionKey)
  })

  test('a snapshot stays as it was', () => {
    const cluster = new ClusterConfig()
    cluster.apply(connector, 0)
    const before = cluster.snapshot()
    cluster.apply(state('PAUSED'), 1)
    expect(before.connectors.get('f')?.targetState).toBe('STARTED')
    expect(before.offset).toBe(1)
  })
})
