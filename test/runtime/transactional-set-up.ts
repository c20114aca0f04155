import { SourceTask } from '../../src/api/source-task.ts'
import type { RecordMetadata } from '../../src/api/source-task.ts'
import type { SourceRecord } from '../../src/data/records.ts'
import type { BoundarySettings } from '../../src/runtime/transaction-boundary.ts'
import { transactionBoundary } from '../../src/runtime/transaction-boundary.ts'
import { TransactionalDelivery } from '../../src/runtime/transactional-delivery.ts'
import { WorkerSourceTask } from '../../src/runtime/worker-source-task.ts'
import { FakeTransactionalProducer } from './fake-transactions.ts'
import { fakePlugins, fakeServices } from './fakes.ts'
import { FakeKeeping } from './keeping.ts'

/** Returns what the test queues, and waits when there is nothing. */
export class QueueTask extends SourceTask {
  readonly queue: (() => readonly SourceRecord[] | null)[] = []
  readonly calls: string[] = []
  readonly told: [unknown, number | null][] = []
  #wake: (() => void) | null = null

  version(): string {
    return '1'
  }

  start(): void {
    this.calls.push('start')
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    for (;;) {
      const next = this.queue.shift()
      if (next !== undefined) return next()
      if (signal.aborted) return null
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        signal.addEventListener('abort', () => resolve())
      })
    }
  }

  give(...batches: (() => readonly SourceRecord[] | null)[]): void {
    this.queue.push(...batches)
    this.#wake?.()
  }

  stop(): void {
    this.calls.push('stop')
  }

  override commit(): void {
    this.calls.push('commit')
  }

  override commitRecord(sent: SourceRecord, metadata: RecordMetadata | null): void {
    this.told.push([sent.value, metadata === null ? null : Number(metadata.offset)])
  }
}

/** A task that writes in transactions of a pretended producer, at a time that the test tells. */
export function setUp(
  boundary: Partial<BoundarySettings> = {},
  {
    config = {},
    hasSecondStore = false,
  }: { config?: Record<string, string>; hasSecondStore?: boolean } = {},
) {
  const services = fakeServices()
  const keeping = new FakeKeeping(services)
  const source = new QueueTask()
  const elsewhere: unknown[] = []
  const steps: string[] = []
  let producer: FakeTransactionalProducer | undefined
  let now = 0
  const { transactions } = services
  Object.assign(services, {
    transactions: {
      ...transactions,
      fenceZombies: () => Promise.resolve(void steps.push('fence')),
      confirm: () => Promise.resolve(void steps.push('confirm')),
      writeElsewhere: (offsets: readonly unknown[]) => {
        elsewhere.push({ after: producer?.ended.length, offsets })
        return Promise.resolve()
      },
    },
  })
  const settings = {
    task: 'c-0',
    transactionalId: 'g-c-0',
    offsetsTopic: 'offsets',
    hasSecondStore,
    boundary: transactionBoundary({ kind: 'poll', intervalMs: 100, ...boundary }, () => now),
  }
  const task = new WorkerSourceTask({
    services,
    targetState: 'STARTED',
    taskConfig: {},
    commit: { timeoutMs: 200 },
    createsTopics: false,
    openTask: () => Promise.resolve(source),
    openPlugins: () => Promise.resolve(fakePlugins(config, keeping)),
    openDelivery: (parts) =>
      TransactionalDelivery.open(parts, settings, (listener) => {
        producer = new FakeTransactionalProducer(listener)
        return Promise.resolve(producer)
      }),
  })
  const theProducer = (): FakeTransactionalProducer => {
    if (producer === undefined) throw new Error('no producer')
    return producer
  }
  const passTime = (ms: number): void => {
    now += ms
  }
  return { services, keeping, source, task, steps, elsewhere, producer: theProducer, passTime }
}
