import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectorHealth } from '../../src/herder/health.ts'
import { root } from '../services/paths.ts'
import { waitFor } from '../support/wait-for.ts'
import { deletionMs, expectAnswered } from './conduct.ts'
import { HostileWorker } from './hostile-worker.ts'
import { connector, converter, sink, source, task, transformation } from './hostilities.ts'

/** What REST gives a request here. */
const requestMs = 6000
const maxPollIntervalMs = 1500

type Config = Readonly<Record<string, string>>
interface Hostile {
  readonly name: string
  readonly config: Config
}

/** Each of these has a task that waits in the call named for good, and holds nothing up but itself. */
const waiting: readonly (readonly [config: Config, call: RegExp])[] = [
  [task(source, 'start', 'never'), /^start$/],
  [task(source, 'commit', 'never'), /^(?:commit|poll)$/],
  [converter('fromConnectData', 'never'), /^convert$/],
  [transformation('apply', 'never'), /^convert$/],
  [task(sink, 'start', 'never'), /^start$/],
  [task(sink, 'open', 'never'), /^open$/],
]
/** These do so once they are deleted. */
const leaving = [
  task(source, 'stop', 'never'),
  task(sink, 'close', 'never'),
  task(sink, 'stop', 'never'),
]
/** And these are between two polls of a consumer. */
const holdingPartitions: readonly (readonly [config: Config, call: string])[] = [
  [task(sink, 'put', 'never'), 'put'],
  [task(sink, 'flush', 'never'), 'preCommit'],
  [converter('toConnectData', 'never'), 'convert'],
  [{ ...transformation('apply', 'never'), ...sink }, 'convert'],
]

let worker: HostileWorker

beforeAll(async () => {
  worker = await HostileWorker.start('never-settling', {
    env: {
      SLUICE_TEST_HOOKS: pathToFileURL(path.join(root, 'test/support/short-requests.mjs')).href,
      SLUICE_TEST_REQUEST_MS: String(requestMs),
    },
  })
  await worker.takeDamage('(the start of the worker)')
})
afterAll(async () => {
  await worker[Symbol.asyncDispose]()
})

describe('a promise that never settles', { timeout: 120_000 }, () => {
  test('in poll is a source at work: it stops in time, and what it sent before is committed', async () => {
    const name = await created(task(source, 'poll', 'never'))
    await worker.sluice.running(name)
    await waitingIn(name, /^poll$/)
    expect((await health(name)).healthy).toBe(true)
    await worker.sluice.request('PUT', `/connectors/${name}/stop`)
    expect(await worker.sluice.get(`/connectors/${name}/offsets`)).toEqual({
      offsets: [{ partition: { hostile: 'numbers' }, offset: { number: 2 } }],
    })
    await deleted([name], 'in poll')
  })

  test('in another call of a task is shown by its health, and keeps nobody from deleting it', async () => {
    const names = await Promise.all([...waiting.map(([config]) => config), ...leaving].map(created))
    for (const [index, [, call]] of waiting.entries()) await waitingIn(names[index] ?? '', call)
    for (const name of names.slice(waiting.length)) await worker.sluice.running(name)
    await deleted(names, 'in start, commit, open, close, stop, a converter and a transformation')
  })

  test('between two polls of a sink fails it after max.poll.interval.ms, and nothing is committed', async () => {
    const limit = { 'consumer.override.max.poll.interval.ms': String(maxPollIntervalMs) }
    const hostile = await Promise.all(
      holdingPartitions.map(async ([config, call]) => ({
        name: await created({ ...config, ...limit }),
        call,
      })),
    )
    for (const { name, call } of hostile) {
      const says = `ConnectException: Task ${name}-0: ${call} has not come back for \\d{4,} ms, and max\\.poll\\.interval\\.ms allows ${maxPollIntervalMs} ms.*consumer\\.override\\.max\\.poll\\.interval\\.ms`
      expect(await worker.sluice.failedTrace(name)).toMatch(new RegExp(says))
      const committed = await worker.kafka.committed(`connect-${name}`, worker.feed)
      expect(committed).toEqual([-1])
    }
    await deleted(
      hostile.map(({ name }) => name),
      'in put, flush, a converter and a transformation of a sink',
    )
  })

  test('in a connector lets requests time out that say what they waited for, and holds up no other connector', async () => {
    const before = worker.pipelineMoves()
    const [validate, start, configs, stop] = ['validate', 'start', 'taskConfigs', 'stop'].map(
      (at): Hostile => ({ name: worker.newName(), config: connector(at, 'never') }),
    ) as [Hostile, Hostile, Hostile, Hostile]
    expect((await worker.put(stop.name, stop.config)).status).toBe(201)
    const answers = Promise.all([
      worker.put(validate.name, validate.config),
      worker.validate(validate.name, validate.config),
      worker.put(start.name, start.config),
      worker.put(configs.name, configs.config),
    ])
    const peaceful = await created(source)
    await worker.sluice.running(peaceful)
    expect(await worker.delete(peaceful)).toBeLessThan(deletionMs)

    const validating = 'performing multi-property validation for the connector'
    expect(await answers).toEqual([
      timedOut(validating, '.'),
      timedOut(validating, ''),
      timedOut('starting the connector', '.'),
      timedOut(`generating task configs for connector ${configs.name}`, '.'),
    ])
    expect((await health(start.name)).connector.call?.stage).toBe('start')
    expect((await worker.sluice.status(configs.name)).connector.state).toBe('RUNNING')
    const durations = await Promise.all(
      [start, configs, stop].map(({ name }) => worker.delete(name)),
    )
    expect(Math.max(...durations)).toBeLessThan(deletionMs)
    const logged = `Connector '${stop.name}' failed to properly shut down`
    await waitFor('the log to say so', () => worker.newLog().includes(logged))
    expect(await worker.sluice.get('/connectors')).toEqual(
      expect.not.arrayContaining([start.name, validate.name]) as unknown,
    )
    await worker.settled()
    expectAnswered(await worker.takeDamage('in validate, start, taskConfigs, stop of a connector'))
    expect(worker.pipelineMoves()).toEqual(before)
  })

  test('the healthy pipeline has lost nothing, and repeated only what was not committed at its moves', async () => {
    await worker.report()
    await worker.pipeline.expectWhole(worker.pipelineMoves())
  })
})

async function created(config: Config): Promise<string> {
  const name = worker.newName()
  const { status, text } = await worker.put(name, config)
  expect(status, text).toBe(201)
  return name
}

async function health(name: string): Promise<ConnectorHealth> {
  return await worker.sluice.get<ConnectorHealth>(`/connectors/${name}/health`)
}

/** The call is open for longer than any call would be that is in order. */
async function waitingIn(name: string, call: RegExp): Promise<void> {
  await waitFor(`${name} to wait in ${String(call)}`, async () => {
    const open = (await health(name)).tasks[0]?.call
    return call.test(open?.stage ?? '') && (open?.age_ms ?? 0) > 500
  })
}

/**
 * Deletes them at once, in time. The thread that they do not let go of is ended after a while; the pipeline leaves it
 * in order before that, once.
 */
async function deleted(names: readonly string[], what: string): Promise<void> {
  const before = worker.pipelineMoves()
  const durations = await Promise.all(names.map((name) => worker.delete(name)))
  expect(Math.max(...durations)).toBeLessThan(deletionMs)
  const left = /Task \S+ has ended, but a call of its plugin has not returned since: the thread/
  await waitFor('the thread to be given up', () => left.test(worker.newLog()))
  await waitFor('the pipeline to move', () => worker.pipelineMoves().sink > before.sink)
  await worker.settled()
  expectAnswered(await worker.takeDamage(`a promise that never settles ${what}`))
  const after = worker.pipelineMoves()
  expect([after.source - before.source, after.sink - before.sink]).toEqual([1, 1])
}

function timedOut(what: string, end: string): { readonly status: number; readonly text: string } {
  const message = `Request timed out. The worker is currently ${what}, which began at `
  const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z`
  const text = new RegExp(
    `"error_code":500,"message":"${message}${instant}${end === '' ? '' : String.raw`\.`}"`,
  )
  return { status: 500, text: expect.stringMatching(text) as string }
}
