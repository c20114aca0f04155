import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { thisMoment } from '../../src/util/moment.ts'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const waitLong = { timeout: 15_000 }

const id = (connector: string, task = 0) => ({ connector, task })

describe('a task', () => {
  test('starts, pauses, resumes and stops, and its last offsets are written', async () => {
    await using open = await openWorker(built)
    const { worker, events, offsets } = open
    await worker.startTask(id('c'), sourceConfig, behaving('well'), 'STARTED')
    await worker.setTaskState(id('c'), 'PAUSED')
    await worker.setTaskState(id('c'), 'STARTED')
    await expect.poll(() => worker.taskCounters(id('c'))?.get('polled')).toBeGreaterThan(3)
    await worker.stopTasks([id('c')])
    expect(events).toEqual([
      'task c-0 RUNNING',
      'task c-0 PAUSED',
      'task c-0 RUNNING',
      'task c-0 UNASSIGNED',
    ])
    expect(offsets.get('c')).toHaveLength(1)
    expect(worker.taskCounters(id('c'))).toBeNull()
  })

  test('whose target is PAUSED reports that and runs when resumed', async () => {
    await using open = await openWorker(built)
    await open.worker.startTask(id('c'), sourceConfig, behaving('well'), 'PAUSED')
    await open.worker.setTaskState(id('c'), 'STARTED')
    expect(open.events).toEqual(['task c-0 PAUSED', 'task c-0 RUNNING'])
  })

  test("rests in its thread while the worker's lease is over, and goes on when it is extended", async () => {
    await using open = await openWorker(built)
    await open.worker.startTask(id('c'), sourceConfig, behaving('well'), 'STARTED')
    const polled = (): number => open.worker.taskCounters(id('c'))?.get('polled') ?? 0
    await expect.poll(polled).toBeGreaterThan(3)
    open.lease.end()
    await expect.poll(() => open.lines.join()).toContain('heard nothing from its group')
    const before = polled()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(polled()).toBe(before)
    open.lease.extend(thisMoment(), 3_600_000)
    await expect.poll(polled).toBeGreaterThan(before)
    await open.worker.stopTasks([id('c')])
  })

  test('hears that the topics of its connector were reset, and of no other', async () => {
    await using open = await openWorker(built)
    for (const one of [id('c'), id('c', 1), id('d')]) {
      await open.worker.startTask(one, sourceConfig, behaving('well'), 'STARTED')
    }
    open.worker.resetTopics('c')
    const resets = [id('c'), id('c', 1), id('d')].map((one) =>
      open.worker.taskCounters(one)?.get('topicResets'),
    )
    expect(resets).toEqual([1, 1, 0])
  })

  test('is started once', async () => {
    await using open = await openWorker(built)
    await open.worker.startTask(id('c'), sourceConfig, behaving('well'), 'STARTED')
    await expect(
      open.worker.startTask(id('c'), sourceConfig, behaving('well'), 'STARTED'),
    ).rejects.toThrow('Task already exists in this worker: c-0')
  })

  test('has its topic created by the connector’s rules, and says which it used', async () => {
    await using open = await openWorker(built)
    const rules = {
      'topic.creation.default.partitions': '3',
      'topic.creation.default.replication.factor': '-1',
      'topic.creation.default.cleanup.policy': 'compact',
    }
    const config = { ...sourceConfig, ...rules }
    await open.worker.startTask(id('c'), config, { topic: 'orders' }, 'STARTED')
    await expect.poll(() => open.events).toContain('task c-0 used orders')
    expect(open.topics).toEqual([
      {
        name: 'orders',
        partitions: 3,
        replicationFactor: -1,
        configs: { 'cleanup.policy': 'compact' },
      },
    ])
  })

  test('of a class that is not there fails to start, and is FAILED', async () => {
    await using open = await openWorker(built)
    const config = { ...sourceConfig, 'connector.class': 'NoSuch' }
    await expect(open.worker.startTask(id('c'), config, {}, 'STARTED')).rejects.toThrow(
      'Failed to find any class that implements Connector and which name matches NoSuch',
    )
  })
})

test('what a task logs arrives with its context, at the level set', async () => {
  await using open = await openWorker(built)
  const { worker, lines } = open
  await worker.startTask(id('c', 1), sourceConfig, behaving('well'), 'STARTED')
  await worker.stopTasks([id('c', 1)])
  const logger = 'org.apache.kafka.connect.runtime.WorkerSourceTask'
  expect(lines).toContain(`INFO [c|task-1] polled (${logger})`)
  lines.length = 0
  worker.setLogLevel(logger, 'WARN')
  await worker.startTask(id('c', 1), sourceConfig, behaving('well'), 'STARTED')
  await worker.stopTasks([id('c', 1)])
  worker.setLogLevel(logger, 'INFO')
  expect(lines.filter((line) => line.includes(logger))).toEqual([])
})

describe('what a plugin does wrong fails its task alone, with the cause in the trace:', () => {
  test.each([
    ['throw', 'TypeError: poll went wrong\n\tat '],
    ['exit', 'The plugin called process.exit(7)'],
    ['importedExit', 'The plugin called process.exit(8)'],
    ['abort', 'The plugin called process.abort()'],
    ['killsItself', 'The plugin called process.kill('],
    ['killsItsGroup', 'The plugin called process.kill(0, SIGTERM)'],
    ['exitLater', 'The plugin called process.exit(7)'],
    ['throwLater', 'Error: thrown in a timer\n\tat '],
    ['rejectLater', 'Error: rejected in a timer\n\tat '],
    ['errorEvent', 'Error: emitted\n\tat '],
  ])('%s', async (behave, cause) => {
    await using open = await openWorker(built, { threads: 1 })
    const { worker, events, errors } = open
    await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving(behave), 'STARTED')
    await expect.poll(() => events).toContain('task bad-0 FAILED')
    expect(errors.get('task bad-0')?.trace).toContain(cause)
    const before = worker.taskCounters(id('good'))?.get('polled') ?? 0
    await expect.poll(() => worker.taskCounters(id('good'))?.get('polled')).toBeGreaterThan(before)
    expect(events.filter((event) => event.includes('FAILED'))).toEqual(['task bad-0 FAILED'])
    await worker.startTask(id('bad'), sourceConfig, behaving('well'), 'STARTED')
    expect(events.at(-1)).toBe('task bad-0 RUNNING')
  })

  test('an error while it starts', async () => {
    await using open = await openWorker(built)
    await expect(
      open.worker.startTask(id('bad'), sourceConfig, behaving('startThrows'), 'STARTED'),
    ).rejects.toMatchObject({ message: 'start went wrong' })
    expect(open.events).toEqual(['task bad-0 FAILED'])
    expect(open.errors.get('task bad-0')?.trace).toMatch(/^Error: start went wrong\n\tat /)
  })
})

describe('a stop that is not answered in time', () => {
  test('ends without the task, which may write no offsets any more; its thread and neighbours go on', async () => {
    await using open = await openWorker(built, { threads: 1, graceMs: 100 })
    const { worker, events } = open
    await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving('wait'), 'STARTED')
    await expect.poll(() => worker.taskCounters(id('bad'))?.get('polled')).toBe(2)
    await worker.stopTasks([id('bad')])
    expect(worker.taskCounters(id('bad'))).toBeNull()
    const before = worker.taskCounters(id('good'))?.get('polled') ?? 0
    await expect.poll(() => worker.taskCounters(id('good'))?.get('polled')).toBeGreaterThan(before)
    expect(events).toEqual(['task good-0 RUNNING', 'task bad-0 RUNNING'])
    expect(open.offsets.has('bad')).toBe(false)
  })

  test('of a task that has not come through its start ends the start too', async () => {
    await using open = await openWorker(built, { threads: 1, graceMs: 100 })
    const { worker, events } = open
    const starting = worker.startTask(id('c'), sourceConfig, behaving('startHangs'), 'STARTED')
    const outcome = starting.catch((error: unknown) => error)
    await expect.poll(() => worker.taskCounters(id('c'))?.get('callSince')).toBeGreaterThan(0)
    await worker.stopTasks([id('c')])
    expect(await outcome).toMatchObject({
      message: 'The task did not stop in time; it is cancelled.',
    })
    expect(events).toEqual([])
    await worker.startTask(id('c'), sourceConfig, behaving('well'), 'STARTED')
    expect(events).toEqual(['task c-0 RUNNING'])
  })

  test('of a failed task, or of one whose call never returns, ends the thread once the others have left it', async () => {
    await using open = await openWorker(built, { threads: 1, graceMs: 500 })
    const { worker, events } = open
    await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving('wait'), 'STARTED')
    const thread = worker.taskFacts(id('good'))?.thread.name
    await expect.poll(() => worker.taskCounters(id('bad'))?.get('polled')).toBe(2)
    await worker.stopTasks([id('bad')])
    await expect.poll(() => worker.taskFacts(id('good'))?.thread.name, waitLong).not.toBe(thread)
    await expect
      .poll(() => events)
      .toEqual(['task good-0 RUNNING', 'task bad-0 RUNNING', 'task good-0 RUNNING'])
    // It left its thread in order: drained, and committed.
    expect(open.offsets.get('good')).toHaveLength(1)
    await worker.startTask(id('bad'), sourceConfig, behaving('well'), 'STARTED')
  }, 20_000)

  test('because the task holds the event loop ends the thread, and moves what else ran there', async () => {
    await using open = await openWorker(built, { threads: 1, graceMs: 100 })
    const { worker, events, lines } = open
    await worker.startTask(id('good'), sourceConfig, behaving('well'), 'STARTED')
    await worker.startTask(id('bad'), sourceConfig, behaving('spin'), 'STARTED')
    await expect.poll(() => worker.taskCounters(id('bad'))?.get('callSince')).toBeGreaterThan(0)
    await expect.poll(() => worker.taskCounters(id('bad'))?.get('polled')).toBe(2)
    await worker.stopTasks([id('bad')])
    await expect
      .poll(() => events, waitLong)
      .toEqual(['task good-0 RUNNING', 'task bad-0 RUNNING', 'task good-0 RUNNING'])
    expect(lines.join('\n')).toContain(
      'did not answer for 2000 ms when task bad-0 was to stop; it was ended.',
    )
  }, 20_000)
})

test('a hundred starts and stops, every tenth with a thread’s death, leak no thread and no descriptor', async () => {
  await using open = await openWorker(built, { threads: 2 })
  const { worker, events } = open
  const round = async (number: number): Promise<void> => {
    const dies = number % 10 === 9
    await worker.startTask(id('c'), sourceConfig, behaving(dies ? 'kill' : 'well'), 'STARTED')
    if (dies) await expect.poll(() => events.at(-1)).toBe('task c-0 FAILED')
    await worker.stopTasks([id('c')])
  }
  const descriptors = (): number => readdirSync('/proc/self/fd').length
  const threads = (): number => readdirSync('/proc/self/task').length
  for (let number = 0; number < 20; number++) await round(number)
  const before = { descriptors: descriptors(), threads: threads() }
  for (let number = 0; number < 100; number++) await round(number)
  await expect.poll(threads).toBeLessThanOrEqual(before.threads)
  expect(descriptors()).toBeLessThanOrEqual(before.descriptors)
})
