import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { cleanUp } from '../../../src/kafka/clean-up.ts'
import type { TopicAdmin } from '../../../src/stores/topic-admin.ts'
import { deferred } from '../../herder/set-up.ts'
import { openKafkaClient } from '../../support/kafka-client.ts'
import type { KafkaClient } from '../../support/kafka-client.ts'
import { topicPrefix } from '../../support/topics.ts'
import { topicAdminOf } from '../stores/topic-admin.ts'
import { TestCluster, reach, signal } from './test-cluster.ts'
import type { TestClusterOptions, TestWorker } from './test-cluster.ts'

// As patient as what the tests wait for.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

const prefix = topicPrefix('distributed-herder')
const bootstrapServers = inject('bootstrapServers')
const clusters: TestCluster[] = []
let kafka: KafkaClient
let admin: TopicAdmin

beforeAll(async () => {
  kafka = await openKafkaClient(bootstrapServers)
  admin = topicAdminOf(kafka)
})
afterAll(() => kafka[Symbol.asyncDispose]())
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()))
})

function create(more: Partial<TestClusterOptions> = {}): TestCluster {
  const name = `${prefix}${Math.random().toString(36).slice(2)}`
  const cluster = new TestCluster({ name, bootstrapServers, admin, ...more })
  clusters.push(cluster)
  return cluster
}

/** What was started of it, anywhere, in order. */
const starts = ({ workers }: TestCluster, what: string): number =>
  workers.flatMap(({ worker }) => worker.calls).filter((call) => call === `start ${what}`).length

describe('one worker', () => {
  test('creates, pauses, resumes, stops, resumes and deletes', async () => {
    const cluster = create()
    const { herder } = await cluster.add()
    const { created, info } = await cluster.put('a')
    expect(created).toBe(true)
    expect(info).toMatchObject({ name: 'a', type: 'source', tasks: [] })
    await reach(() => expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING']))
    expect(cluster.running).toEqual(['a', 'a-0', 'a-1'])
    expect(herder.connectorStatus('a').tasks[1]).toEqual({
      id: 1,
      state: 'RUNNING',
      worker_id: 'w1:8083',
      version: '1.2',
    })
    await cluster.ask((each) => each.pauseConnector('a', signal))
    await reach(() => expect(cluster.states('a')).toEqual(['PAUSED PAUSED PAUSED']))
    await cluster.ask((each) => each.resumeConnector('a', signal))
    await reach(() => expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING']))
    await cluster.ask((each) => each.stopConnector('a', signal))
    await reach(() => expect(cluster.states('a')).toEqual(['STOPPED']))
    expect(cluster.running).toEqual(['a'])
    await cluster.ask((each) => each.resumeConnector('a', signal))
    await reach(() => expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING']))
    await cluster.ask((each) => each.deleteConnector('a', signal))
    await reach(() => expect(cluster.running).toEqual([]))
    await reach(() => expect(cluster.states('a')).toEqual(['none']))
    expect(herder.connectors()).toEqual([])
    expect(cluster.violations).toEqual([])
  })

  test('restarts a connector, one task, and what a plan names', async () => {
    const cluster = create()
    await cluster.add()
    await cluster.put('a')
    await reach(() => expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING']))
    const request = { connector: 'a', includeTasks: false, onlyFailed: false }
    await cluster.ask((each) => each.restartConnector(request, signal))
    expect([starts(cluster, 'a'), starts(cluster, 'a-0')]).toEqual([2, 1])
    await cluster.ask((each) => each.restartTask({ connector: 'a', task: 1 }, signal))
    expect([starts(cluster, 'a-0'), starts(cluster, 'a-1')]).toEqual([1, 2])
    const plan = { ...request, includeTasks: true }
    const answer = await cluster.ask((each) => each.restartConnector(plan, signal))
    expect(answer?.connector.state).toBe('RESTARTING')
    await reach(() => expect(starts(cluster, 'a')).toBe(3))
    await reach(() => expect([starts(cluster, 'a-0'), starts(cluster, 'a-1')]).toEqual([2, 3]))
    await reach(() => expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING']))
    expect(cluster.violations).toEqual([])
  })

  test('begins a connector in the state that is asked for', async () => {
    const cluster = create()
    await cluster.add()
    await cluster.put('a', {}, 'STOPPED')
    await reach(() => expect(cluster.states('a')).toEqual(['STOPPED']))
    await cluster.put('b', {}, 'PAUSED')
    await reach(() => expect(cluster.states('b')).toEqual(['PAUSED']))
    await cluster.ask((each) => each.resumeConnector('b', signal))
    await reach(() => expect(cluster.states('b')).toEqual(['RUNNING RUNNING RUNNING']))
  })
})

describe('two workers', () => {
  test('share the work, and stop nothing but what moves', async () => {
    const cluster = create()
    const one = await cluster.add()
    await cluster.put('a')
    await cluster.put('b')
    const all = ['a', 'a-0', 'a-1', 'b', 'b-0', 'b-1']
    await reach(() => expect(cluster.running).toEqual(all))
    const two = await cluster.add()
    await reach(() => expect(two.worker.tasks.size + two.worker.running.size).toBe(3))
    await reach(() => expect(cluster.running).toEqual(all))
    const moved = [...two.worker.running.keys(), ...two.worker.tasks.keys()].sort()
    const stopped = one.worker.calls.filter((call) => call.startsWith('stop ')).sort()
    expect(stopped).toEqual(moved.map((each) => `stop ${each}`))
    await reach(() => {
      expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING', 'RUNNING RUNNING RUNNING'])
    })
    expect(cluster.violations).toEqual([])
  })

  test('change a configuration: its tasks restart once all workers have stopped them', async () => {
    const cluster = create()
    await cluster.add()
    await cluster.add()
    await cluster.put('a', { 'tasks.max': '4' })
    await cluster.put('b')
    const all = ['a', 'a-0', 'a-1', 'a-2', 'a-3', 'b', 'b-0', 'b-1']
    await reach(() => expect(cluster.running).toEqual(all))
    const before = starts(cluster, 'b-0') + starts(cluster, 'b-1')
    await cluster.put('a', { 'tasks.max': '3', range: 'half' })
    const fewer = all.filter((each) => each !== 'a-3')
    await reach(() => {
      expect(cluster.running).toEqual(fewer)
      const ranges = cluster.workers.flatMap(({ worker }) =>
        [...worker.tasks].flatMap(([name, { config }]) =>
          name.startsWith('a-') ? config.range : [],
        ),
      )
      expect(ranges).toEqual(['half', 'half', 'half'])
    })
    await reach(() => {
      const running = 'RUNNING RUNNING RUNNING RUNNING'
      expect(cluster.states('a')).toEqual([running, running])
    })
    expect(starts(cluster, 'b-0') + starts(cluster, 'b-1')).toBe(before)
    expect(cluster.violations).toEqual([])
  })

  test('start no task of a new set while one of the old set still stops elsewhere', async () => {
    const stopping = deferred()
    let isSlow = false
    const stopTask = (): Promise<void> => (isSlow ? stopping.promise : Promise.resolve())
    const cluster = create()
    const slow = await cluster.add({ plugin: { stopTask } })
    const other = await cluster.add()
    await cluster.put('a', { 'tasks.max': '4' })
    await cluster.put('b')
    const all = ['a', 'a-0', 'a-1', 'a-2', 'a-3', 'b', 'b-0', 'b-1']
    await reach(() => expect(cluster.running).toEqual(all))
    const tasksOf = ({ worker }: TestWorker): readonly string[] =>
      [...worker.tasks.keys()].filter((name) => name.startsWith('a-'))
    await reach(() => expect([slow, other].every((each) => tasksOf(each).length > 0)).toBe(true))
    isSlow = true
    const from = other.worker.calls.length
    await cluster.put('a', { 'tasks.max': '4', range: 'half' })
    await reach(() => expect(tasksOf(other)).toEqual([]))
    // The other one has joined the next rebalance, and waits for this one.
    const stateOfGroup = async (): Promise<string | undefined> =>
      (await kafka.admin.describeGroups([cluster.name])).groups[0]?.state
    await expect.poll(stateOfGroup, { timeout: 60_000 }).toBe('PreparingRebalance')
    // Each is written and read.
    for (let n = 0; n < 5; n++) {
      await cluster.ask((herder) => herder.pauseConnector('b', signal))
      await cluster.ask((herder) => herder.resumeConnector('b', signal))
    }
    const started = other.worker.calls.slice(from).filter((call) => call.startsWith('start a-'))
    expect(started).toEqual([])
    expect(await stateOfGroup()).toBe('PreparingRebalance')
    isSlow = false
    stopping.resolve()
    await reach(() => expect(cluster.running).toEqual(all))
    expect(cluster.violations).toEqual([])
  })

  test('give what a worker leaves behind to the other', async () => {
    const cluster = create()
    await cluster.add()
    const two = await cluster.add()
    await cluster.put('a')
    await cluster.put('b')
    const all = ['a', 'a-0', 'a-1', 'b', 'b-0', 'b-1']
    await reach(() => expect(cluster.running).toEqual(all))
    await reach(() => expect(two.worker.tasks.size).toBe(2))
    await two.stop()
    await reach(() => expect(cluster.running).toEqual(all))
    await reach(() => expect(cluster.states('b')).toEqual(['RUNNING RUNNING RUNNING']))
    expect(cluster.violations).toEqual([])
  })
})

describe.each(['compatible', 'sessioned'] as const)('in a cluster that speaks %s', (mode) => {
  test('a stop that takes its time holds up no request, whichever worker it is of', async () => {
    const stopping = deferred()
    let isSlow = false
    const stopTask = (): Promise<void> => (isSlow ? stopping.promise : Promise.resolve())
    const cluster = create({ mode, plugin: { stopTask } })
    await cluster.add()
    await cluster.add()
    await cluster.put('slow')
    const others = ['b', 'd', 'e']
    for (const name of others) await cluster.put(name)
    await reach(() => expect(cluster.running).toHaveLength(12))
    const before = starts(cluster, 'b-0') + starts(cluster, 'b-1')
    isSlow = true
    await cluster.ask((herder) => herder.deleteConnector('slow', signal))
    // Each of them has the group rebalanced, and the first rebalance takes from both workers what does not stop.
    const names = Array.from({ length: 6 }, (_, n) => `c${n}`)
    for (const name of names) {
      const limit = AbortSignal.timeout(30_000)
      const config = { 'connector.class': 'Numbers', 'tasks.max': '1', name }
      await cluster.ask((herder) =>
        herder.putConnectorConfig(name, config, { allowReplace: true }, limit),
      )
      await cluster.ask((herder) => herder.pauseConnector('b', limit))
      await cluster.ask((herder) => herder.resumeConnector('b', limit))
      for (const { herder } of cluster.workers) expect(herder.connectorStatus('b').name).toBe('b')
    }
    // Each worker has two of all four: the leader has to say where these are.
    for (const connector of others) {
      const request = { connector, includeTasks: false, onlyFailed: false }
      await cluster.ask((herder) => herder.restartConnector(request, signal))
      expect(starts(cluster, connector)).toBeGreaterThan(1)
    }
    expect(cluster.running).toEqual(expect.arrayContaining(['slow-0', 'slow-1']))
    isSlow = false
    stopping.resolve()
    const kept = others.flatMap((name) => [name, `${name}-0`, `${name}-1`])
    const all = [...kept, ...names.flatMap((name) => [name, `${name}-0`])]
    await reach(() => expect(cluster.running).toEqual(all.sort()))
    expect(cluster.violations).toEqual([])
    expect(starts(cluster, 'b-0') + starts(cluster, 'b-1')).toBe(before)
  })
})

describe('a worker that is put out of its group', () => {
  test('acts on nothing until it is told what is still its own, and restarts nothing of that', async () => {
    const cluster = create()
    const { lease, memberIds, worker, herder } = await cluster.add()
    await cluster.put('a')
    await reach(() => expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING']))
    expect(lease.held).toBe(true)
    const calls = worker.calls.length
    const ends = vi.spyOn(lease, 'end')
    const [before] = memberIds
    await cleanUp(
      { 'bootstrap.servers': bootstrapServers },
      [{ groupId: cluster.name, memberId: before ?? '' }],
      signal,
    )
    await reach(() => {
      expect(ends).toHaveBeenCalled()
      expect(lease.held).toBe(true)
      expect(memberIds.length).toBeGreaterThan(1)
    })
    expect(worker.calls.slice(calls)).toEqual([])
    expect((await herder.health(signal)).status).toBe('healthy')
    expect(cluster.states('a')).toEqual(['RUNNING RUNNING RUNNING'])
  })
})

describe.each(['eager', 'compatible'] as const)('workers that speak %s', (mode) => {
  test('share the work, and run nothing twice', async () => {
    const cluster = create({ mode })
    await cluster.add()
    await cluster.put('a')
    await cluster.put('b')
    const all = ['a', 'a-0', 'a-1', 'b', 'b-0', 'b-1']
    await reach(() => expect(cluster.running).toEqual(all))
    const two = await cluster.add()
    await reach(() => {
      expect(two.worker.tasks.size).toBe(2)
      expect(cluster.running).toEqual(all)
    })
    const running = 'RUNNING RUNNING RUNNING'
    await reach(() => expect(cluster.states('a')).toEqual([running, running]))
    await reach(() => expect(cluster.states('b')).toEqual([running, running]))
    expect(cluster.violations).toEqual([])
  })
})

test('two workers change what a connector and its levels are, whoever of them is asked', async () => {
  const cluster = create()
  await cluster.add()
  const { herder } = await cluster.add()
  await cluster.put('a')
  const running = 'RUNNING RUNNING RUNNING'
  await reach(() => expect(cluster.states('a')).toEqual([running, running]))
  await cluster.ask((each) => each.patchConnectorConfig('a', { range: 'less' }, signal))
  await reach(() => {
    const ranges = cluster.workers.flatMap(({ worker }) =>
      [...worker.tasks.values()].map(({ config }) => config.range),
    )
    expect(ranges).toEqual(['less', 'less'])
  })
  await herder.loggers.setClusterLevel('com.example.far', 'trace', signal)
  await reach(() => {
    for (const each of cluster.workers) {
      expect(each.herder.loggers.level('com.example.far')?.level).toBe('TRACE')
    }
  })
  const stopped = cluster.ask((each) => each.stopConnector('a', signal))
  await stopped
  await reach(() => expect(cluster.states('a')).toEqual(['STOPPED', 'STOPPED']))
  const reset = await cluster.ask((each) => each.modifyConnectorOffsets('a', null, signal))
  expect(reset).toContain('reset successfully')
  await cluster.ask((each) => each.deleteConnector('a', signal))
  await reach(() => expect(cluster.states('a')).toEqual(['none', 'none']))
  expect(cluster.violations).toEqual([])
})
