import type * as NodeThreads from 'node:worker_threads'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { LogIntake } from '../../src/worker/log-intake.ts'
import { PluginThread } from '../../src/worker/plugin-thread.ts'
import { MemoryBudget } from '../../src/util/memory-budget.ts'
import { buildThreadEntry } from './set-up.ts'
import type { ThreadEntry } from './set-up.ts'

const born = vi.hoisted((): NodeThreads.Worker[] => [])
vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof NodeThreads>()
  class Observed extends original.Worker {
    constructor(...args: ConstructorParameters<typeof original.Worker>) {
      super(...args)
      born.push(this)
    }
  }
  return { ...original, Worker: Observed }
})

let built: ThreadEntry
beforeAll(async () => {
  built = await buildThreadEntry()
})
afterAll(() => built.remove())

test('a thread that tells of a second error has ended of the first, and the process goes on', async () => {
  const memory = new MemoryBudget(2 ** 20)
  const onEnded = vi.fn()
  const refuse = () => Promise.reject(new Error('not in this test'))
  const ignore = () => undefined
  const thread = new PluginThread({
    entry: built.entry,
    settings: {
      ...{ role: 'tasks', name: 'task-thread-1', incarnation: 1, plugins: [], workerConfig: {} },
      lease: new SharedArrayBuffer(64),
      memory: { budget: memory.shared, account: memory.newAccount() },
    },
    heapMb: 64,
    logs: new LogIntake(),
    requests: {
      ...{ readOffsets: refuse, writeOffsets: refuse, createTopic: refuse, copyOffsets: refuse },
      ...{ offsetKeys: refuse, fenceZombies: refuse, confirmTask: refuse },
    },
    notices: {
      ...{ ready: ignore, connectorStatus: ignore, taskStatus: ignore, topicUsed: ignore },
      ...{ requestTaskReconfiguration: ignore, kafkaIdOpened: ignore, log: ignore },
      ...{ secret: ignore, loggers: ignore },
    },
    onEnded,
  })
  const [node] = born
  node?.emit('error', new Error('the first'))
  node?.emit('error', new Error('the second'))
  await thread.terminate(new Error('the end of the test'))
  expect(thread.reason?.message).toBe('The thread task-thread-1 crashed: the first')
  expect(onEnded).toHaveBeenCalledOnce()
})
