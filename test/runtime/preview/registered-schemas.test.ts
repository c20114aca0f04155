import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeRegistry } from '../../support/fake-registry.ts'
import { given, resetConduct, runPreview } from './preview-harness.ts'

const own = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'
const other = '{"type":"record","name":"R","fields":[{"name":"b","type":"int"}]}'
const headerIds = 'io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer'
let registry: FakeRegistry

beforeEach(async () => {
  resetConduct()
  registry = await FakeRegistry.start()
})
afterEach(() => registry[Symbol.asyncDispose]())

function records() {
  const schema =
    '{"type":"struct","name":"R","optional":false,"fields":[{"field":"a","type":"int32","optional":false}]}'
  const json = `{"schema":${schema},"payload":{"a":7}}`
  return [given('', { value: { form: 'data', json } })]
}

function avro(more: Record<string, string> = {}): Record<string, string> {
  return {
    'value.converter': 'AvroConverter',
    'value.converter.schema.registry.url': registry.url,
    'value.converter.connect.meta.data': 'false',
    'value.converter.max.retries': '0',
    ...more,
  }
}

/** Of requests, those that write. */
function written(): string[] {
  return registry.takePaths().filter((path) => /^POST .subjects.*.versions/.test(path))
}

describe('a preview registers no schema', () => {
  test('and shows what would be sent with one that the registry has not', async () => {
    const { shown } = await runPreview(avro(), { records: records() })
    expect(shown.records[0]).toMatchObject({ outcome: 'sent' })
    const bytes = shown.records[0]?.stages.find(({ stage }) => stage === 'VALUE_CONVERTER')?.after
    expect(bytes).toMatchObject({ size: 6, hex: '007fffffff0e' })
    expect(written()).toEqual([])
  })

  test('and has the id of one that the registry has', async () => {
    registry.add('t-value', own)
    const { shown } = await runPreview(avro(), { records: records() })
    expect(shown.records[0]?.stages.at(-2)?.after).toMatchObject({ hex: '00000000010e' })
    expect(written()).toEqual([])
  })

  test('and fails a record whose schema the registry would refuse', async () => {
    registry.add('t-value', other)
    const { shown } = await runPreview(avro(), { records: records() })
    expect(shown.records[0]).toMatchObject({ outcome: 'failed' })
    expect(shown.records[0]?.error?.message).toContain('incompatible with an earlier schema')
    expect(written()).toEqual([])
  })

  test.each([
    ['before the bytes', {}],
    ['in a header', { 'value.converter.value.schema.id.serializer': headerIds }],
  ])('and reads what it has written with one itself, its id %s', async (_where, more) => {
    const settings = { type: 'sink', records: records() } as const
    const { shown } = await runPreview(avro({ topics: 't', ...more }), settings)
    expect(shown.records[0]).toMatchObject({ outcome: 'put' })
    expect(written()).toEqual([])
  })

  test('also where the converter is the worker’s', async () => {
    const worker = avro()
    const { shown } = await runPreview({}, { records: records(), worker })
    expect(shown.records[0]).toMatchObject({ outcome: 'sent' })
    expect(written()).toEqual([])
  })
})
