import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { RawConfig } from '../../../src/config/types.ts'
import type { ConfigResolver } from '../../../src/herder/config-resolver.ts'
import { formatEntry, setLogSink } from '../../../src/util/logger.ts'
import type { LogEntry } from '../../../src/util/logger.ts'
import { deferred, rejection } from '../set-up.ts'
import { callsSince, eventually, give, reach, running, signal, stopAll, workOf } from './set-up.ts'
import type { Scene } from './set-up.ts'

afterEach(async () => {
  await stopAll()
  setLogSink((entry) => process.stdout.write(formatEntry(entry)))
})

const all = workOf('a', 'a-0', 'a-1')

/** Long enough for whatever does not wait to have happened. */
async function turns({ herder }: Scene): Promise<void> {
  for (let n = 0; n < 20; n++) await setImmediate()
  await herder.health(signal)
}

describe.each([
  {
    what: 'task a-0',
    unit: 'a-0',
    restart: ({ herder }: Scene) => herder.restartTask({ connector: 'a', task: 0 }, signal),
  },
  {
    what: 'connector a',
    unit: 'a',
    restart: ({ herder }: Scene) =>
      herder.restartConnector({ connector: 'a', includeTasks: false, onlyFailed: false }, signal),
  },
])('a restart of $what that comes to its turn after the worker has lost its place', (each) => {
  const { unit, restart } = each

  /** It still stops when the place is lost, and is stopped then. */
  async function lost() {
    const stopping = deferred()
    const stop = (): Promise<void> => stopping.promise
    const scene = await running({ stop, stopTask: stop })
    const from = scene.worker.calls.length
    const asked = restart(scene).then(
      () => null,
      (error: unknown) => error,
    )
    await eventually(() => expect(callsSince(scene, from)).toEqual([`stop ${unit}`]))
    scene.group.lose()
    await turns(scene)
    stopping.resolve()
    await turns(scene)
    expect(callsSince(scene, from)).toEqual([`stop ${unit}`])
    return { scene, from, asked }
  }

  test('starts it once the group says that it is its own still', async () => {
    const { scene, from, asked } = await lost()
    await give(scene, { generation: 50, work: all })
    await reach(scene, 'RUNNING RUNNING RUNNING')
    expect(await asked).toBeNull()
    expect(callsSince(scene, from)).toEqual([`stop ${unit}`, `start ${unit}`])
  })

  test('starts nothing where it is another one’s by then, and is 409 in Java’s words', async () => {
    const { scene, from, asked } = await lost()
    const rest = ['a', 'a-0', 'a-1'].filter((part) => part !== unit)
    scene.group.revoke(workOf(unit))
    await give(scene, { generation: 50, work: workOf(...rest) })
    await turns(scene)
    expect(callsSince(scene, from)).toEqual([`stop ${unit}`])
    expect(await asked).toMatchObject({
      status: 409,
      message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
    })
  })
})

test('a restart that is overtaken by another one is 409, and that one by a rebalance is no error', async () => {
  const messages: string[] = []
  setLogSink(({ level, message }: LogEntry) => {
    if (level === 'ERROR' || message.includes('is not restarted')) messages.push(message)
  })
  const stopping = deferred()
  const scene = await running({ stop: () => stopping.promise })
  const from = scene.worker.calls.length
  const request = { connector: 'a', includeTasks: false, onlyFailed: false }
  const asked = rejection(scene.herder.restartConnector(request, signal))
  await scene.configs.write({
    kind: 'restart',
    connector: 'a',
    includeTasks: false,
    onlyFailed: false,
  })
  await eventually(() => expect(callsSince(scene, from)).toEqual(['stop a']))
  scene.group.revoke(workOf('a'))
  await turns(scene)
  stopping.resolve()
  expect(await asked).toEqual([
    409,
    'A later request for connector a has overtaken this one before it was done.',
  ])
  await eventually(() =>
    expect(messages).toEqual([
      'Connector a or a task of it is not restarted here: Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
    ]),
  )
})

test('a worker that stops has its statuses written before others may have what it had', async () => {
  const scene = await running()
  const written = deferred()
  const wereAborted: boolean[] = []
  scene.statuses.flush = (limit?: AbortSignal) => {
    wereAborted.push(limit?.aborted === true)
    return written.promise
  }
  let hasStopped = false
  const stopping = scene.herder.stop(AbortSignal.timeout(30_000)).then(() => {
    hasStopped = true
  })
  await eventually(() => expect(wereAborted).toEqual([false]))
  await setImmediate()
  expect(hasStopped).toBe(false)
  written.resolve()
  await stopping
})

test('connectors that are missing in a topic of configurations that was made anew are forgotten', async () => {
  const scene = await running({ topics: () => ['numbers'] })
  await eventually(() => expect(scene.herder.activeTopics('a')).toEqual(['numbers']))
  scene.configs.replace()
  expect(scene.herder.connectors()).toEqual([])
  expect(scene.herder.activeTopics('a')).toEqual([])
  await eventually(() => expect(scene.worker.tasks.size + scene.worker.running.size).toBe(0))
})

/** A leader that prepares to fence the producers of two tasks, which one has followed. */
async function preparingToFence() {
  const fenced: number[] = []
  const fenceProducers = (_: unknown, tasks: number): Promise<void> => {
    fenced.push(tasks)
    return Promise.resolve()
  }
  let waits = false
  const resolving = deferred()
  const begun = deferred()
  const resolver: ConfigResolver = {
    resolve: async <T extends RawConfig>(config: T): Promise<T> => {
      if (waits) {
        begun.resolve()
        await resolving.promise
      }
      return config
    },
  }
  const exactlyOnce = { isEnabled: true, fenceProducers }
  const scene = await running({}, { exactlyOnce, resolver })
  // Requests need not be signed.
  await give(scene, { version: 1 })
  await scene.configs.write(
    { kind: 'fencing', connector: 'a', tasks: 2 },
    { kind: 'task', connector: 'a', task: 0, config: { id: '0', range: 'all' } },
    { kind: 'commit', connector: 'a', tasks: 1 },
  )
  waits = true
  const asked = scene.herder.fenceZombieSourceTasks('a', null, signal)
  const answer = asked.then(
    () => null,
    (error: unknown) => (error as Error).message,
  )
  await begun.promise
  waits = false
  scene.group.lose()
  await setImmediate()
  return { scene, fenced, answer, resolving }
}

test('who has lost the lead while it prepared to fence producers does not: they may be the next one’s', async () => {
  const { scene, fenced, answer, resolving } = await preparingToFence()
  await give(scene, { generation: 50, isLeader: false, version: 1 })
  resolving.resolve()
  expect(await answer).toBe('Only the leader may perform zombie fencing.')
  expect(fenced).toEqual([])
})

test('who leads again fences no producers where another one has done so in between: they are those that run', async () => {
  const { scene, fenced, answer, resolving } = await preparingToFence()
  await scene.configs.write({ kind: 'fencing', connector: 'a', tasks: 1 })
  await give(scene, { generation: 50, version: 1 })
  resolving.resolve()
  expect(await answer).toBeNull()
  expect(fenced).toEqual([])
})

test('who still leads fences them', async () => {
  const { scene, fenced, answer, resolving } = await preparingToFence()
  await give(scene, { generation: 50, version: 1 })
  resolving.resolve()
  expect(await answer).toBeNull()
  expect(fenced).toEqual([2])
})

test('what another worker had meanwhile, and gave up, is told to run here when the worker has its place again', async () => {
  const scene = await running()
  scene.group.lose()
  const other = { state: 'UNASSIGNED', trace: null, workerId: 'two', version: null } as const
  const status = { ...other, generation: 49 }
  scene.statuses.put({ kind: 'connector', connector: 'a', status })
  scene.statuses.put({ kind: 'task', connector: 'a', task: 0, status })
  scene.statuses.put({
    kind: 'task',
    connector: 'a',
    task: 1,
    status: { ...status, state: 'FAILED' },
  })
  await reach(scene, 'UNASSIGNED UNASSIGNED FAILED')
  await give(scene, { generation: 50, work: all })
  await reach(scene, 'RUNNING RUNNING RUNNING')
  expect(scene.herder.connectorStatus('a').tasks.map(({ worker_id }) => worker_id)).toEqual([
    'here:8083',
    'here:8083',
  ])
})

test('what is lost once more while the topic of statuses is read is not told to run here', async () => {
  const scene = await running()
  const asked = deferred()
  const read = deferred()
  scene.statuses.refresh = async () => {
    asked.resolve()
    await read.promise
    return scene.statuses.table
  }
  scene.group.lose()
  await give(scene, { generation: 50, work: all })
  await asked.promise
  scene.group.lose()
  const status = { state: 'RUNNING', trace: null, workerId: 'two', version: null } as const
  const said = { ...status, generation: 51 }
  scene.statuses.put({ kind: 'connector', connector: 'a', status: said })
  scene.statuses.put({ kind: 'task', connector: 'a', task: 0, status: said })
  read.resolve()
  await turns(scene)
  const owners = (): readonly string[] => {
    const { connector, tasks } = scene.herder.connectorStatus('a')
    return [connector, ...tasks].map(({ worker_id }) => worker_id)
  }
  expect(owners()).toEqual(['two', 'two', 'here:8083'])
  scene.group.revoke(workOf('a', 'a-0'))
  await give(scene, { generation: 52, work: workOf('a-1') })
  await turns(scene)
  expect(owners()).toEqual(['two', 'two', 'here:8083'])
})
