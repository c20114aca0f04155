import { readFileSync } from 'node:fs'
import { createGroupConsumer } from '../../src/kafka/group/group-consumer.ts'
import { openProducer, openTransactionalProducer } from '../../src/kafka/producer/kafka-producer.ts'
import type {
  ClientConfig,
  FetchedRecords,
  ProducerListener,
  RecordProducer,
} from '../../src/kafka/types.ts'
import { MemoryAccount, MemoryBudget } from '../../src/util/memory-budget.ts'
import type { MemoryShare } from '../../src/util/memory-budget.ts'
import { payloadAt, pollRecords, Stopwatch, transactionMs } from './client-task.ts'
import type { ClientReport, ClientTask } from './client-task.ts'

const never = new AbortController().signal
/** As a worker on a machine of one gigabyte has it. */
const budgetBytes = 256 * 1024 * 1024

/** As a source task does: what a poll returned is appended, then there is room or it waits. */
export async function produce(task: ClientTask): Promise<ClientReport> {
  const { topic, records } = task
  const payloads = readFileSync(task.payloadFile, 'utf8').trimEnd().split('\n').map(toBytes)
  const watch = new Stopwatch(records)
  let acknowledged = 0
  const listener: ProducerListener = {
    acknowledged: (from, to) => {
      acknowledged += to - from
      watch.passed(acknowledged)
    },
    failed: (_from, _to, _partition, error) => {
      throw error
    },
  }
  const { producer, turn, end } = await openFor(task, listener)
  watch.start()
  await producer.partitionCount(topic, never)
  for (let from = 0; from < records; from += pollRecords) {
    const now = Date.now()
    for (let i = from; i < Math.min(from + pollRecords, records); i++) {
      const partition = producer.choosePartition(topic, null)
      producer.appender(topic, partition).append(i, now, null, payloadAt(payloads, i), null)
      if (!producer.hasRoom) await producer.room(never)
    }
    await turn()
  }
  await end()
  await producer.flush(never)
  const report = watch.stop(acknowledged)
  await producer.close(never)
  return report
}

interface OpenProducer {
  readonly producer: RecordProducer
  /** After each poll, and at the end: ends the transaction where it is time. */
  readonly turn: () => Promise<void>
  readonly end: () => Promise<void>
}

async function openFor(task: ClientTask, listener: ProducerListener): Promise<OpenProducer> {
  const config: ClientConfig = {
    'bootstrap.servers': task.bootstrapServers,
    'compression.type': task.codec,
  }
  const nothing = (): Promise<void> => Promise.resolve()
  if (!task.transactional) {
    const memory = openShare()
    const producer = await openProducer(config, listener, { memory })
    return { producer, turn: nothing, end: nothing }
  }
  const producer = await openTransactionalProducer(
    { ...config, 'transactional.id': task.topic },
    listener,
    { memory: openShare() },
  )
  await producer.init(never)
  producer.begin()
  let begunAt = performance.now()
  const turn = async (): Promise<void> => {
    if (performance.now() - begunAt < transactionMs) return
    await producer.commit(never)
    producer.begin()
    begunAt = performance.now()
  }
  return { producer, turn, end: () => producer.commit(never) }
}

/** As a sink task does, but for the converters: each record is looked at in place, or its value made a string. */
export async function fetch(task: ClientTask): Promise<ClientReport> {
  const { bootstrapServers, topic, records, transactional } = task
  const consumer = createGroupConsumer(
    {
      'bootstrap.servers': bootstrapServers,
      'group.id': `${topic}-${process.pid}`,
      'auto.offset.reset': 'earliest',
      'isolation.level': transactional ? 'read_committed' : 'read_uncommitted',
    },
    { memory: openShare() },
  )
  const watch = new Stopwatch(records)
  const done = (): Promise<void> => Promise.resolve()
  const assigned = (): Promise<void> => {
    watch.start()
    return Promise.resolve()
  }
  consumer.subscribe({ topics: [topic] }, { assigned, revoked: done, lost: done })
  const read = task.strings ? readStrings : readInPlace
  let count = 0
  while (count < records) {
    for (const slice of await consumer.poll(1000, never)) count += read(slice)
    watch.passed(count)
  }
  const report = watch.stop(count)
  await consumer.close(never)
  return report
}

/** Number of records; each value's first and last byte is read. */
function readInPlace({ cursor }: FetchedRecords): number {
  let count = 0
  let seen = 0
  while (cursor.next()) {
    const { buffer, valueStart, valueEnd } = cursor
    seen |= (buffer[valueStart] ?? 0) & (buffer[valueEnd - 1] ?? 0)
    count++
  }
  if (count > 0 && seen === 0) throw new Error('Found values without a byte.')
  return count
}

function readStrings({ cursor }: FetchedRecords): number {
  let count = 0
  let length = 0
  while (cursor.next()) {
    length += cursor.buffer.utf8Slice(cursor.valueStart, cursor.valueEnd).length
    count++
  }
  if (count > 0 && length === 0) throw new Error('Found values without a character.')
  return count
}

function openShare(): MemoryShare {
  const budget = new MemoryBudget(budgetBytes)
  return new MemoryAccount(budget.shared, budget.newAccount()).open()
}

function toBytes(text: string): Buffer {
  return Buffer.from(text)
}
