import { beforeEach, describe, expect, test } from 'vitest'
import { RetriableError } from '../../../src/errors/connect-error.ts'
import {
  batches,
  conduct,
  given,
  hoist,
  json,
  resetConduct,
  runPreview,
} from './preview-harness.ts'
import { sourceRecord, stagesOf } from './preview-harness.ts'

beforeEach(resetConduct)

const dropB = {
  transforms: 'drop,hoist',
  'transforms.drop.type': 'org.apache.kafka.connect.transforms.Filter',
  'transforms.drop.predicate': 'other',
  'transforms.drop.negate': 'true',
  predicates: 'other',
  'predicates.other.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
  'predicates.other.pattern': 't',
}

describe('of a source', () => {
  test('each record is shown before and after every stage, up to its bytes', async () => {
    conduct.poll = batches([sourceRecord('one', 4)])
    const { shown } = await runPreview({ ...hoist, ...json }, { limit: 1 })
    expect(shown).toMatchObject({ from: 'source', ended: 'limit', problem: null })
    expect(shown.records).toEqual([
      {
        outcome: 'sent',
        stages: [
          {
            stage: 'TASK_POLL',
            class: 'com.example.FakeSourceTask',
            after: {
              sourcePartition: { file: 'a' },
              sourceOffset: { position: 4 },
              topic: 't',
              partition: null,
              timestamp: null,
              key: null,
              value: { schema: { type: 'string', optional: false }, payload: 'one' },
            },
          },
          {
            stage: 'TRANSFORMATION',
            alias: 'hoist',
            class: 'org.apache.kafka.connect.transforms.HoistField$Value',
            before: expect.objectContaining({ topic: 't' }) as unknown,
            after: expect.objectContaining({
              value: expect.objectContaining({ payload: { line: 'one' } }) as unknown,
            }) as unknown,
          },
          {
            stage: 'KEY_CONVERTER',
            class: 'StringConverter',
            before: null,
            after: null,
          },
          {
            stage: 'VALUE_CONVERTER',
            class: 'org.apache.kafka.connect.json.JsonConverter',
            before: expect.objectContaining({ payload: { line: 'one' } }) as unknown,
            after: {
              size: 14,
              format: 'JSON',
              text: '{"line":"one"}',
              hex: Buffer.from('{"line":"one"}').toString('hex'),
            },
          },
          {
            stage: 'KAFKA_PRODUCE',
            class: 'org.apache.kafka.connect.runtime.WorkerSourceTask',
            before: {
              topic: 't',
              partition: null,
              timestamp: null,
              key: null,
              value: expect.objectContaining({ text: '{"line":"one"}' }) as unknown,
            },
          },
        ],
      },
    ])
  })

  test('offsets are read, nothing is committed, and what was started is stopped', async () => {
    conduct.poll = batches([sourceRecord('one'), sourceRecord('two')])
    const { shown } = await runPreview({}, { limit: 1 })
    expect(shown.records).toHaveLength(1)
    expect(conduct.offset).toEqual({ position: 7 })
    expect(conduct.calls).toEqual(['start', 'task.start', 'readOffsets', 'task.stop', 'stop'])
  })

  test('it ends a while after the last record, and where nothing comes with its time', async () => {
    conduct.poll = batches([sourceRecord('one')], [sourceRecord('two')])
    expect((await runPreview({})).shown).toMatchObject({ ended: 'idle', problem: null })
    conduct.poll = batches()
    const { shown } = await runPreview({}, { timeoutMs: 50 })
    expect(shown).toMatchObject({ ended: 'timeout', problem: null, records: [] })
  })

  test('a poll that asks to be repeated is', async () => {
    const polls = [() => Promise.reject(new RetriableError('busy')), batches([sourceRecord('one')])]
    conduct.poll = (signal) => polls.shift()?.(signal) ?? Promise.resolve(null)
    const { shown } = await runPreview({}, { limit: 1 })
    expect(shown.records).toHaveLength(1)
  })

  test('a poll that fails is the answer where there is nothing else to show', async () => {
    conduct.poll = () => Promise.reject(new Error('no such table'))
    await expect(runPreview({})).rejects.toThrow('no such table')
    expect(conduct.calls.slice(-2)).toEqual(['task.stop', 'stop'])
    const polls = [batches([sourceRecord('one')])]
    conduct.poll = (signal) => polls.shift()?.(signal) ?? Promise.reject(new Error('no such table'))
    const { shown } = await runPreview({})
    expect(shown).toMatchObject({ ended: 'failed', problem: 'no such table' })
    expect(shown.records).toHaveLength(1)
  })

  test('a poll that does not return when it is called back is told of, and the task is not stopped meanwhile', async () => {
    conduct.poll = () => new Promise(() => undefined)
    const { shown } = await runPreview({}, { timeoutMs: 50 })
    expect(shown.ended).toBe('timeout')
    expect(shown.problem).toMatch(/^poll of FakeSource has not returned 500 ms after its signal/)
    expect(conduct.calls.slice(-1)).toEqual(['stop'])
  })

  test('a start that does not return is told of', async () => {
    conduct.start = () => new Promise(() => undefined)
    const { shown } = await runPreview({}, { timeoutMs: 50 })
    expect(shown.problem).toBe('The time of the preview, 50 ms, was over in start of FakeSource.')
  })

  test('a connector without tasks has no records', async () => {
    conduct.tasks = 0
    expect((await runPreview({})).shown).toMatchObject({ ended: 'end', records: [] })
  })

  test('it ends with whoever asked for it', async () => {
    const asking = new AbortController()
    conduct.poll = () => {
      asking.abort(new Error('gone'))
      return new Promise(() => undefined)
    }
    await expect(runPreview({}, { signal: asking.signal })).rejects.toThrow('gone')
  })
})

describe('a predicate', () => {
  test('is shown with its verdict, and what is not applied with the record as it was', async () => {
    conduct.poll = batches([sourceRecord('one')])
    const { shown } = await runPreview({ ...hoist, ...dropB, ...json }, { limit: 1 })
    const converters = ['KEY_CONVERTER', 'VALUE_CONVERTER']
    expect(stagesOf(shown)).toEqual(['TASK_POLL', 'drop', 'hoist', ...converters, 'KAFKA_PRODUCE'])
    const [, drop] = shown.records[0]?.stages ?? []
    expect(drop).toMatchObject({
      applied: false,
      predicate: { alias: 'other', negate: true, result: true },
    })
    expect(drop?.after).toEqual(drop?.before)
  })

  test('lets a transformation drop a record, and there the stages end', async () => {
    conduct.poll = batches([sourceRecord('one')])
    const config = { ...hoist, ...dropB, ...json, 'transforms.drop.negate': 'false' }
    const { shown } = await runPreview(config, { limit: 1 })
    expect(shown.records[0]).toMatchObject({ outcome: 'dropped' })
    expect(stagesOf(shown)).toEqual(['TASK_POLL', 'drop'])
    expect(shown.records[0]?.stages[1]).toMatchObject({ applied: true, after: null })
  })
})

describe('a record that fails', () => {
  const extract = {
    transforms: 'pick',
    'transforms.pick.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
    'transforms.pick.field': 'a',
  }

  test('says in which stage, as the task would, and what would become of it; the next goes on', async () => {
    conduct.poll = batches([sourceRecord('one'), sourceRecord({ a: 'x' })])
    const config = {
      ...extract,
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'dead',
    }
    const { shown } = await runPreview(config, { limit: 2 })
    expect(shown.records.map(({ outcome }) => outcome)).toEqual(['failed', 'sent'])
    expect(shown.records[0]?.error).toEqual({
      stage: 'TRANSFORMATION',
      class: 'org.apache.kafka.connect.transforms.ExtractField$Value',
      exception: 'org.apache.kafka.connect.errors.DataException',
      message: expect.stringMatching(
        /^TRANSFORMATION by .*ExtractField\$Value failed for a record for topic 't' at source partition {"file":"a"}, offset {"position":0}: Only Struct objects/,
      ) as string,
      then: 'it is kept in dead and skipped',
    })
  })

  test('is not tried again, however long its task would', async () => {
    conduct.poll = batches([sourceRecord('one')])
    const busy = { transforms: 'busy', 'transforms.busy.type': 'Busy' }
    const { shown } = await runPreview({ ...busy, 'errors.retry.timeout': '-1' }, { limit: 1 })
    expect(shown.records[0]).toMatchObject({
      outcome: 'failed',
      error: { exception: 'org.apache.kafka.connect.errors.RetriableException' },
    })
  })

  test('in a converter says what the bytes look like, and what reads them', async () => {
    const config = { topics: 't', 'value.converter': 'JsonConverter' }
    const { shown } = await runPreview(config, { type: 'sink', records: [given('{"a":1}')] })
    const error = shown.records[0]?.error
    expect(error).toMatchObject({ stage: 'VALUE_CONVERTER', then: 'the task fails' })
    expect(error?.message).toMatch(/look like JSON.*set value\.converter\.schemas\.enable=false/)
  })
})
