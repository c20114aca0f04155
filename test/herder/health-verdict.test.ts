import { describe, expect, test } from 'vitest'
import { judgeConnector, judgeTask } from '../../src/herder/health-verdict.ts'
import type { Trouble } from '../../src/herder/health-verdict.ts'
import type { State } from '../../src/herder/herder.ts'
import { TaskCounters } from '../../src/messages/counters.ts'
import type { CounterName } from '../../src/messages/counters.ts'
import { taskStages } from '../../src/messages/stages.ts'
import type { TaskStage } from '../../src/messages/stages.ts'
import type { ConnectorFacts, TaskFacts, ThreadFacts } from '../../src/worker/types.ts'

const now = Date.parse('2026-01-01T12:00:00Z')
const hour = { now, stalledMs: 30_000 }
const ago = (seconds: number): number => now - seconds * 1000
const since = (seconds: number): string => `since ${new Date(ago(seconds)).toISOString()}`

const turning: ThreadFacts = { name: 'task-thread-2', turnedAt: now, lateMs: 0, running: null }
const late = (seconds: number, running: ThreadFacts['running']): ThreadFacts => ({
  ...turning,
  turnedAt: ago(seconds),
  lateMs: seconds * 1000 - 500,
  running,
})

interface Counted extends Partial<Record<CounterName, number>> {
  /** A plugin call that is open, since so many seconds ago. */
  readonly call?: readonly [TaskStage, number]
}

function taskFacts({ call, ...counted }: Counted = {}, thread = turning): TaskFacts {
  const counters = new TaskCounters()
  counters.set('startedAt', ago(3600))
  if (call) {
    counters.set('callStage', taskStages.indexOf(call[0]))
    counters.set('callSince', ago(call[1]))
  }
  for (const [name, value] of Object.entries(counted)) counters.set(name as CounterName, value)
  return { name: 'task orders-0', counters: counters.snapshot(), thread }
}

function state(name: State, trace?: string) {
  return { state: name, worker_id: 'w', version: null, ...(trace !== undefined && { trace }) }
}

interface Case {
  readonly name: string
  readonly type?: 'source' | 'sink'
  readonly state?: State
  readonly trace?: string
  readonly facts: TaskFacts | null
  readonly is: string
  readonly because?: string | null
  readonly stage?: string | null
}

describe('a task is', () => {
  test.each<Case>([
    {
      name: 'healthy: an idle source waits in poll for an hour',
      facts: taskFacts({ call: ['poll', 3600] }),
      is: 'healthy',
    },
    {
      name: 'healthy: an idle source whose backlog is not empty, which is no proof of anything',
      facts: taskFacts({ call: ['poll', 3600], lag: 5, lagAt: now }),
      is: 'healthy',
    },
    { name: 'healthy: a sink without records', type: 'sink', facts: taskFacts(), is: 'healthy' },
    {
      name: 'healthy: a put that takes its time',
      type: 'sink',
      facts: taskFacts({ call: ['put', 29], active: 5, waitingSince: ago(29) }),
      is: 'healthy',
    },
    {
      name: 'stalled: a put that does not return',
      type: 'sink',
      facts: taskFacts({ call: ['put', 31], active: 5, waitingSince: ago(31) }),
      is: 'unhealthy',
      because: `Its put was called and has not returned ${since(31)}.`,
      stage: 'put',
    },
    {
      name: 'stalled: a start that does not return',
      state: 'UNASSIGNED',
      facts: taskFacts({ call: ['start', 31], startedAt: ago(31) }),
      is: 'unhealthy',
      because: `Its start was called and has not returned ${since(31)}.`,
      stage: 'start',
    },
    {
      name: 'starting: since a moment ago',
      state: 'UNASSIGNED',
      facts: taskFacts({ startedAt: ago(3) }),
      is: 'starting',
      because: 'It is starting.',
    },
    { name: 'starting: not there yet', state: 'RESTARTING', facts: null, is: 'starting' },
    {
      name: 'stalled: it does not get beyond its start',
      state: 'UNASSIGNED',
      facts: taskFacts({ startedAt: ago(31) }),
      is: 'unhealthy',
      because: `It has been starting ${since(31)}.`,
      stage: 'start',
    },
    {
      name: 'stalled: a put that asks for the same batch again and again',
      type: 'sink',
      facts: taskFacts({ active: 5, waitingSince: ago(31) }),
      is: 'unhealthy',
      because: `5 records were read, and put has not taken them ${since(31)}.`,
      stage: 'put',
    },
    {
      name: 'stalled: a sink’s converter waits for an answer that does not come',
      type: 'sink',
      facts: taskFacts({ waitingSince: ago(31) }),
      is: 'unhealthy',
      because: `Records were read, and wait for a converter or a transformation ${since(31)}.`,
      stage: 'convert',
    },
    {
      name: 'stalled: a record waits to be tried again',
      type: 'sink',
      facts: taskFacts({ waitingSince: ago(31), retryingSince: ago(2) }),
      is: 'unhealthy',
      because:
        `A record has failed and waits to be tried again, as errors.retry.timeout allows, ${since(2)}; ` +
        `none was delivered ${since(31)}.`,
      stage: 'retry',
    },
    {
      name: 'stalled: Kafka acknowledges nothing',
      facts: taskFacts({ call: ['poll', 3], active: 7, waitingSince: ago(31) }),
      is: 'unhealthy',
      because: `7 records were sent, and Kafka has acknowledged none of them ${since(31)}.`,
      stage: 'send',
    },
    {
      name: 'healthy: Kafka takes its time',
      facts: taskFacts({ call: ['poll', 3], active: 7, waitingSince: ago(29) }),
      is: 'healthy',
    },
    {
      name: 'stalled: records wait in Kafka',
      type: 'sink',
      facts: taskFacts({ lag: 12, lagSince: ago(31), lagAt: now }),
      is: 'unhealthy',
      because: `12 records wait in Kafka, and none was read ${since(31)}.`,
      stage: 'fetch',
    },
    {
      name: 'healthy: records wait in Kafka while others are put',
      type: 'sink',
      facts: taskFacts({ lag: 12, lagSince: ago(31), lagAt: now, waitingSince: ago(5) }),
      is: 'healthy',
    },
    {
      name: 'stalled: it holds its thread',
      facts: taskFacts({ call: ['poll', 31] }, late(31, { of: 'task orders-0', stage: 'poll' })),
      is: 'unhealthy',
      because: `Its thread task-thread-2 is held by its own poll ${since(31)}.`,
      stage: 'poll',
    },
    {
      name: 'stalled: another holds its thread',
      facts: taskFacts({}, late(31, { of: 'task spin-0', stage: 'transform' })),
      is: 'unhealthy',
      because: `Its thread task-thread-2 is held by the transform of task spin-0 ${since(31)}.`,
      stage: 'transform',
    },
    {
      name: 'stalled: its thread has stopped, and nobody knows why',
      facts: taskFacts({}, late(31, null)),
      is: 'unhealthy',
      because: `Its thread task-thread-2 has stopped turning ${since(31)}.`,
      stage: null,
    },
    {
      name: 'healthy: its thread is busy',
      facts: taskFacts({}, late(20, { of: 'task spin-0', stage: 'put' })),
      is: 'healthy',
    },
    {
      name: 'healthy: paused, whatever waits',
      type: 'sink',
      state: 'PAUSED',
      facts: taskFacts({ lag: 12, lagSince: ago(99), waitingSince: ago(99) }),
      is: 'healthy',
    },
    {
      name: 'stalled: paused, but preCommit does not return',
      type: 'sink',
      state: 'PAUSED',
      facts: taskFacts({ call: ['preCommit', 31] }),
      is: 'unhealthy',
      stage: 'preCommit',
    },
    {
      name: 'failed, with the first line of its trace',
      state: 'FAILED',
      trace: 'java.lang.Oops: no disk\n\tat x\n',
      facts: taskFacts({ call: ['put', 99] }),
      is: 'unhealthy',
      because: 'It has failed: java.lang.Oops: no disk',
      stage: undefined as never,
    },
  ])('$name', ({ type = 'source', state: name = 'RUNNING', trace, facts, is, because, stage }) => {
    const verdict = judgeTask(type, state(name, trace), facts, hour)
    expect(verdict.status).toBe(is)
    if (because !== undefined) expect(verdict.reason).toBe(because)
    if (is === 'healthy') expect(verdict.reason).toBeNull()
    expect(verdict.stalled?.stage).toBe(stage)
  })
})

describe('a connector is', () => {
  const facts = (more: Partial<ConnectorFacts> = {}): ConnectorFacts => ({
    name: 'connector orders',
    thread: turning,
    call: null,
    ...more,
  })
  const trouble: Trouble = { message: 'No such table.', nextAt: now + 1000 }

  test.each<[string, State, ConnectorFacts | null, Trouble | null, string, string | null]>([
    ['healthy: at work', 'RUNNING', facts(), null, 'healthy', null],
    ['healthy: stopped', 'STOPPED', null, null, 'healthy', null],
    ['healthy: paused', 'PAUSED', facts(), null, 'healthy', null],
    ['starting', 'UNASSIGNED', facts(), null, 'starting', 'It is starting.'],
    ['starting: not placed', 'RUNNING', null, null, 'starting', 'It is starting.'],
    [
      'stalled: taskConfigs does not return',
      'RUNNING',
      facts({ call: { stage: 'taskConfigs', since: ago(31) } }),
      null,
      'unhealthy',
      `Its taskConfigs was called and has not returned ${since(31)}.`,
    ],
    [
      'stalled: its thread is held by a validation',
      'RUNNING',
      facts({ thread: late(31, { of: null, stage: 'validate' }) }),
      null,
      'unhealthy',
      `Its thread task-thread-2 is held by a validate ${since(31)}.`,
    ],
    [
      'in trouble: it has no tasks, though Java’s status says RUNNING',
      'RUNNING',
      facts(),
      trouble,
      'unhealthy',
      'It cannot be asked for its tasks: No such table. It is asked again at 2026-01-01T12:00:01.000Z.',
    ],
    ['failed, without a trace', 'FAILED', facts(), null, 'unhealthy', 'It has failed.'],
  ])('%s', (_, name, known, inTrouble, status, reason) => {
    const verdict = judgeConnector(state(name), known, inTrouble, hour)
    expect([verdict.status, verdict.reason]).toEqual([status, reason])
  })
})
