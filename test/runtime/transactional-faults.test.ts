import { describe, expect, test, vi } from 'vitest'
import { SourceRecord } from '../../src/data/records.ts'
import { asError } from '../../src/errors/connect-error.ts'
import { brokerError, ErrorCode } from '../../src/kafka/protocol/errors.ts'
import { fencingFailure } from '../../src/runtime/transaction-errors.ts'
import { setUp } from './transactional-set-up.ts'

const never = new AbortController().signal
const until = (check: () => void): Promise<void> => vi.waitFor(check, 30_000)
const partition = { file: 'f' }
const place = { topic: 't', partition: 0 }
const queue = { 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': 'dead' }

function record(position: number, value: string): SourceRecord {
  return new SourceRecord(partition, { position }, 't', null, null, null, null, value)
}

function committed(records: readonly string[], position: number) {
  return {
    how: 'commit',
    records,
    offsets: [['["c",{"file":"f"}]', `{"position":${position}}`]],
  }
}

describe('a source task in transactions whose worker is just no member of its group', () => {
  test('takes its transactional id from nobody until it is one again', async () => {
    const { task, steps, services, producer, source } = setUp()
    services.workerLease.end()
    const started = task.start(never)
    await until(() => expect(steps).toEqual(['fence']))
    // As long as two looks at the lease take.
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect([producer().calls, steps, source.calls]).toEqual([[], ['fence'], []])
    services.workerLease.extend({ monotonicMs: performance.now(), wallMs: Date.now() }, 3_600_000)
    await started
    expect([producer().calls, steps, source.calls]).toEqual([
      ['init'],
      ['fence', 'confirm'],
      ['start'],
    ])
    await task.stop(1000)
  })

  test('commits nothing when it is paused until it is one again', async () => {
    const { task, services, producer, source } = setUp({ kind: 'interval' })
    await task.start(never)
    source.give(() => [record(1, 'a')])
    await until(() => expect(producer().sent).toHaveLength(1))
    services.workerLease.end()
    task.setTargetState('PAUSED')
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(producer().ended).toEqual([])
    services.workerLease.extend({ monotonicMs: performance.now(), wallMs: Date.now() }, 3_600_000)
    await until(() => expect(producer().ended).toEqual([committed(['a'], 1)]))
    await task.stop(1000)
  })
})

test('a record that was lost before its transaction is aborted at the wish of the connector stays in no later one', async () => {
  const { task, source, producer, services } = setUp({ kind: 'connector' })
  await task.start(never)
  const doomed = record(1, 'doomed')
  source.give(() => {
    source.context.transactionContext?.abortTransaction(doomed)
    return [doomed]
  })
  const appender = producer().appender.bind(producer())
  producer().appender = (topic, at) => {
    const real = appender(topic, at)
    return {
      ...real,
      append: (index, ...rest) => {
        real.append(index, ...rest)
        if (index === 0) {
          // Refused at once, and heard of before it is aborted; the abort itself then has nothing of it.
          producer().listener.failed(index, index + 1, place, new Error('too large'))
          producer().sent.pop()
        }
      },
    }
  }
  await until(() => expect(producer().ended).toHaveLength(2))
  expect(producer().ended).toEqual([{ how: 'abort', records: [], offsets: [] }, committed([], 1)])
  expect(source.told).toEqual([['doomed', null]])
  source.give(() => {
    source.context.transactionContext?.commitTransaction()
    return [record(2, 'b')]
  })
  await until(() => expect(producer().ended.at(-1)).toEqual(committed(['b'], 2)))
  // Nothing waits for ever for the one that was lost.
  source.give(() => {
    source.context.transactionContext?.commitTransaction()
    return null
  })
  await until(() => expect(services.counters.get('commits')).toBeGreaterThanOrEqual(3))
  expect(producer().ended).toHaveLength(3)
  await task.stop(1000)
})

describe('a dead letter of a source that writes in transactions', () => {
  test('is durable before the transaction is committed that holds its offset', async () => {
    const { task, source, producer, keeping } = setUp({}, { config: queue })
    await task.start(never)
    source.give(() => [record(1, 'a'), record(2, 'bad')])
    await until(() => expect(keeping.letters).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(producer().ended).toEqual([])
    expect(source.told).toEqual([])
    keeping.producer.acknowledge()
    await until(() => expect(producer().ended).toEqual([committed(['a'], 2)]))
    await until(() => expect(source.told.map(([value]) => value)).toEqual(['a', 'bad']))
    expect(source.told[1]).toEqual(['bad', null])
    await task.stop(1000)
  })

  test('that the queue does not take fails the task, and nothing of the transaction counts', async () => {
    const { task, source, producer, keeping } = setUp({}, { config: queue })
    await task.start(never)
    source.give(() => [record(1, 'a'), record(2, 'bad')])
    await until(() => expect(keeping.letters).toHaveLength(1))
    keeping.producer.listener.failed(0, 1, { topic: 'dead', partition: 0 }, new Error('too large'))
    const failure = asError(await task.done.catch((error: unknown) => error))
    expect(failure.message).toBe('Failed to flush offsets and/or records for task c-0')
    expect(asError(failure.cause).message).toContain('dead letter queue. topic=dead')
    expect(producer().ended.map(({ how }) => how)).toEqual(['abort'])
    expect(source.told).toEqual([])
    await task.stop(100)
  })

  test('alone commits a transaction of its offset and no record', async () => {
    const { task, source, producer, keeping } = setUp({}, { config: queue })
    await task.start(never)
    source.give(() => [record(1, 'bad')])
    await until(() => expect(keeping.letters).toHaveLength(1))
    keeping.producer.acknowledge()
    await until(() => expect(producer().ended).toEqual([committed([], 1)]))
    await task.stop(1000)
  })
})

describe('why the producers of earlier tasks were not fenced', () => {
  test('names the rights that are missing', () => {
    const code = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    const { message } = fencingFailure(brokerError(code, 'Cannot fence'), ['g-c-0', 'g-c-1'])
    expect(message).toMatch(
      /^Cannot fence: .* Allow it the operations Write and Describe on TransactionalId "g-c-0", "g-c-1"\.$/,
    )
  })

  test('is what it was where no right is missing', () => {
    expect(fencingFailure(new Error('away'), ['g-c-0']).message).toBe('away')
  })
})
