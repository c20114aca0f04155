import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { behaving, buildThreadEntry, openWorker, sourceConfig } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

const signal = new AbortController().signal
const connecting = (behave: string): Record<string, string> => ({
  ...sourceConfig,
  'connector.behave': behave,
})

describe('a connector', () => {
  test('starts, pauses, resumes and stops as the same instance', async () => {
    await using open = await openWorker(built)
    const { worker, events } = open
    await worker.startConnector('c', sourceConfig, 'STARTED')
    await worker.setConnectorState('c', 'PAUSED')
    await worker.setConnectorState('c', 'STARTED')
    await worker.setConnectorState('c', 'STOPPED')
    await worker.stopConnector('c')
    expect(events).toEqual([
      'connector c RUNNING',
      'connector c PAUSED',
      'connector c RUNNING',
      'connector c STOPPED',
      'connector c UNASSIGNED',
    ])
  })

  test('whose target is PAUSED or STOPPED is not started', async () => {
    await using open = await openWorker(built)
    await open.worker.startConnector('p', connecting('startThrows'), 'PAUSED')
    await open.worker.startConnector('s', connecting('startThrows'), 'STOPPED')
    expect(open.events).toEqual(['connector p PAUSED', 'connector s STOPPED'])
  })

  test('makes task configurations with task.class and topics filled in', async () => {
    await using open = await openWorker(built)
    await open.worker.startConnector('c', sourceConfig, 'STARTED')
    const filledIn = { 'task.class': 'com.example.UnrulySourceTask', topics: 'a,b' }
    expect(await open.worker.taskConfigs('c', 2, signal)).toEqual([
      { task: '0', ...filledIn },
      { task: '1', ...filledIn },
    ])
  })

  test('reads the offsets its tasks committed', async () => {
    await using open = await openWorker(built)
    open.offsets.set('c', [{ partition: { file: 'a' }, offset: { position: 7 } }])
    await open.worker.startConnector('c', connecting('readOffsets'), 'STARTED')
    expect(open.events).toEqual(['connector c RUNNING'])
  })

  test('may ask for new task configurations while it starts', async () => {
    await using open = await openWorker(built)
    await open.worker.startConnector('c', connecting('reconfigure'), 'STARTED')
    expect(open.events).toEqual(['connector c reconfigure', 'connector c RUNNING'])
  })

  test('that raises an error is FAILED, can be STOPPED, and then started again', async () => {
    await using open = await openWorker(built)
    const { worker, events, errors } = open
    await worker.startConnector('c', connecting('raise'), 'STARTED')
    await expect.poll(() => events).toContain('connector c FAILED')
    expect(errors.get('connector c')?.trace).toMatch(/^Error: raised\n\tat /)
    await expect(worker.setConnectorState('c', 'PAUSED')).rejects.toThrow(
      'WorkerConnector{id=c} Cannot transition connector to PAUSED since it has failed',
    )
    await worker.setConnectorState('c', 'STOPPED')
    await worker.setConnectorState('c', 'STARTED')
    expect(events.slice(-2)).toEqual(['connector c STOPPED', 'connector c RUNNING'])
  })

  test('that cannot start is FAILED, and can be started again', async () => {
    await using open = await openWorker(built)
    const { worker, events, errors } = open
    await expect(
      worker.startConnector('c', connecting('startThrows'), 'STARTED'),
    ).rejects.toMatchObject({ message: 'connector went wrong' })
    expect(events).toEqual(['connector c FAILED'])
    expect(errors.get('connector c')?.trace).toMatch(/^Error: connector went wrong\n\tat /)
    await worker.startConnector('c', sourceConfig, 'STARTED')
    expect(events.at(-1)).toBe('connector c RUNNING')
  })

  test('is started once', async () => {
    await using open = await openWorker(built)
    await open.worker.startConnector('c', sourceConfig, 'STARTED')
    await expect(open.worker.startConnector('c', sourceConfig, 'STARTED')).rejects.toThrow(
      'Connector with name c already exists',
    )
  })

  test.each([
    { target: 'PAUSED', events: ['connector c RUNNING', 'connector c FAILED'] },
    { target: 'STOPPED', events: ['connector c RUNNING', 'connector c STOPPED'] },
  ] as const)('whose stop fails is, when $target is asked, told so', async ({ target, events }) => {
    await using open = await openWorker(built)
    await open.worker.startConnector('c', connecting('stopThrows'), 'STARTED')
    await open.worker.setConnectorState('c', target).catch(() => undefined)
    expect(open.events).toEqual(events)
  })
})

describe('the death of the connector thread', () => {
  test('fails the connector that caused it, restarts the others, and leaves tasks alone', async () => {
    await using open = await openWorker(built)
    const { worker, events, errors } = open
    await worker.startTask({ connector: 'a', task: 0 }, sourceConfig, behaving('well'), 'STARTED')
    await worker.startConnector('a', sourceConfig, 'STARTED')
    await worker.startConnector('b', sourceConfig, 'PAUSED')
    await worker.startConnector('bad', connecting('dieOnTaskConfigs'), 'STARTED')
    events.length = 0
    await expect(worker.taskConfigs('bad', 1, signal)).rejects.toThrow(
      'The thread connector-thread-2 ended with exit code 5.',
    )
    await expect.poll(() => events).toHaveLength(3)
    expect(events).toEqual(['connector bad FAILED', 'connector a RUNNING', 'connector b PAUSED'])
    expect(errors.get('connector bad')?.trace).toContain(
      'ConnectException: Connector bad ended with its thread: The thread connector-thread-2',
    )
    expect(await worker.taskConfigs('a', 1, signal)).toHaveLength(1)
    const before = worker.taskCounters({ connector: 'a', task: 0 })?.get('polled') ?? 0
    await expect
      .poll(() => worker.taskCounters({ connector: 'a', task: 0 })?.get('polled'))
      .toBeGreaterThan(before)
  })

  test('while one starts fails that one, and what is asked of the others waits for their restart', async () => {
    await using open = await openWorker(built)
    const { worker, events } = open
    await worker.startConnector('a', sourceConfig, 'STARTED')
    const failing = worker.startConnector('bad', connecting('dieOnStart'), 'STARTED')
    await expect(failing).rejects.toThrow('The thread connector-thread-1 ended with exit code 4.')
    expect(await worker.taskConfigs('a', 1, signal)).toHaveLength(1)
    expect(events).toEqual(['connector a RUNNING', 'connector bad FAILED', 'connector a RUNNING'])
    await worker.setConnectorState('bad', 'STOPPED')
    await expect(worker.setConnectorState('bad', 'STARTED')).rejects.toThrow('exit code 4')
  })
})

test('a connector that holds the event loop in stop does not hold the worker', async () => {
  await using open = await openWorker(built)
  const { worker, events } = open
  await worker.startConnector('a', sourceConfig, 'STARTED')
  await worker.startConnector('bad', connecting('stopSpins'), 'STARTED')
  events.length = 0
  await worker.stopConnector('bad')
  await expect.poll(() => events).toContain('connector a RUNNING')
  expect(events).toEqual(['connector bad UNASSIGNED', 'connector a RUNNING'])
})

test('a connector that hangs in alterOffsets ends its thread by name; nothing is altered, and the others go on', async () => {
  await using open = await openWorker(built, { watchdogMs: 1000 })
  const { worker, events, offsets } = open
  await worker.startConnector('good', { ...sourceConfig, name: 'good' }, 'STARTED')
  const changes = [{ partition: new Map([['file', 'a']]), offset: new Map([['position', 1]]) }]
  const altered = worker.modifyOffsets('c', connecting('alterSpins'), changes, signal)
  await expect(altered).rejects.toThrow(
    /^Connector c ended its thread in alterOffsets of UnrulySource: The thread connector-thread-1 was ended/,
  )
  expect(offsets.get('c')).toBeUndefined()
  await expect
    .poll(() => events.filter((event) => event === 'connector good RUNNING').length)
    .toBe(2)
  expect(await worker.modifyOffsets('c', sourceConfig, changes, signal)).toBe(false)
  expect(offsets.get('c')).toEqual([{ partition: { file: 'a' }, offset: { position: 1 } }])
})
