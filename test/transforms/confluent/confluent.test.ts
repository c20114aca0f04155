import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import {
  DataError,
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { setLogSink } from '../../../src/util/logger.ts'
import { applied, sinkRecord, sourceRecord, transformation } from '../support.ts'

const confluent = (name: string, config: ConnectorConfig = {}) =>
  transformation(`io.confluent.connect.transforms.${name}`, config)

const nested = SchemaBuilder.struct().field('name', OPTIONAL_STRING_SCHEMA).optional().build()
const schema = SchemaBuilder.struct()
  .field('topic', OPTIONAL_STRING_SCHEMA)
  .field('count', INT32_SCHEMA)
  .field('event', nested)
  .build()
const struct = new Struct(schema)
  .put('topic', 'orders')
  .put('count', 3)
  .put('event', new Struct(nested).put('name', 'cookie'))
const map = { topic: 'orders', count: 3, event: { name: 'cookie' } }

describe('Drop', () => {
  const required = SchemaBuilder.struct().name('n').doc('d').field('a', STRING_SCHEMA).build()

  test.each([
    { behavior: undefined, optional: null },
    { behavior: 'nullify', optional: null },
    { behavior: 'retain', optional: false },
    { behavior: 'force_optional', optional: true },
  ])('leaves null, with the schema that $behavior says', ({ behavior, optional }) => {
    const drop = confluent(
      'Drop$Value',
      behavior === undefined ? {} : { 'schema.behavior': behavior },
    )
    const made = applied(drop, sourceRecord({ schema: required, value: new Struct(required) }))
    expect(made.value).toBeNull()
    expect(made.valueSchema?.optional ?? null).toBe(optional)
  })

  test('an optional schema keeps all else', () => {
    const drop = confluent('Drop$Key', { 'schema.behavior': 'force_optional' })
    const made = applied(drop, sourceRecord({ keySchema: required, key: new Struct(required) }))
    expect(made.keySchema).toBe(
      SchemaBuilder.struct().name('n').doc('d').optional().field('a', STRING_SCHEMA).build(),
    )
  })

  test('validate fails a record whose schema is required, and no other', () => {
    const drop = confluent('Drop$Value', { 'schema.behavior': 'validate' })
    const optional = sourceRecord({ schema: OPTIONAL_STRING_SCHEMA, value: 'x' })
    expect(applied(drop, optional).valueSchema).toBe(OPTIONAL_STRING_SCHEMA)
    expect(() => drop.apply(sourceRecord({ schema: STRING_SCHEMA, value: 'x' }))).toThrow(
      /Cannot drop the value: expected an optional schema/,
    )
  })
})

describe('ExtractTopic', () => {
  test.each([
    { field: 'topic', format: 'PLAIN', topic: 'orders' },
    { field: '$["event"]["name"]', format: 'JSON_PATH', topic: 'cookie' },
    { field: "$['event'].name", format: 'JSON_PATH', topic: 'cookie' },
    { field: '["event"]["name"]', format: 'JSON_PATH', topic: 'cookie' },
    { field: 'event.name', format: 'JSON_PATH', topic: 'cookie' },
  ])('$field names the topic, in a struct and in a map', ({ field, format, topic }) => {
    const extract = confluent('ExtractTopic$Value', { field, 'field.format': format })
    expect(applied(extract, sourceRecord({ schema, value: struct })).topic).toBe(topic)
    expect(applied(extract, sourceRecord({ value: map })).topic).toBe(topic)
  })

  test('the whole key names it where there is no field', () => {
    expect(applied(confluent('ExtractTopic$Key'), sourceRecord({ key: 'k' })).topic).toBe('k')
  })

  test('what is missing or null fails, or passes as it is', () => {
    const passing = { field: 'x', 'skip.missing.or.null': 'true' }
    for (const record of [
      sourceRecord({ value: map }),
      sourceRecord({ schema, value: struct }),
      sourceRecord({ value: null }),
      sourceRecord({ value: { x: null } }),
    ]) {
      expect(applied(confluent('ExtractTopic$Value', passing), record)).toBe(record)
      expect(() => confluent('ExtractTopic$Value', { field: 'x' }).apply(record)).toThrow(
        /The field "x" of the value is missing or null \(topic topic, partition none, key null\)/,
      )
    }
  })

  test('what is no string fails', () => {
    const extract = confluent('ExtractTopic$Value', { field: 'count' })
    expect(() => extract.apply(sourceRecord({ schema, value: struct }))).toThrow(
      /expected a string, found java.lang.Long/,
    )
  })

  test('the last header of a name names the topic', () => {
    const extract = confluent('ExtractTopic$Header', { field: 'to' })
    const headers = [
      ['to', STRING_SCHEMA, 'a'],
      ['to', STRING_SCHEMA, 'b'],
    ] as const
    expect(applied(extract, sourceRecord({ headers })).topic).toBe('b')
    expect(() => extract.apply(sourceRecord({}))).toThrow(/The header "to" is missing or null/)
    expect(() => confluent('ExtractTopic$Header')).toThrow(/expected the name of the header/)
  })
})

describe('Filter', () => {
  const condition = '$.event[?(@.name == "cookie" || @.name == "cake")]'
  const records = [
    sourceRecord({ schema, value: struct }),
    sourceRecord({ value: map }),
    sinkRecord({ value: map }),
  ]

  test.each([
    { condition, type: 'include', kept: true },
    { condition, type: 'exclude', kept: false },
    { condition: '$[?(@.count >= 3)]', type: 'include', kept: true },
    { condition: '$[?(@.count > 3)]', type: 'include', kept: false },
    { condition: '$.[?(@.event)]', type: 'include', kept: true },
    { condition: '$.event.name', type: 'include', kept: true },
    {
      condition: "$[?(@.event.name =~ /COO.*/i && @.topic in ['orders'])]",
      type: 'include',
      kept: true,
    },
    { condition: "$[?(!(@.topic == 'orders'))]", type: 'include', kept: false },
    { condition: '$[?(@.nothing)]', type: 'include', kept: false },
    { condition: '$.*', type: 'include', kept: true },
  ])('$condition, $type', ({ condition: text, type, kept }) => {
    const filter = confluent('Filter$Value', { 'filter.condition': text, 'filter.type': type })
    for (const record of records) expect(filter.apply(record)).toBe(kept ? record : null)
  })

  test.each([
    { name: 'no such field', value: { other: 1 } },
    { name: 'a field that is null', value: { event: null } },
    { name: 'no value', value: null },
    { name: 'what no filter applies to', value: { event: 'text' } },
  ])('$name is dealt with as missing.or.null.behavior says', ({ value }) => {
    const config = { 'filter.condition': condition, 'filter.type': 'include' }
    const record = sourceRecord({ value })
    const behavior = 'missing.or.null.behavior'
    expect(confluent('Filter$Value', { ...config, [behavior]: 'include' }).apply(record)).toBe(
      record,
    )
    expect(confluent('Filter$Value', { ...config, [behavior]: 'exclude' }).apply(record)).toBeNull()
    expect(() => confluent('Filter$Value', config).apply(record)).toThrow(DataError)
  })

  test.each([
    '$..a',
    '$.a[0:2]',
    "$['a','b']",
    '$.a.length()',
    '$[?(@.a == $.b)]',
    '$[?(@.a size 2)]',
    '$[?(@.a =~ /(/)]',
    "$.a == 'x'",
    '$[?(@.a == )]',
    '$[?(@.a]',
    '$.',
    '',
    `$[?(${'!'.repeat(200)}@.a)]`,
  ])('%s is refused when it is configured', (text) => {
    const config = { 'filter.condition': text, 'filter.type': 'include' }
    expect(() => confluent('Filter$Value', config)).toThrow(
      /Invalid value .* for configuration filter.condition/s,
    )
  })
})

describe('MessageTimestampRouter', () => {
  const config = {
    'topic.format': 'foo-${topic}-${timestamp}',
    'message.timestamp.format': 'yyyy-MM-dd',
    'topic.timestamp.format': 'yyyy.MM.dd',
    'message.timestamp.keys': 'timestamp,time,ts',
  }

  test.each([
    { value: { time: '2019-08-06' } },
    { value: { ts: '2001-01-01', time: '2019-08-06' } },
    { value: { time: 1_565_049_600_000 } },
    { value: { time: new Date('2019-08-06') } },
  ])('names the topic after the first time in $value', ({ value }) => {
    const router = confluent('MessageTimestampRouter', config)
    expect(applied(router, sourceRecord({ topic: 'bar', value })).topic).toBe('foo-bar-2019.08.06')
  })

  test.each([
    { value: {}, message: /expected one of \[timestamp, time, ts\]/ },
    { value: { time: 'soon' }, message: /value \(soon\) does not match pattern \(yyyy-MM-dd\)/ },
    { value: { time: true }, message: /found java.lang.Boolean/ },
    { value: 'text', message: /Only Map objects supported/ },
  ])('fails at $value', ({ value, message }) => {
    const router = confluent('MessageTimestampRouter', config)
    expect(() => router.apply(sourceRecord({ value }))).toThrow(message)
  })
})

test.each(['io.confluent.connect.transforms', 'io.confluent.connect.cloud.transforms'])(
  'TopicRegexRouter of %s takes a pattern of RE2',
  (packageName) => {
    const router = transformation(`${packageName}.TopicRegexRouter`, {
      regex: '(?P<kind>.*)Stream_(.*)',
      replacement: '${kind}$2',
    })
    expect(applied(router, sourceRecord({ topic: 'Order_Stream_Data' })).topic).toBe('Order_Data')
    expect(applied(router, sourceRecord({ topic: 'other' })).topic).toBe('other')
  },
)

describe('TombstoneHandler', () => {
  afterEach(() => setLogSink(() => undefined))

  test.each([
    { behavior: undefined, warnings: 1 },
    { behavior: 'warn', warnings: 1 },
    { behavior: 'ignore', warnings: 0 },
  ])('$behavior drops records without a value', ({ behavior, warnings }) => {
    const levels: string[] = []
    setLogSink(({ level }) => levels.push(level))
    const handler = confluent('TombstoneHandler', behavior === undefined ? {} : { behavior })
    const kept = sourceRecord({ value: 0 })
    expect(handler.apply(kept)).toBe(kept)
    expect(handler.apply(sourceRecord({ schema: OPTIONAL_STRING_SCHEMA }))).toBeNull()
    expect(levels.filter((level) => level === 'WARN')).toHaveLength(warnings)
  })

  test('fail fails at them', () => {
    const handler = confluent('TombstoneHandler', { behavior: 'fail' })
    expect(() => handler.apply(sinkRecord({}))).toThrow(
      /Tombstone record found: topic topic, partition 0, offset 42/,
    )
  })
})

describe('GzipDecompress', () => {
  const gunzip = confluent('GzipDecompress$Value')

  test('puts what the bytes hold in their place', () => {
    const value = Buffer.concat([gzipSync('Hello '), gzipSync('world')])
    expect(applied(gunzip, sourceRecord({ value })).value).toEqual(Buffer.from('Hello world'))
    const tombstone = sourceRecord({ value: null })
    expect(gunzip.apply(tombstone)).toBe(tombstone)
  })

  test.each([
    { name: 'a text', value: 'text', message: /expected bytes, found java.lang.String/ },
    {
      name: 'other bytes',
      value: Buffer.from('{"a":1}'),
      message: /expected gzip, found 7 bytes .*look like JSON/,
    },
    { name: 'half of them', value: gzipSync('Hello').subarray(0, 12), message: /expected gzip/ },
    {
      name: 'a bomb',
      value: gzipSync(Buffer.alloc(140 * 2 ** 20)),
      message: /expected at most 134217728 bytes/,
    },
  ])('fails at $name', ({ value, message }) => {
    expect(() => gunzip.apply(sourceRecord({ value }))).toThrow(message)
  })
})
