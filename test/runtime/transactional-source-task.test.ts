import { describe, expect, test, vi } from 'vitest'
import { SourceRecord } from '../../src/data/records.ts'
import { ConnectError, javaNameOf } from '../../src/errors/connect-error.ts'
import { brokerError, ErrorCode } from '../../src/kafka/protocol/errors.ts'
import { setUp } from './transactional-set-up.ts'
import type { QueueTask } from './transactional-set-up.ts'

const never = new AbortController().signal
const partition = { file: 'f' }
const key = '["c",{"file":"f"}]'

function record(position: number, value: string, topic = 't'): SourceRecord {
  return new SourceRecord(partition, { position }, topic, null, null, null, null, value)
}

function committed(records: readonly string[], position: number) {
  return { how: 'commit', records, offsets: [[key, `{"position":${position}}`]] }
}

describe('a source task that writes in transactions', () => {
  test('fences others, takes its transactional id and asks whether it is still wanted, before its plugin starts', async () => {
    const { task, steps, source, producer } = setUp()
    await task.start(never)
    expect(steps).toEqual(['fence', 'confirm'])
    expect(producer().calls).toEqual(['init'])
    expect(source.calls).toEqual(['start'])
    await task.stop(1000)
  })

  test('does not start its plugin where it is not wanted any more', async () => {
    const { task, source, services } = setUp()
    const refused = new ConnectError('Cannot start source task')
    Object.assign(services.transactions, { confirm: () => Promise.reject(refused) })
    await expect(task.start(never)).rejects.toBe(refused)
    expect(source.calls).toEqual([])
    await task.stop(1000)
  })

  test('commits every batch with its offsets, then tells the plugin of each record', async () => {
    const { task, source, producer } = setUp()
    await task.start(never)
    source.give(
      () => [record(1, 'a'), record(2, 'b')],
      () => [record(3, 'c')],
    )
    await vi.waitFor(() =>
      expect(producer().ended).toEqual([committed(['a', 'b'], 2), committed(['c'], 3)]),
    )
    await task.stop(1000)
    await task.done
    expect(source.told.map(([value]) => value)).toEqual(['a', 'b', 'c'])
    expect(source.told.every(([, offset]) => offset !== null)).toBe(true)
  })

  test('tells the plugin of a commit also where nothing was polled', async () => {
    const { task, source, producer } = setUp()
    await task.start(never)
    source.give(() => null)
    await vi.waitFor(() => expect(source.calls).toContain('commit'))
    expect(producer().ended).toEqual([])
    await task.stop(1000)
  })

  test('commits with the first batch that ends behind the interval, when it is paused, and at its end', async () => {
    const { task, source, producer, passTime, services } = setUp({ kind: 'interval' })
    await task.start(never)
    source.give(() => [record(1, 'a')])
    source.give(() => {
      passTime(100)
      return [record(2, 'b')]
    })
    await vi.waitFor(() => expect(producer().ended).toEqual([committed(['a', 'b'], 2)]))
    source.give(() => [record(3, 'c')])
    await vi.waitFor(() => expect(producer().sent.map(({ value }) => value)).toContain('c'))
    task.setTargetState('PAUSED')
    await vi.waitFor(() => expect(services.states).toContain('PAUSED'))
    expect(producer().ended.at(-1)).toEqual(committed(['c'], 3))
    task.setTargetState('STARTED')
    source.give(() => [record(4, 'd')])
    await vi.waitFor(() => expect(producer().sent.map(({ value }) => value)).toContain('d'))
    await task.stop(1000)
    await task.done
    expect(producer().ended.at(-1)).toEqual(committed(['d'], 4))
  })

  test('commits and aborts where the connector says so, also in the middle of a batch', async () => {
    const { task, source, producer } = setUp({ kind: 'connector' })
    await task.start(never)
    const batch = [1, 2, 3, 4, 5].map((n) => record(n, String(n)))
    source.give(() => {
      const [, second, , fourth] = batch
      source.context.transactionContext?.commitTransaction(second)
      source.context.transactionContext?.abortTransaction(fourth)
      return batch
    })
    await vi.waitFor(() => expect(producer().ended).toHaveLength(3))
    expect(producer().ended).toEqual([
      committed(['1', '2'], 2),
      { how: 'abort', records: ['3', '4'], offsets: [] },
      committed([], 4),
    ])
    expect(source.told.slice(2)).toEqual([
      ['3', null],
      ['4', null],
    ])
    source.give(() => {
      source.context.transactionContext?.commitTransaction()
      return [record(6, '6')]
    })
    await vi.waitFor(() => expect(producer().ended.at(-1)).toEqual(committed(['5', '6'], 6)))
    source.give(() => [record(7, '7')])
    await vi.waitFor(() => expect(producer().sent.map(({ value }) => value)).toContain('7'))
    await task.stop(1000)
    await task.done
    // Nobody has asked for a commit: what is open at the end is dropped, and polled again.
    expect(producer().ended.at(-1)).toEqual({ how: 'abort', records: ['7'], offsets: [] })
  })

  test.each([
    {
      asks: 'of one batch',
      ask: (task: QueueTask) => {
        task.context.transactionContext?.commitTransaction()
        task.context.transactionContext?.abortTransaction()
      },
      message: 'Connector requested both commit and abort of same transaction',
    },
    {
      asks: 'of one record',
      ask: (task: QueueTask, it: SourceRecord) => {
        task.context.transactionContext?.commitTransaction(it)
        task.context.transactionContext?.abortTransaction(it)
      },
      message:
        'Connector requested both commit and abort of same record against topic/partition t/null',
    },
  ])('fails where commit and abort $asks are asked for', async ({ ask, message }) => {
    const { task, source, producer } = setUp({ kind: 'connector' })
    await task.start(never)
    const it = record(1, 'a')
    source.give(() => {
      ask(source, it)
      return [it]
    })
    const failure: unknown = await task.done.catch((error: unknown) => error)
    expect((failure as Error).message).toBe(message)
    expect(javaNameOf(failure as Error)).toBe('java.lang.IllegalStateException')
    expect(producer().ended.every(({ how }) => how === 'abort')).toBe(true)
    await task.stop(100)
  })

  test('has no transaction context unless the connector defines its transactions', async () => {
    const { task, source } = setUp()
    await task.start(never)
    expect(source.context.transactionContext).toBeNull()
    await task.stop(1000)
  })

  test('keeps no offset of a record that was skipped, and tells of it with the others, in order', async () => {
    const { task, source, producer } = setUp({}, { config: { 'errors.tolerance': 'all' } })
    await task.start(never)
    source.give(() => [record(1, 'a'), record(2, 'bad'), record(3, 'c'), record(4, 'bad too')])
    await vi.waitFor(() => expect(producer().ended).toEqual([committed(['a', 'c'], 3)]))
    await vi.waitFor(() => expect(source.told).toHaveLength(4))
    expect(source.told.map(([value, offset]) => [value, offset !== null])).toEqual([
      ['a', true],
      ['bad', false],
      ['c', true],
      ['bad too', false],
    ])
    await task.stop(1000)
  })

  test('fails where a commit does, tells the plugin of nothing, and leaves nothing open', async () => {
    const { task, source, producer, services } = setUp()
    await task.start(never)
    producer().commitError = new Error('away')
    source.give(() => [record(1, 'a')])
    const failure: unknown = await task.done.catch((error: unknown) => error)
    expect((failure as Error).message).toBe('Failed to flush offsets and/or records for task c-0')
    expect(source.told).toEqual([])
    expect(producer().ended.map(({ how }) => how)).toEqual(['abort'])
    expect(services.counters.get('commitFailures')).toBe(1)
    await task.stop(100)
  })

  test('says what helps where its transaction has expired', async () => {
    const { task, source, producer } = setUp()
    await task.start(never)
    producer().commitError = new ConnectError('aborted', {
      cause: brokerError(ErrorCode.INVALID_PRODUCER_EPOCH, 'Cannot write'),
    })
    source.give(() => [record(1, 'a')])
    await expect(task.done).rejects.toThrow(
      /^The task c-0 was unable to finish writing records to Kafka before its producer transaction expired\./,
    )
    await task.stop(100)
  })

  test('names the rights it lacks for its transactional id', async () => {
    const { task, source, producer } = setUp()
    await task.start(never)
    producer().commitError = brokerError(
      ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      'Cannot commit',
    )
    source.give(() => [record(1, 'a')])
    await expect(task.done).rejects.toThrow('Write and Describe on TransactionalId "g-c-0"')
    await task.stop(100)
  })

  test('may not write to its own offsets topic', async () => {
    const { task, source } = setUp({}, { config: { 'errors.tolerance': 'all' } })
    await task.start(never)
    source.give(() => [record(1, 'a', 'offsets')])
    await expect(task.done).rejects.toThrow(
      'Source tasks may not produce to their own offsets topics when exactly-once support is enabled',
    )
    await task.stop(100)
  })

  test('commits nothing once it is cancelled', async () => {
    const { task, source, producer } = setUp({ kind: 'interval' })
    await task.start(never)
    source.give(() => [record(1, 'a')])
    await vi.waitFor(() => expect(producer().sent).toHaveLength(1))
    task.cancel(new Error('cancelled'))
    await task.stop(100)
    expect(producer().ended.filter(({ how }) => how === 'commit')).toEqual([])
  })

  test('resets offsets in a second store before they are reset in its own, and copies others behind the commit', async () => {
    const { task, source, elsewhere } = setUp({}, { hasSecondStore: true })
    await task.start(never)
    const gone = new SourceRecord({ file: 'g' }, null, 't', null, null, null, null, 'x')
    source.give(() => [record(1, 'a'), gone])
    await vi.waitFor(() =>
      expect(elsewhere).toEqual([
        { after: 0, offsets: [[{ file: 'g' }, null]] },
        { after: 1, offsets: [[partition, { position: 1 }]] },
      ]),
    )
    await task.stop(1000)
  })

  test('counts the sizes of its transactions', async () => {
    const { task, source, services, producer } = setUp()
    await task.start(never)
    source.give(
      () => [record(1, 'a'), record(2, 'b'), record(3, 'c')],
      () => [record(4, 'd')],
    )
    await vi.waitFor(() => expect(producer().ended).toHaveLength(2))
    await task.stop(1000)
    const { counters } = services
    expect([counters.get('transactions'), counters.get('transactionRecords')]).toEqual([2, 4])
    expect([
      counters.peak('transactionSizeMax', 0),
      counters.peak('transactionSizeLeast', 0),
    ]).toEqual([3, -1])
  })
})
