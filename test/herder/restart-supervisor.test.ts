import { describe, expect, test } from 'vitest'
import type { RestartPlan } from '../../src/herder/restart-plan.ts'
import { RestartSupervisor } from '../../src/herder/restart-supervisor.ts'
import { setLogLevel } from '../../src/util/log-levels.ts'
import { createLogger } from '../../src/util/logger.ts'
import { FakeClock } from '../support/fake-clock.ts'

setLogLevel('supervisor', 'OFF')

const onFailure = {
  'errors.restart.policy': 'on-failure',
  'errors.restart.backoff.ms': '1000',
  'errors.restart.max.attempts': '3',
  'errors.restart.window.ms': '60000',
}

function setUp(config: Record<string, string> = onFailure) {
  const clock = new FakeClock()
  const plans: RestartPlan[] = []
  let outcome: () => Promise<void> = () => Promise.resolve()
  const supervisor = new RestartSupervisor({
    workerConfig: {},
    restart: (_, plan) => {
      plans.push(plan)
      return outcome()
    },
    clock,
    random: () => 0,
    log: createLogger('supervisor'),
  })
  supervisor.renewed('a', true)
  supervisor.configured('a', config)
  const become = (
    part: 'connector' | number,
    state: 'FAILED' | 'RUNNING' | null,
    retriable = false,
  ) => supervisor.statusChanged({ connector: 'a', part, state, reason: 'Oops: no disk', retriable })
  return {
    clock,
    plans,
    supervisor,
    become,
    fail: (error: Error) => {
      outcome = () => Promise.reject(error)
    },
    next: () => {
      const at = supervisor.view('a')?.next?.at
      return at === undefined ? null : at - clock.now()
    },
  }
}

describe('what has failed', () => {
  test('is restarted after the pause, and that is remembered', async () => {
    const { clock, plans, supervisor, become, next } = setUp()
    become(1, 'FAILED')
    expect(next()).toBe(1000)
    await clock.advance(999)
    expect(plans).toEqual([])
    await clock.advance(1)
    expect(plans).toEqual([{ connector: false, tasks: [1] }])
    become(1, 'RUNNING')
    const at = clock.now()
    expect(supervisor.view('a')).toMatchObject({
      total: 1,
      inWindow: 1,
      history: [{ at, parts: [1], reason: 'task 1: Oops: no disk' }],
      next: null,
    })
  })

  test('at about the same time is restarted together, as one attempt', async () => {
    const { clock, plans, supervisor, become } = setUp()
    become(0, 'FAILED')
    await clock.advance(600)
    become('connector', 'FAILED')
    become(2, 'FAILED')
    await clock.advance(400)
    expect(plans).toEqual([{ connector: true, tasks: [0, 2] }])
    expect(supervisor.view('a')?.total).toBe(1)
  })

  test('again waits longer each time, and at last for its window', async () => {
    const { clock, plans, become, next } = setUp()
    const pauses = []
    for (let i = 0; i < 4; i++) {
      become(0, 'FAILED')
      const pause = next() ?? 0
      pauses.push(pause)
      await clock.advance(pause)
      become(0, 'RUNNING')
    }
    expect(pauses).toEqual([1000, 2000, 4000, 54_000])
    expect(plans).toHaveLength(4)
  })

  test('is tried again where the restart itself failed', async () => {
    const { clock, plans, become, fail, next } = setUp()
    fail(new Error('no config provider'))
    become(0, 'FAILED')
    await clock.advance(1000)
    expect(plans).toHaveLength(1)
    expect(next()).toBe(2000)
    await clock.advance(2000)
    expect(plans).toHaveLength(2)
  })

  test('is left alone without a policy', () => {
    const { become, next, clock } = setUp({})
    become(0, 'FAILED')
    expect([next(), clock.waiting]).toEqual([null, 0])
  })

  test('is left alone where only retriable errors count, and it was none', () => {
    const { become, supervisor } = setUp({
      ...onFailure,
      'errors.restart.policy': 'on-retriable-failure',
    })
    become(0, 'FAILED', false)
    become(1, 'FAILED', true)
    expect(supervisor.view('a')?.next?.parts).toEqual([1])
  })
})

describe('a restart that is due is called off', () => {
  test.each<[string, (it: ReturnType<typeof setUp>) => void]>([
    ['by a pause or a stop', ({ supervisor }) => supervisor.setWanted('a', false)],
    ['by a deletion', ({ supervisor }) => supervisor.forget('a')],
    ['where it runs again', ({ become }) => become(0, 'RUNNING')],
    ['where it is there no more', ({ become }) => become(0, null)],
    ['by a configuration without policy', ({ supervisor }) => supervisor.configured('a', {})],
    ['by the end of the worker', ({ supervisor }) => void supervisor.stop()],
  ])('%s', async (_, happen) => {
    const it = setUp()
    it.become(0, 'FAILED')
    happen(it)
    await it.clock.advance(100_000)
    expect(it.plans).toEqual([])
    expect(it.clock.waiting).toBe(0)
    await it.supervisor.stop()
  })
})

test('what failed before a pause is restarted after it', async () => {
  const { clock, plans, supervisor, become } = setUp()
  become(0, 'FAILED')
  supervisor.setWanted('a', false)
  await clock.advance(100_000)
  supervisor.setWanted('a', true)
  await clock.advance(1000)
  expect(plans).toHaveLength(1)
})

test.each<[string, (supervisor: RestartSupervisor) => void]>([
  ['a request to restart', (supervisor) => supervisor.reset('a')],
  ['a new configuration', (supervisor) => supervisor.renewed('a', true)],
])('%s gives a whole budget again, and history is kept', async (_, happen) => {
  const { clock, supervisor, become, next } = setUp()
  for (const pause of [1000, 2000, 4000]) {
    become(0, 'FAILED')
    await clock.advance(pause)
  }
  become(0, 'FAILED')
  expect(next()).toBeGreaterThan(50_000)
  happen(supervisor)
  expect(next()).toBe(1000)
  expect(supervisor.view('a')).toMatchObject({ total: 3, inWindow: 0 })
  expect(supervisor.view('a')?.history).toHaveLength(3)
})

test('history is bounded, the count is not', async () => {
  const { clock, supervisor, become } = setUp()
  for (let i = 0; i < 25; i++) {
    become(0, 'FAILED')
    await clock.advance(60_000)
    become(0, 'RUNNING')
  }
  expect(supervisor.view('a')?.total).toBe(25)
  expect(supervisor.view('a')?.history).toHaveLength(20)
})
