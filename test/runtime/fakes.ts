import type { Converter, HeaderConverter } from '../../src/api/converter.ts'
import type { SourceOffset, SourcePartition } from '../../src/data/records.ts'
import type {
  FetchedRecords,
  GroupConsumer,
  ProducerListener,
  RebalanceListener,
  RecordAppender,
  RecordCursor,
  RecordHeader,
  RecordProducer,
} from '../../src/kafka/types.ts'
import { MemoryAccount, MemoryBudget } from '../../src/util/memory-budget.ts'
import { WorkerLease } from '../../src/messages/worker-lease.ts'
import { TaskCounters } from '../../src/messages/counters.ts'
import { RecordErrors } from '../../src/runtime/record-errors.ts'
import type { Keeping, TaskPlugins } from '../../src/runtime/task-plugins.ts'
import type { TaskServices } from '../../src/runtime/task.ts'
import { encodeKey } from '../../src/stores/offset-json.ts'
import { delay } from '../../src/util/abort.ts'
import { setLogLevel } from '../../src/util/log-levels.ts'
import { LeaseGate } from '../../src/runtime/lease-gate.ts'
import { createLogger } from '../../src/util/logger.ts'

setLogLevel('test', 'OFF')

export interface Sent {
  readonly index: number
  readonly topic: string
  readonly partition: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly RecordHeader[] | null
}

/** A producer that keeps what it is given until the test acknowledges it. */
export class FakeProducer implements RecordProducer {
  readonly sent: Sent[] = []
  readonly listener: ProducerListener
  closed = false
  flushed = 0
  /** Acknowledge everything at once on flush, as a broker that answers. */
  acknowledgeOnFlush = true
  readonly #waiting: (() => void)[] = []
  capacity = Number.POSITIVE_INFINITY
  #acknowledged = 0

  constructor(listener: ProducerListener) {
    this.listener = listener
  }

  get hasRoom(): boolean {
    return this.sent.length - this.#acknowledged < this.capacity
  }

  partitionCount(topic: string, _signal: AbortSignal): Promise<number> {
    if (topic === 'forbidden') return Promise.reject(new Error('Topic authorization failed'))
    return Promise.resolve(3)
  }

  choosePartition(_topic: string, key: Uint8Array | null): number {
    return key === null ? 0 : (key[0] ?? 0) % 3
  }

  appender(topic: string, partition: number): RecordAppender {
    const push = (
      index: number,
      timestamp: number,
      key: Uint8Array | null,
      value: string | null,
      headers: readonly RecordHeader[] | null,
    ): void => {
      const keyText = key === null ? null : Buffer.from(key).toString()
      this.sent.push({ index, topic, partition, timestamp, key: keyText, value, headers })
    }
    return {
      append: (index, timestamp, key, value, headers) => {
        push(index, timestamp, key, value === null ? null : Buffer.from(value).toString(), headers)
      },
      appendEncoded: (index, timestamp, key, headers, encoder, schema, value) => {
        const target = Buffer.alloc(encoder.maxEncodedBytes(schema, value))
        const end = encoder.encodeAt(target, 0, schema, value)
        push(index, timestamp, key, target.toString('utf8', 0, end), headers)
      },
    }
  }

  room(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    })
  }

  /** Acknowledges the records numbered up to `to`. */
  acknowledge(to = this.sent.length): void {
    const from = this.#acknowledged
    this.#acknowledged = to
    if (to > from) this.listener.acknowledged(from, to, { topic: 't', partition: 0 }, 100)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async flush(signal: AbortSignal): Promise<void> {
    this.flushed++
    if (this.acknowledgeOnFlush) {
      // An answer takes longer than a turn.
      await delay(5)
      this.acknowledge()
    } else {
      signal.throwIfAborted()
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    }
  }

  /** What is left is reported with this error when the producer closes. */
  failOnClose: Error | null = null

  close(): Promise<void> {
    this.closed = true
    if (this.failOnClose !== null) {
      const left = this.sent.length
      this.listener.failed(left - 1, left, { topic: 't', partition: 0 }, this.failOnClose)
    }
    return Promise.resolve()
  }
}

export interface FakeRecord {
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
  readonly headers?: readonly RecordHeader[]
}

/** A cursor over records written down by the test. */
export function cursorOf(records: readonly FakeRecord[]): RecordCursor {
  const buffer = Buffer.from(records.map((r) => (r.key ?? '') + (r.value ?? '')).join(''))
  let at = -1
  let position = 0
  const cursor = {
    buffer,
    keyStart: -1,
    keyEnd: -1,
    valueStart: -1,
    valueEnd: -1,
    offset: -1,
    timestamp: 1000,
    timestampType: 'CreateTime' as const,
    headerCount: 0,
    headers: () => [...(records[at]?.headers ?? [])],
    next: () => {
      const record = records[++at]
      if (record === undefined) return false
      const place = (text: string | null): [number, number] => {
        if (text === null) return [-1, -1]
        position += Buffer.byteLength(text)
        return [position - Buffer.byteLength(text), position]
      }
      ;[cursor.keyStart, cursor.keyEnd] = place(record.key)
      ;[cursor.valueStart, cursor.valueEnd] = place(record.value)
      cursor.offset = record.offset
      cursor.headerCount = record.headers?.length ?? 0
      return true
    },
  }
  return cursor
}

/** A consumer whose polls and rebalances are what the test says. */
export class FakeConsumer implements GroupConsumer {
  listener: RebalanceListener | null = null
  readonly commits: unknown[] = []
  readonly paused = new Set<number>()
  readonly seeks: [number, number][] = []
  readonly queue: (readonly FakeRecord[] | (() => Promise<void>))[] = []
  assigned: number[] = []
  closed = false
  /** False from when its session is over, as the clock tells it before the group does. */
  holds = true
  commitError: Error | null = null
  #wake: (() => void) | null = null

  subscribe(_subscription: unknown, listener: RebalanceListener): void {
    this.listener = listener
  }

  async assign(...partitions: number[]): Promise<void> {
    this.assigned.push(...partitions)
    await this.listener?.assigned(partitions.map((partition) => ({ topic: 't', partition })))
  }

  async poll(timeoutMs: number): Promise<readonly FetchedRecords[]> {
    const next =
      this.paused.size === 0 || typeof this.queue[0] === 'function' ? this.queue.shift() : undefined
    if (typeof next === 'function') {
      await next()
      return []
    }
    if (next === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        setTimeout(resolve, Math.min(timeoutMs, 20))
      })
      return []
    }
    const nextOffset = (next.at(-1)?.offset ?? 0) + 1
    return [{ topic: 't', partition: 0, cursor: cursorOf(next), nextOffset }]
  }

  wakeup(): void {
    this.#wake?.()
  }

  assignment(): { topic: string; partition: number }[] {
    return this.assigned.map((partition) => ({ topic: 't', partition }))
  }

  stillHolds(): boolean {
    return this.holds
  }

  pause(partitions: readonly { partition: number }[]): void {
    for (const { partition } of partitions) this.paused.add(partition)
  }

  resume(partitions: readonly { partition: number }[]): void {
    for (const { partition } of partitions) this.paused.delete(partition)
  }

  seek({ partition }: { partition: number }, offset: number): void {
    this.seeks.push([partition, offset])
  }

  position(): Promise<number> {
    return Promise.resolve(0)
  }

  commit(offsets: readonly unknown[]): Promise<void> {
    if (this.commitError !== null) return Promise.reject(this.commitError)
    this.commits.push(...offsets)
    return Promise.resolve()
  }

  async close(): Promise<void> {
    if (this.assigned.length > 0) await this.listener?.revoked(this.assignment())
    this.closed = true
  }
}

export interface FakeServices extends TaskServices {
  readonly states: string[]
  readonly written: [SourcePartition | null, SourceOffset | null][]
  writeError: Error | null
  readonly workerLease: WorkerLease
}

export function fakeServices(): FakeServices {
  const workerLease = new WorkerLease()
  const budget = new MemoryBudget(2 ** 20)
  const services: FakeServices = {
    states: [],
    written: [],
    writeError: null,
    loader: { load: () => Promise.reject(new Error('nothing to load')) },
    readOffsets: (partitions) => Promise.resolve(partitions.map(() => ({ position: 7 }))),
    writeOffsets: (offsets) => {
      if (services.writeError !== null) return Promise.reject(services.writeError)
      services.written.push(
        ...offsets.map((entry): [SourcePartition | null, SourceOffset | null] => [...entry]),
      )
      return Promise.resolve()
    },
    transactions: {
      ...{ fenceZombies: () => Promise.resolve(), confirm: () => Promise.resolve() },
      offsetKeys: (partitions) => Promise.resolve(partitions.map((each) => encodeKey('c', each))),
      writeElsewhere: () => Promise.resolve(),
    },
    createTopic: () => Promise.resolve({ created: true }),
    notify: {
      status: (state) => services.states.push(state),
      topicUsed: (topic) => services.states.push(`topic ${topic}`),
      kafkaIdOpened: () => undefined,
    },
    counters: new TaskCounters(),
    workerLease,
    openMemoryShare: () => new MemoryAccount(budget.shared, budget.newAccount()).open(),
    lease: new LeaseGate(workerLease, createLogger('test')),
    fail: (error) => services.states.push(`FAILED ${error.message}`),
    logger: createLogger('test'),
    call: (_stage, call) => call(),
  }
  return services
}

/** Text as UTF-8; a value `later:…` is answered by a promise, a value `bad…` is refused. */
export const textConverter: Converter & HeaderConverter = {
  fromConnectData: (_topic, _headers, _schema, value) => {
    const text = value as string | null
    if (text?.startsWith('bad') === true) throw new Error(`cannot write ${text}`)
    const bytes = text === null ? null : Buffer.from(text)
    return text?.startsWith('later:') === true ? Promise.resolve(bytes) : bytes
  },
  toConnectData: (_topic, _headers, bytes) => {
    const value = bytes === null ? null : Buffer.from(bytes).toString()
    if (value?.startsWith('bad') === true) throw new Error(`cannot read ${value}`)
    const result = { schema: null, value }
    return value?.startsWith('later:') === true ? Promise.resolve(result) : result
  },
  fromConnectHeader: (_topic, _key, _schema, value) => Buffer.from(value as string),
  toConnectHeader: (_topic, _key, bytes) => ({
    schema: null,
    value: bytes === null ? null : Buffer.from(bytes).toString(),
  }),
}

const noKeeping: Keeping = {
  openQueue: () => Promise.reject(new Error('no queue here')),
  openLookup: () => {
    throw new Error('no lookup here')
  },
}

export function fakePlugins(config: Record<string, string> = {}, keeping = noKeeping): TaskPlugins {
  const text = { converter: textConverter, inPlace: null, className: 'TextConverter' }
  return {
    converters: {
      key: text,
      value: text,
      header: textConverter,
      headerClassName: 'TextConverter',
      addsHeaders: false,
      closers: [],
    },
    chain: null,
    errors: new RecordErrors(config, 'c-0', ''),
    keeping,
    close: () => undefined,
  }
}
