import { describe, expect, test } from 'vitest'
import { INT32_SCHEMA, STRING_SCHEMA, SinkRecord } from '../../../../src/api/index.ts'
import type { ConnectorConfig, Schema } from '../../../../src/api/index.ts'
import { parseAivenConfig } from '../../../../connectors/s3/aiven/aiven-config.ts'
import { AivenS3SinkConnector } from '../../../../connectors/s3/index.ts'
import { MemoryStore } from '../memory-store.ts'
import { RunningSink } from '../running-sink.ts'

const hour = 3_600_000
const plain = { 'format.output.type': 'jsonl', 'file.compression.type': 'none' }

interface Given {
  readonly offset: number
  readonly key?: unknown
  readonly keySchema?: Schema
  readonly topic?: string
  readonly timestamp?: number | null
}

function record({ offset, key = null, keySchema, topic = 't', timestamp = 0 }: Given): SinkRecord {
  const schema = keySchema ?? (key === null ? null : STRING_SCHEMA)
  return new SinkRecord(topic, 3, schema, key, STRING_SCHEMA, `v${offset}`, offset, timestamp)
}

/** What lies in the store once all is written and the worker has asked what is durable: values by the names of their objects. */
async function objects(
  config: ConnectorConfig,
  list: readonly SinkRecord[],
  { store = new MemoryStore(), nowMs = 0 } = {},
): Promise<Record<string, string>> {
  const sink = await RunningSink.startAiven({ ...plain, ...config }, store, list)
  sink.nowMs = nowMs
  await sink.put()
  await sink.flush()
  await sink.close()
  return Object.fromEntries(
    Object.entries(store.contents).map(([key, body]) => [
      key,
      body.replaceAll(/\{"value":"(v\d+)"\}/g, '$1').replaceAll('\n', ' '),
    ]),
  )
}

describe('objects are called', () => {
  test.each<[string, ConnectorConfig, string]>([
    ['by topic, partition and offset', {}, 't-3-10'],
    ['with the extension of gzip by default', { 'file.compression.type': 'gzip' }, 't-3-10.gz'],
    ['with that of zstd', { 'file.compression.type': 'zstd' }, 't-3-10.zst'],
    ['with that of snappy', { 'file.compression.type': 'snappy' }, 't-3-10.snappy'],
    [
      'as the template says, and nothing is appended to it',
      {
        'file.name.template':
          'a/{{ topic }}/{{partition:padding=true}}/{{start_offset:padding=true}}',
      },
      'a/t/0000000003/00000000000000000010',
    ],
    [
      'with what is no variable as it is written',
      {
        'file.name.template':
          '{{topic}}-{{partition}}-{{start_offset}}-{{timestamp:unit=yyyy}}-{{other}}',
      },
      't-3-10-1970-{{other}}',
    ],
    ['behind a path', { 'file.prefix.template': 'all/{{topic}}/' }, 'all/t/t-3-10'],
    ['by the old prefix', { 'aws.s3.prefix': 'prefix-' }, 'prefix-t-3-00000000000000000010'],
    [
      'by the old prefix with its variables',
      {
        aws_s3_prefix:
          '{{utc_date}}/{{timestamp:unit=YYYY}}/{{partition}}/{{start_offset:padding=true}}/',
      },
      '1970-01-01/1970/3/00000000000000000010/t-3-00000000000000000010',
    ],
  ])('%s', async (_name, config, expected) => {
    expect(Object.keys(await objects(config, [record({ offset: 10 })]))).toEqual([expected])
  })

  test.each<[string, string, string]>([
    ['Z', 'event', '2020-02-29-23'],
    ['Asia/Kolkata', 'event', '2020-03-01-05'],
    ['+01:00', 'event', '2020-03-01-00'],
    ['Z', 'wallclock', '2021-01-01-00'],
  ])('by the time in %s of the %s', async (timezone, source, expected) => {
    const units = ['yyyy', 'MM', 'dd', 'HH'].map((unit) => `{{timestamp:unit=${unit}}}`).join('-')
    const config = {
      'file.name.template': `${units}/{{topic}}{{partition}}{{start_offset}}`,
      'file.name.timestamp.timezone': timezone,
      'file.name.timestamp.source': source,
    }
    const late = record({ offset: 0, timestamp: Date.UTC(2020, 1, 29, 23, 59) })
    const written = await objects(config, [late], { nowMs: Date.UTC(2021, 0, 1) })
    expect(Object.keys(written)).toEqual([`${expected}/t30`])
  })
})

describe('records share an object', () => {
  test('until the worker asks what is durable', async () => {
    const store = new MemoryStore()
    const list = [0, 1, 2, 3].map((offset) => record({ offset }))
    const sink = await RunningSink.startAiven(plain, store, list)
    expect(await sink.put(3)).toBeNull()
    expect(Object.keys(store.contents)).toEqual([])
    expect(await sink.flush()).toBe(3)
    expect(await sink.put()).toBeNull()
    expect(await sink.flush()).toBe(4)
    expect(await sink.flush()).toBeNull()
    expect(Object.keys(store.contents)).toEqual(['t-3-0', 't-3-3'])
  })

  test('up to file.max.records', async () => {
    const config = {
      'file.max.records': '100',
      'file.name.template': '{{topic}}-{{partition}}-{{start_offset:padding=true}}',
    }
    const list = Array.from({ length: 300 }, (_, offset) => record({ offset }))
    expect(Object.keys(await objects(config, list))).toEqual([
      't-3-00000000000000000000',
      't-3-00000000000000000100',
      't-3-00000000000000000200',
    ])
  })

  const hourly = {
    'file.name.template': '{{timestamp:unit=HH}}/{{topic}}-{{partition}}-{{start_offset}}',
    'file.name.timestamp.source': 'event',
  }
  const crossing = [0, 1, 2, 3, 4].map((offset) =>
    record({ offset, timestamp: offset === 2 || offset === 3 ? hour : 0 }),
  )

  test('of an hour, whose name tells the first offset of all', async () => {
    expect(await objects(hourly, crossing)).toEqual({
      '00/t-3-0': 'v0 v1 v4',
      '01/t-3-0': 'v2 v3',
    })
  })

  test('of an hour of their own where objects are limited', async () => {
    expect(await objects({ ...hourly, 'file.max.records': '10' }, crossing)).toEqual({
      '00/t-3-0': 'v0 v1',
      '01/t-3-2': 'v2 v3',
      '00/t-3-4': 'v4',
    })
  })

  const keyed = ['a', 'b', 'a', null, 'b'].map((key, offset) => record({ offset, key }))

  test('with those of the same key', async () => {
    const template = '{{key}}/{{topic}}-{{partition}}-{{start_offset}}'
    expect(await objects({ 'file.name.template': template }, keyed)).toEqual({
      'a/t-3-0': 'v0 v2',
      'b/t-3-1': 'v1 v4',
      'null/t-3-3': 'v3',
    })
  })

  test.each([
    ['{{key}}', ['a', 'b', 'null']],
    ['{{topic}}/{{partition}}/{{key}}', ['t/3/a', 't/3/b', 't/3/null']],
  ])('alone, and only the last of a key: %s', async (template, names) => {
    const [a, b, none] = names
    expect(await objects({ 'file.name.template': template }, keyed)).toEqual({
      ...{ [String(a)]: 'v2', [String(b)]: 'v4', [String(none)]: 'v3' },
    })
  })

  test('by keys that are no text', async () => {
    const list = [record({ offset: 0, key: 7, keySchema: INT32_SCHEMA })]
    expect(await objects({ 'file.name.template': '{{key}}' }, list)).toEqual({ 7: 'v0' })
  })

  test('though there are more keys than objects may be open', async () => {
    const list = Array.from({ length: 5000 }, (_, offset) => record({ offset, key: `k${offset}` }))
    const written = await objects({ 'file.name.template': '{{key}}' }, list)
    expect(Object.keys(written)).toHaveLength(5000)
  })

  test('not with those that a transformation gave another topic', async () => {
    const moved = record({ offset: 1 }).newRecord({ topic: 'other' })
    expect(await objects({}, [record({ offset: 0 }), moved, record({ offset: 2 })])).toEqual({
      't-3-0': 'v0 v2',
      'other-3-1': 'v1',
    })
  })
})

describe('a configuration', () => {
  const errors = (config: ConnectorConfig): Record<string, readonly string[]> => {
    const given = { 'aws.s3.bucket.name': 'bucket', ...config }
    const wrong = new AivenS3SinkConnector()
      .validate(given)
      .filter(({ errorMessages }) => errorMessages.length > 0)
    return Object.fromEntries(wrong.map(({ name, errorMessages }) => [name, errorMessages]))
  }
  test.each<[ConnectorConfig, string, RegExp]>([
    [{ 'aws.s3.bucket.name': 'A' }, 'aws.s3.bucket.name', /Illegal bucket name/],
    [{ 'file.name.template': '{{}}' }, 'file.name.template', /Variable name hasn't been set/],
    [{ 'file.name.template': '{{key:}}' }, 'file.name.template', /Wrong variable with parameter/],
    [{ 'file.name.template': '{{topic}}' }, 'file.name.template', /unsupported set of template/],
    [{ 'file.name.template': 'x' }, 'file.name.template', /has variables defined/],
    [
      { 'file.name.template': '{{topic}}{{partition}}{{start_offset}}{{timestamp}}' },
      'file.name.template',
      /\{\{timestamp:unit=yyyy\}\}/,
    ],
    [
      { 'file.name.template': '{{key}}', 'file.max.records': '2' },
      'file.max.records',
      /must be either 1 or not set/,
    ],
    [
      { 'format.output.envelope': 'false', 'format.output.fields': 'key,value' },
      'format.output.envelope',
      /only one field/,
    ],
    [{ 'format.output.type': 'xml' }, 'format.output.type', /supported values are/],
    [{ 'format.output.fields': 'topic' }, 'format.output.fields', /topic/],
    [{ 'file.compression.type': 'lz4' }, 'file.compression.type', /'zstd'/],
    [{ 'aws.access.key.id': 'id' }, 'aws.secret.access.key', /together/],
    [{ 'aws.sts.role.arn': 'arn' }, 'aws.sts.role.session.name', /together/],
    [{ 'aws.s3.backoff.max.retries': '31' }, 'aws.s3.backoff.max.retries', /30/],
    [{ 'file.name.timestamp.timezone': 'Mars' }, 'file.name.timestamp.timezone', /Mars/],
    [{ 'aws.credentials.provider': 'com.example.Mine' }, 'aws.credentials.provider', /Java class/],
  ])('%j is refused', (config, key, message) => {
    expect(errors(config)[key]?.join()).toMatch(message)
  })

  test('without a bucket is refused, and one by its old name is taken', () => {
    const connector = new AivenS3SinkConnector()
    expect(() => connector.start({})).toThrow(/Neither aws.s3.bucket.name nor aws_s3_bucket/)
    const old = {
      ...{ aws_s3_bucket: 'bucket', aws_s3_region: 'eu-west-1', aws_s3_endpoint: 'http://s3:9000' },
      ...{ aws_access_key_id: 'id', aws_secret_access_key: 'secret', output_compression: 'zstd' },
      ...{
        output_fields: 'key,value',
        'timestamp.source': 'event',
        'timestamp.timezone': '+02:00',
      },
    }
    const { store, output, names } = parseAivenConfig(old)
    expect(store).toMatchObject({
      bucket: 'bucket',
      region: 'eu-west-1',
      endpoint: 'http://s3:9000',
    })
    expect(store.credentials).toMatchObject({ accessKeyId: 'id', secretAccessKey: 'secret' })
    expect(output).toMatchObject({ compression: 'zstd', fields: ['key', 'value'] })
    expect([names.timestamps.source, names.timestamps.zone.id]).toEqual(['event', '+02:00'])
  })
})
