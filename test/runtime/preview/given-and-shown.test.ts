import { beforeEach, describe, expect, test } from 'vitest'
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

describe('of records given', () => {
  test('bytes come through a sink’s converters and transformations to what put would get', async () => {
    const config = {
      ...hoist,
      topics: 'a,b',
      'value.converter': 'org.apache.kafka.connect.converters.LongConverter',
    }
    const record = given('', {
      ...{ topic: null, partition: 2, timestamp: 1000 },
      value: { form: 'bytes', bytes: Buffer.from('0000000000000007', 'hex') },
      headers: [{ key: 'h', value: { form: 'bytes', bytes: Buffer.from('12') } }],
    })
    const { shown } = await runPreview(config, { type: 'sink', records: [record] })
    expect(shown).toMatchObject({ from: 'request', ended: 'end' })
    const header = 'HEADER_CONVERTER'
    const converters = ['KEY_CONVERTER', 'VALUE_CONVERTER', header]
    expect(stagesOf(shown)).toEqual(['REQUEST', ...converters, 'hoist', 'TASK_PUT'])
    const stages = shown.records[0]?.stages ?? []
    expect(stages[2]).toMatchObject({
      before: { size: 8, format: 'a number of 8 bytes', hex: '0000000000000007' },
      after: { payload: 7 },
    })
    expect(stages[3]).toMatchObject({ header: 'h', after: { payload: 12 } })
    expect(stages.at(-1)?.before).toMatchObject({
      ...{ topic: 'a', partition: 2, offset: 0, timestamp: 1000 },
      value: { payload: { line: 7 } },
      headers: [{ key: 'h' }],
    })
  })

  test('data for a sink is written by its converter first, and bytes for a source are read by it', async () => {
    const text = '{"schema":{"type":"int64","optional":true},"payload":9007199254740993}'
    const data = given('', { value: { form: 'data', json: text } })
    const config = { topics: 't', 'value.converter': 'LongConverter' }
    const sink = await runPreview(config, { type: 'sink', records: [data] })
    expect(stagesOf(sink.shown)[0]).toBe('VALUE_CONVERTER')
    // Every digit of a long one is kept.
    expect(sink.text).toContain('"payload":9007199254740993')
    const bytes = Buffer.from('0020000000000001', 'hex')
    const source = await runPreview(config, {
      records: [given('', { value: { form: 'bytes', bytes } })],
    })
    expect(stagesOf(source.shown).slice(0, 2)).toEqual(['VALUE_CONVERTER', 'REQUEST'])
    expect(source.text).toContain('"payload":9007199254740993')
    expect(conduct.calls).toEqual([])
  })

  test('what the converter cannot make of one fails that record; what is no data is the client’s mistake', async () => {
    const config = { topics: 't', 'value.converter': 'LongConverter' }
    const { shown } = await runPreview(config, { records: [given('abc'), given('abcdefgh')] })
    expect(shown.records.map(({ outcome }) => outcome)).toEqual(['failed', 'sent'])
    expect(shown.records[0]?.error?.message).toMatch(/record 1 of those given.*3 bytes/)
    const data = given('', { value: { form: 'data', json: '{"schema":{"type":"x"},"payload":1}' } })
    await expect(runPreview(config, { records: [data] })).rejects.toThrow(
      /^Invalid value of record 1: .*Expected data as JsonConverter writes it/,
    )
    await expect(runPreview({}, { records: [given('a', { topic: null })] })).rejects.toThrow(
      'Record 1 names no "topic"',
    )
  })
})

describe('what is shown', () => {
  const secret = 'Tr0ub4dor&3-of-a-preview'
  const insert = {
    transforms: 'hoist,tell',
    'transforms.hoist.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
    'transforms.hoist.field': 'line',
    'transforms.tell.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
    'transforms.tell.static.field': 'told',
    'transforms.tell.static.value': secret,
  }

  test('holds no secret, as data, as text, in hex or in a message', async () => {
    conduct.poll = batches([sourceRecord('one'), sourceRecord({ a: 1 })])
    const { shown, text } = await runPreview({ ...insert, ...json }, { secrets: [secret] })
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(secret).toString('hex'))
    expect(text).toContain('[hidden]')
    expect(shown.records[0]?.stages.at(-1)?.before?.value).toMatchObject({
      text: '{"line":"one","told":"[hidden]"}',
      hidden: true,
    })
  })

  test('stays JSON where a secret is a number of its own', async () => {
    const records = [
      given('', { value: { form: 'data', json: '{"schema":null,"payload":987654321}' } }),
    ]
    const { shown, text } = await runPreview(json, { secrets: ['987654321'], records })
    expect(text).not.toContain('987654321')
    expect(shown.records[0]?.outcome).toBe('sent')
  })

  test('is cut where it is long, and of many records some are left out', async () => {
    const long = 'x'.repeat(400_000)
    conduct.poll = batches(Array.from({ length: 100 }, () => sourceRecord(long)))
    const { shown, text } = await runPreview({}, { limit: 100 })
    expect(shown.records[0]?.stages[0]?.after?.value).toMatchObject({
      truncated: true,
      length: expect.any(Number) as number,
    })
    expect(shown.records[0]?.stages.at(-1)?.before?.value).toMatchObject({
      size: 400_000,
      truncated: true,
    })
    expect(shown.ended).toBe('size')
    expect(text.length).toBeLessThan(12 * 2 ** 20)
  })
})
