import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { SourceTask } from '../../src/api/source-task.ts'
import { SourceRecord } from '../../src/data/records.ts'
import { ConnectError } from '../../src/errors/connect-error.ts'
import { openTransactionalProducer } from '../../src/kafka/producer/kafka-producer.ts'
import { transactionBoundary } from '../../src/runtime/transaction-boundary.ts'
import { TransactionalDelivery } from '../../src/runtime/transactional-delivery.ts'
import { WorkerSourceTask } from '../../src/runtime/worker-source-task.ts'
import { KafkaOffsetStore } from '../../src/stores/kafka-offset-store.ts'
import { loadTestHooks } from '../../src/util/fault-point.ts'
import type { FaultPoint } from '../../src/util/fault-point.ts'
import { readCommitted } from '../support/committed-records.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { seedOfRun } from '../support/seed-of-run.ts'
import { topicPrefix } from '../support/topics.ts'
import { waitFor } from '../support/wait-for.ts'
import { fakePlugins, fakeServices } from '../runtime/fakes.ts'
import type { FakeServices } from '../runtime/fakes.ts'
import { topicAdminOf } from './stores/topic-admin.ts'

const prefix = topicPrefix('exactly-once')
const signal = AbortSignal.timeout(240_000)
const bootstrap = { 'bootstrap.servers': inject('bootstrapServers') }
/** So many numbers a source has, and so many of them it returns at once. */
const [total, batch] = [60, 4]
const partition = { numbers: 'all' }
let kafka: KafkaClient

/** What the tests do where the code passes. */
const faults: { at: (point: FaultPoint) => void } = { at: () => undefined }

beforeAll(async () => {
  kafka = await openKafkaClient(inject('bootstrapServers'))
  Object.assign(globalThis, { faultsOfExactlyOnce: faults })
  process.env.SLUICE_TEST_HOOKS =
    'data:text/javascript,export default (point) => globalThis.faultsOfExactlyOnce.at(point)'
  await loadTestHooks()
})

afterAll(async () => {
  faults.at = () => undefined
  delete process.env.SLUICE_TEST_HOOKS
  await kafka[Symbol.asyncDispose]()
})

/** Returns the numbers behind the one that was stored, in order. */
class NumbersTask extends SourceTask {
  readonly #topic: string
  #next = 0

  constructor(topic: string) {
    super()
    this.#topic = topic
  }

  version(): string {
    return '1'
  }

  async start(): Promise<void> {
    const stored = await this.context.offsetStorageReader.offset(partition)
    this.#next = Number(stored?.next ?? 0)
  }

  async poll(): Promise<readonly SourceRecord[] | null> {
    if (this.#next >= total) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      return null
    }
    return Array.from({ length: Math.min(batch, total - this.#next) }, () => {
      const value = String(this.#next++)
      const offset = { next: this.#next }
      return new SourceRecord(partition, offset, this.#topic, null, null, null, null, value)
    })
  }

  stop(): void {
    // Nothing was opened.
  }
}

interface Pipeline {
  readonly topic: string
  readonly offsets: string
  readonly store: KafkaOffsetStore
}

async function openPipeline(name: string): Promise<Pipeline> {
  // Another one for every try.
  const topic = `${prefix}${name}-${randomUUID().slice(0, 8)}`
  const offsets = `${topic}-offsets`
  await kafka.createTopic(topic)
  const store = new KafkaOffsetStore({
    topic: {
      name: offsets,
      partitions: 3,
      replicationFactor: 1,
      configs: { 'cleanup.policy': 'compact' },
    },
    clientConfig: { ...bootstrap, 'client.id': 'offsets' },
    readConfig: { ...bootstrap, 'isolation.level': 'read_committed' },
    admin: topicAdminOf(kafka),
  })
  await store.start(signal)
  return { topic, offsets, store }
}

/** A run of the task on a worker of its own: real clients, and what the main thread answers. */
function newRun(
  { topic, offsets, store }: Pipeline,
  kind: 'poll' | 'interval',
  intervalMs = 20,
): { readonly task: WorkerSourceTask; readonly services: FakeServices } {
  const services = fakeServices()
  const transactionalId = `${topic}-c-0`
  Object.assign(services, {
    readOffsets: (partitions: readonly { numbers: string }[]) => store.get('c', partitions, signal),
    transactions: {
      ...services.transactions,
      offsetKeys: (partitions: readonly { numbers: string }[]) =>
        Promise.resolve(store.keys('c', partitions)),
    },
  })
  const settings = {
    ...{ task: 'c-0', transactionalId, offsetsTopic: offsets, hasSecondStore: false },
    boundary: transactionBoundary({ kind, intervalMs }),
  }
  const config = { ...bootstrap, 'transactional.id': transactionalId, acks: 'all' }
  const task = new WorkerSourceTask({
    ...{ services, targetState: 'STARTED', taskConfig: {}, createsTopics: false },
    commit: { timeoutMs: 5000 },
    openTask: () => Promise.resolve(new NumbersTask(topic)),
    openPlugins: () => Promise.resolve(fakePlugins()),
    openDelivery: (parts) =>
      TransactionalDelivery.open(parts, settings, (listener) =>
        openTransactionalProducer(config, listener),
      ),
  })
  return { task, services }
}

/** What a reader of committed records finds up to the end as it is now. */
function committed({ topic }: Pipeline): Promise<string[]> {
  return readCommitted({ bootstrapServers: bootstrap['bootstrap.servers'], topic, kafka })
}

const everyNumber = Array.from({ length: total }, (_, number) => String(number))

async function isDone({ store }: Pipeline): Promise<boolean> {
  const [stored] = await store.get('c', [partition], signal)
  return Number(stored?.next ?? 0) >= total
}

/** Runs the task over and over, each time until it fails or has read everything. */
async function runToTheEnd(pipeline: Pipeline, kind: 'poll' | 'interval'): Promise<number> {
  for (let runs = 1; ; runs++) {
    const { task } = newRun(pipeline, kind)
    try {
      await task.start(signal)
      const failed = task.done.then(() => 'ended').catch(() => 'failed')
      for (;;) {
        const pause = new Promise((resolve) => setTimeout(() => resolve('waiting'), 20))
        if ((await Promise.race([failed, pause])) !== 'waiting') break
        if (await isDone(pipeline)) break
      }
    } catch {
      // It failed while it started.
    }
    await task.stop(5000)
    if (await isDone(pipeline)) return runs
  }
}

describe('records and offsets written in transactions', () => {
  test.each(['poll', 'interval'] as const)(
    'count exactly once though the task fails wherever it may, with the boundary %s',
    async (kind) => {
      const { seed } = seedOfRun()
      const random = randomNumbers(seed)
      const pipeline = await openPipeline(`faults-${kind}`)
      const places = new Set(['source.polled', 'transaction.commit', 'transaction.committed'])
      let left = 6
      faults.at = (point) => {
        if (!places.has(point) || left === 0 || random() > 0.3) return
        left--
        throw new Error(`a fault at ${point}`)
      }
      const runs = await runToTheEnd(pipeline, kind)
      faults.at = () => undefined
      expect(runs, `SLUICE_SEED=${seed}`).toBeGreaterThan(1)
      expect(await committed(pipeline), `SLUICE_SEED=${seed}`).toEqual(everyNumber)
      await pipeline.store.stop(signal)
    },
  )

  test('of a run that another one has replaced count no more', async () => {
    const pipeline = await openPipeline('zombie')
    // Its first transaction would end in a day.
    const { task: zombie, services } = newRun(pipeline, 'interval', 86_400_000)
    await zombie.start(signal)
    await waitFor('records of the open transaction', () => services.counters.get('written') > 0)
    await runToTheEnd(pipeline, 'poll')
    const ended = zombie.done.catch((error: unknown) => error)
    await zombie.stop(5000)
    expect(await ended).toBeInstanceOf(ConnectError)
    expect(await committed(pipeline)).toEqual(everyNumber)
    await pipeline.store.stop(signal)
  })
})
