import { setImmediate } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { TaskStart } from '../../src/messages/protocol.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { TaskRunner } from '../../src/worker/task-runner.ts'
import type { TaskThread, ThreadPool } from '../../src/worker/thread-pool.ts'

interface Open {
  readonly asked: string
  readonly answer: () => void
  readonly refuse: (reason: Error) => void
}

/** A thread whose requests the test answers: `startTask 1` and the like, by run; starts are answered at once. */
class FakeThread {
  readonly name: string
  readonly requests: string[] = []
  readonly blame = 'nobody'
  readonly endedIn = null
  buried = Promise.resolve(true)
  reason: Error | null = null
  readonly #open = new Set<Open>()
  readonly #onEnded: (thread: FakeThread) => void

  constructor(name: string, onEnded: (thread: FakeThread) => void) {
    this.name = name
    this.#onEnded = onEnded
  }

  readonly channel = {
    request: (request: string, { run }: { run: number }): Promise<void> => {
      const asked = `${request} ${run}`
      this.requests.push(asked)
      if (request === 'startTask') return Promise.resolve()
      return new Promise((answer, refuse) => this.#open.add({ asked, answer, refuse }))
    },
  }

  async find(asked: string): Promise<Open> {
    return vi.waitFor(() => {
      const found = [...this.#open].find((each) => each.asked === asked)
      if (!found) throw new Error(`${asked} was not asked of ${this.name}`)
      this.#open.delete(found)
      return found
    })
  }

  terminate(reason: Error): Promise<void> {
    if (this.reason) return Promise.resolve()
    this.reason = reason
    this.#onEnded(this)
    for (const { refuse } of this.#open) refuse(reason)
    return Promise.resolve()
  }
}

function setUp() {
  setLogSink(() => undefined)
  const retired = new Set<FakeThread>()
  const threads: FakeThread[] = []
  const cleaned: string[] = []
  const pool = {
    acquire: () => {
      const free = threads.find((thread) => !retired.has(thread) && !thread.reason)
      if (free) return free
      const thread = new FakeThread(`T${threads.length + 1}`, (ended) =>
        runner.onThreadEnded(ended as unknown as TaskThread, new Error('ended')),
      )
      threads.push(thread)
      return thread
    },
    release: () => undefined,
    retire: (thread: FakeThread) => !retired.has(thread) && Boolean(retired.add(thread)),
    isRetired: (thread: FakeThread) => retired.has(thread),
  }
  let runs = 0
  const runner: TaskRunner = new TaskRunner({
    pool: pool as unknown as ThreadPool,
    listener: {
      connectorStatus: () => undefined,
      taskStatus: () => undefined,
      taskReconfigurationRequested: () => undefined,
      topicUsed: () => undefined,
    },
    cleaner: { clean: ({ id }) => Promise.resolve(void cleaned.push(id.connector)) },
    graceMs: 1000,
    newRun: () => ++runs,
  })
  const thread = (at: number): FakeThread => {
    const found = threads[at]
    if (!found) throw new Error(`There is no thread ${at + 1}.`)
    return found
  }
  const start = (connector: string): Promise<void> =>
    runner.start({ id: idOf(connector), targetState: 'STARTED' } as TaskStart, null)
  const fail = (run: number): void =>
    runner.onStatus({
      id: idOf('any'),
      run,
      state: 'FAILED',
      error: { javaName: 'E', message: 'failed', trace: 'failed', retriable: false },
    })
  /** The thread of a failed task is retired as its plugin does not let go of it. */
  const retire = async (run: number): Promise<void> => {
    fail(run)
    const { refuse } = await thread(0).find(`taskFree ${run}`)
    refuse(new Error('not free'))
    await vi.waitFor(() => expect(retired.size).toBe(1))
  }
  return { runner, thread, threads, start, fail, retire, cleaned }
}

const idOf = (connector: string) => ({ connector, task: 0 })

/** Long enough for whatever is not waited for to happen. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await setImmediate()
}

test('a task that waited for its earlier run starts elsewhere when its thread is to end meanwhile', async () => {
  const { thread, threads, start, fail, retire } = setUp()
  await start('waits') // run 1
  await start('hangs') // run 2
  await start('drains') // run 3
  fail(1)
  const again = start('waits') // run 4
  const { answer } = await thread(0).find('stopTask 1')
  await retire(2)
  expect(threads).toHaveLength(1)
  answer()
  await again
  expect(thread(0).requests.filter((asked) => asked.startsWith('startTask'))).toHaveLength(3)
  expect(thread(1).requests.filter((asked) => asked.startsWith('startTask'))).toHaveLength(1)
})

test('a task that is stopped while it leaves its thread, and does not in time, does not run a second time beside itself', async () => {
  const { runner, thread, threads, start, retire, cleaned } = setUp()
  await start('leaves') // run 1
  await start('hangs') // run 2
  runner.onKafkaIdOpened({ id: idOf('leaves'), run: 1, ids: { groupId: 'g', memberId: 'm' } })
  await retire(2)
  const { refuse } = await thread(0).find('stopTask 1')
  await runner.stop([idOf('leaves')], 20)
  const again = start('leaves') // run 3
  const cancelling = await thread(0).find('cancelTask 1')
  await turns()
  expect(threads.slice(1).flatMap(({ requests }) => requests)).toEqual([])
  cancelling.answer()
  await again
  expect(thread(1).requests).toEqual(['startTask 3'])
  refuse(new Error('not stopped'))
  await vi.waitFor(() => expect(cleaned).toEqual(['leaves']))
  expect(thread(1).reason).toBeNull()
})

test('a task whose thread has died, stopped before that is gone, starts again once it is', async () => {
  const { runner, thread, threads, start } = setUp()
  await start('dies')
  let bury = (_gone: boolean): void => undefined
  thread(0).buried = new Promise((resolve) => {
    bury = resolve
  })
  await thread(0).terminate(new Error('ended'))
  await runner.stop([idOf('dies')], 20)
  const again = start('dies')
  await turns()
  expect(threads.slice(1).flatMap(({ requests }) => requests)).toEqual([])
  bury(true)
  await again
  expect(thread(1).requests).toEqual(['startTask 2'])
})

test('of a run that died a task keeps what it counted, and nothing of what it was at', async () => {
  const { runner, thread, start } = setUp()
  await start('moves')
  const counters = runner.counters(idOf('moves'))
  for (const name of totals) counters?.set(name, 7)
  for (const name of momentary) counters?.set(name, 5)
  counters?.set('startedAt', 1)
  await thread(0).terminate(new Error('ended'))
  await vi.waitFor(() => expect(thread(1).requests).toEqual(['startTask 2']))
  expect(totals.map((name) => counters?.get(name))).toEqual(totals.map(() => 7))
  expect(momentary.map((name) => counters?.get(name))).toEqual(momentary.map(() => 0))
  expect(counters?.get('startedAt')).toBeGreaterThan(1)
})

const totals = ['read', 'put', 'commits', 'connectionsOpened', 'requests', 'lastCommitAt'] as const
const momentary = [
  ...(['active', 'waitingSince', 'callSince', 'partitionCount'] as const),
  ...(['lag', 'lagAt', 'lagSince', 'connections'] as const),
]
