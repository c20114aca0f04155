import { expect, test } from 'vitest'
import { staged, untilDone } from '../../src/herder/request-stage.ts'
import { taskStages } from '../../src/messages/stages.ts'
import type { TaskStage } from '../../src/messages/stages.ts'
import type { ConnectorFacts } from '../../src/worker/types.ts'
import { rejection } from './set-up.ts'

const never = new Promise<never>(() => undefined)
const since = Date.parse('2026-01-02T03:04:05.678Z')
const thread = { name: 'connector-thread-1', turnedAt: since, lateMs: 0, running: null }

function workerIn(stage: TaskStage | null): { connectorFacts(): ConnectorFacts } {
  const call = stage === null ? null : { stage, since }
  return { connectorFacts: () => ({ name: 'connector a', thread, call }) }
}

const began = ', which began at 2026-01-02T03:04:05.678Z.'

test.each([
  ['start', 'starting the connector'],
  ['stop', 'stopping connector a'],
  ['taskConfigs', 'generating task configs for connector a'],
  ['validate', 'waiting for validate of connector a'],
] as const)('a request whose time is over while %s is open says so', async (stage, what) => {
  expect(taskStages).toContain(stage)
  const waiting = untilDone(workerIn(stage), 'a', never, AbortSignal.timeout(1))
  expect(await rejection(waiting)).toEqual([
    500,
    `Request timed out. The worker is currently ${what}${began}`,
  ])
})

test('where no call is open it ends with the time limit and nothing else', async () => {
  const waiting = untilDone(workerIn(null), 'a', never, AbortSignal.timeout(1))
  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('a request that ends for another reason says that', async () => {
  const reason = new Error('The worker is shutting down.')
  const waiting = untilDone(workerIn('start'), 'a', never, AbortSignal.abort(reason))
  await expect(waiting).rejects.toBe(reason)
  await expect(
    untilDone(workerIn('start'), 'a', Promise.reject(reason), AbortSignal.timeout(1)),
  ).rejects.toBe(reason)
})

test('whole seconds have no fraction, as Java prints them, and the full stop can be left out', async () => {
  const stage = { what: 'at it', since: Date.parse('2026-01-02T03:04:05.000Z') }
  const [, message] = await rejection(staged(never, AbortSignal.timeout(1), () => stage, ''))
  expect(message).toBe(
    'Request timed out. The worker is currently at it, which began at 2026-01-02T03:04:05Z',
  )
})
