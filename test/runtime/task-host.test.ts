import type { TargetState } from '../../src/config/types.ts'
import { describe, expect, test } from 'vitest'
import { TaskCounters } from '../../src/messages/counters.ts'
import { MemoryAccount, MemoryBudget } from '../../src/util/memory-budget.ts'
import { WorkerLease } from '../../src/messages/worker-lease.ts'
import { ThreadBoard } from '../../src/messages/thread-board.ts'
import type { TaskServices, WorkerTask } from '../../src/runtime/task.ts'
import { TaskHost } from '../../src/runtime/task-host.ts'
import { setLogSink } from '../../src/util/logger.ts'

setLogSink(() => undefined)
const { signal } = new AbortController()
const never = new Promise<never>(() => undefined)

/** Writes down what the host asks of it. */
class NotingTask implements WorkerTask {
  readonly calls: string[] = []
  readonly services: TaskServices
  readonly done: Promise<void>
  failLoop: (error: Error) => void = () => undefined

  constructor(services: TaskServices) {
    this.services = services
    this.done = new Promise((_resolve, reject) => {
      this.failLoop = reject
    })
  }

  start(): Promise<void> {
    this.calls.push('start')
    this.services.notify.status('RUNNING')
    return Promise.resolve()
  }

  setTargetState(state: TargetState): void {
    this.calls.push(state)
  }

  stop(): Promise<void> {
    this.calls.push('stop')
    return Promise.resolve()
  }

  cancel(reason: Error): void {
    this.calls.push(`cancel: ${reason.message}`)
  }
}

const budget = new MemoryBudget(2 ** 20)

function open(beforeCreated: Promise<void> = Promise.resolve()) {
  const statuses: string[] = []
  const tasks: NotingTask[] = []
  const host = new TaskHost({
    board: new ThreadBoard(),
    lease: new WorkerLease(),
    memory: new MemoryAccount(budget.shared, budget.newAccount()),
    loader: { load: () => never },
    main: {
      request: () => never,
      notify: (name, notice) => {
        if (name === 'taskStatus' && 'state' in notice && 'id' in notice) {
          statuses.push(`${notice.id.task} ${notice.state}`)
        }
      },
    },
    create: async (_start, services) => {
      await beforeCreated
      const task = new NotingTask(services)
      tasks.push(task)
      return task
    },
  })
  const start = (run: number) =>
    host.requests.startTask(
      {
        run,
        counters: new TaskCounters().shared,
        start: {
          id: { connector: 'c', task: run },
          type: 'source',
          connectorClass: 'S',
          connectorConfig: {},
          taskConfig: {},
          workerConfig: {},
          secrets: [],
          kafkaClusterId: null,
          targetState: 'STARTED',
        },
      },
      signal,
    )
  const task = (index: number): NotingTask => {
    const found = tasks[index]
    if (!found) throw new Error(`No task ${index} was created.`)
    return found
  }
  return { host, statuses, task, start }
}

describe('a task thread', () => {
  test('fails the tasks inside a plugin call where an error is nobody’s, and releases them', async () => {
    const { host, statuses, task, start } = open()
    await start(0)
    await start(1)
    const call = Promise.resolve(task(1).services.call('poll', () => never))
    // Whoever waits for the call waits no longer than the task lives.
    const answered = expect(call).rejects.toThrow('from nowhere')
    host.failOpenCalls(new Error('from nowhere'))
    await expect.poll(() => task(1).calls).toEqual(['start', 'cancel: from nowhere', 'stop'])
    expect(statuses).toEqual(['0 RUNNING', '1 RUNNING', '1 FAILED'])
    expect(task(0).calls).toEqual(['start'])
    await answered
  })

  test('is free of a task once it has ended and no call of its plugin is open', async () => {
    const { host, task, start } = open()
    await start(0)
    let settle = (): void => undefined
    const polling = new Promise<void>((resolve) => {
      settle = resolve
    })
    const call = Promise.resolve(task(0).services.call('poll', () => polling)).catch(() => null)
    await host.requests.stopTask({ run: 0, graceMs: 100 }, signal)
    let free = false
    const freed = Promise.resolve(host.requests.taskFree({ run: 0 }, signal)).then(() => {
      free = true
    })
    await call
    expect(free).toBe(false)
    settle()
    await freed
  })

  test('reports the first failure only, and no status after it', async () => {
    const { host, statuses, task, start } = open()
    await start(0)
    const call = Promise.resolve(task(0).services.call('poll', () => never))
    const answered = expect(call).rejects.toThrow('first')
    host.failOpenCalls(new Error('first'))
    host.failOpenCalls(new Error('second'))
    task(0).services.notify.status('RUNNING')
    expect(statuses).toEqual(['0 RUNNING', '0 FAILED'])
    await answered
  })

  test('answers what a cancelled task asks, now and later, with the reason', async () => {
    const { host, task, start } = open()
    await start(0)
    const { services } = task(0)
    const asked = services.writeOffsets([[null, { position: 1 }]], signal)
    await host.requests.cancelTask({ run: 0 }, signal)
    const reason = 'The task did not stop in time; it is cancelled.'
    await expect(asked).rejects.toThrow(reason)
    await expect(services.readOffsets([{}], signal)).rejects.toThrow(reason)
    await expect(services.createTopic('t', signal)).rejects.toThrow(reason)
  })

  test('tells a task that is being created of a pause before it starts', async () => {
    let create = (): void => undefined
    const created = new Promise<void>((resolve) => {
      create = resolve
    })
    const { host, task, start } = open(created)
    const started = start(0)
    await host.requests.setTaskState({ run: 0, targetState: 'PAUSED' }, signal)
    create()
    await started
    expect(task(0).calls).toEqual(['PAUSED', 'start'])
  })

  test('never starts, nor stops, a task that was stopped while it was created', async () => {
    let create = (): void => undefined
    const created = new Promise<void>((resolve) => {
      create = resolve
    })
    const { host, statuses, task, start } = open(created)
    const outcome = Promise.resolve(start(0)).catch((error: unknown) => error)
    const stopped = host.requests.stopTask({ run: 0, graceMs: 100 }, signal)
    create()
    await stopped
    expect(await outcome).toMatchObject({ message: 'Task c-0 was stopped before it had started.' })
    expect([task(0).calls, statuses]).toEqual([[], []])
  })

  test('fails a task whose loop fails, and stops it once', async () => {
    const { host, statuses, task, start } = open()
    await start(0)
    task(0).failLoop(new Error('loop went wrong'))
    await expect.poll(() => statuses).toContain('0 FAILED')
    await host.requests.stopTask({ run: 0, graceMs: 100 }, signal)
    expect(task(0).calls.filter((call) => call === 'stop')).toEqual(['stop'])
  })
})
