import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  ConnectTimestamp,
  INT32_SCHEMA,
  INT64_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { applied, sinkRecord, sourceRecord, transformation } from '../support.ts'

const common = (name: string, config: ConnectorConfig = {}) =>
  transformation(`com.github.jcustenborder.kafka.connect.transform.common.${name}`, config)

const names = (struct: unknown): string[] =>
  (struct as Struct).schema.fields?.map(({ name }) => name) ?? []

const now = 1_795_000_000_123
beforeEach(() => {
  vi.useFakeTimers({ now })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('BytesToString', () => {
  const bytes = SchemaBuilder.bytes().optional().build()

  test('a null stays one', () => {
    const made = applied(common('BytesToString$Value'), sinkRecord({ schema: bytes, value: null }))
    expect(made).toMatchObject({ value: null, valueSchema: OPTIONAL_STRING_SCHEMA })
    const schema = SchemaBuilder.struct().field('a', bytes).build()
    const value = new Struct(schema)
    const fields = applied(
      common('BytesToString$Value', { fields: 'a' }),
      sinkRecord({ schema, value }),
    )
    expect((fields.value as Struct).values).toEqual([null])
  })

  test('the character set is known', () => {
    const latin = common('BytesToString$Key', { charset: 'ISO-8859-1' })
    expect(applied(latin, sinkRecord({ key: Buffer.of(0xe9) })).key).toBe('é')
    expect(() => common('BytesToString$Key', { charset: 'x' })).toThrow(
      /Invalid value x for configuration charset/,
    )
  })
})

describe('ChangeCase', () => {
  const inner = SchemaBuilder.struct()
    .field('STREET_NAME', OPTIONAL_STRING_SCHEMA)
    .optional()
    .build()
  const schema = SchemaBuilder.struct()
    .name('n')
    .field('USER_ID', INT32_SCHEMA)
    .field('HOME_ADDRESS', inner)
    .field('OTHER_ADDRESSES', SchemaBuilder.array(inner).optional().build())
    .build()
  const change = common('ChangeCase$Value', { from: 'UPPER_UNDERSCORE', to: 'LOWER_CAMEL' })

  test('changes names within structs and arrays', () => {
    const address = new Struct(inner).put('STREET_NAME', 'x')
    const value = new Struct(schema)
      .put('USER_ID', 1)
      .put('HOME_ADDRESS', address)
      .put('OTHER_ADDRESSES', [address, null])
    const made = applied(change, sourceRecord({ schema, value })).value as Struct
    expect(names(made)).toEqual(['userId', 'homeAddress', 'otherAddresses'])
    expect(names(made.get('homeAddress'))).toEqual(['streetName'])
    expect(made.getArray('otherAddresses')?.map(String)).toEqual(['Struct{streetName=x}', 'null'])
    made.validate()
  })

  test('a null struct within another stays null', () => {
    const value = new Struct(schema).put('USER_ID', 1)
    const made = applied(change, sourceRecord({ schema, value })).value as Struct
    expect(made.values).toEqual([1, null, null])
  })

  test('the formats are known', () => {
    expect(() => common('ChangeCase$Key', { from: 'x', to: 'LOWER_CAMEL' })).toThrow(
      "Invalid value 'x' is not a valid value for CaseFormat. Valid values are LOWER_HYPHEN, LOWER_UNDERSCORE, LOWER_CAMEL, UPPER_CAMEL, UPPER_UNDERSCORE. for configuration from",
    )
  })
})

test.each([
  { from: 'UPPER_UNDERSCORE', to: 'LOWER_CAMEL', topic: 'TOPIC_NAME', changed: 'topicName' },
  { from: 'UPPER_UNDERSCORE', to: 'LOWER_UNDERSCORE', topic: 'TOPIC_NAME', changed: 'topic_name' },
  { from: 'UPPER_CAMEL', to: 'LOWER_HYPHEN', topic: 'TopicName', changed: 'topic-name' },
  { from: 'LOWER_HYPHEN', to: 'UPPER_CAMEL', topic: 'topic-name', changed: 'TopicName' },
  { from: 'LOWER_CAMEL', to: 'UPPER_UNDERSCORE', topic: 'topicName', changed: 'TOPIC_NAME' },
  { from: 'LOWER_HYPHEN', to: 'LOWER_UNDERSCORE', topic: 'Topic-Name', changed: 'Topic_Name' },
])('ChangeTopicCase makes $changed of $topic', ({ from, to, topic, changed }) => {
  expect(applied(common('ChangeTopicCase', { from, to }), sourceRecord({ topic })).topic).toBe(
    changed,
  )
})

describe('ExtractNestedField', () => {
  const inner = SchemaBuilder.struct().field('state', STRING_SCHEMA).optional().build()
  const schema = SchemaBuilder.struct().field('address', inner).build()
  const extract = common('ExtractNestedField$Value', {
    'input.outer.field.name': 'address',
    'input.inner.field.name': 'state',
    'output.field.name': 'home',
  })

  test('copies the field under its new name', () => {
    const value = new Struct(schema).put('address', new Struct(inner).put('state', 'TX'))
    const made = applied(extract, sourceRecord({ schema, value })).value as Struct
    expect(String(made)).toBe('Struct{address=Struct{state=TX},home=TX}')
  })

  test('a null struct fails the record', () => {
    expect(() => extract.apply(sourceRecord({ schema, value: new Struct(schema) }))).toThrow(
      /Only Struct objects supported for \[extracting a nested field\], found: null/,
    )
  })
})

test('ExtractTimestamp$Key reads the value too', () => {
  const extract = common('ExtractTimestamp$Key', { 'field.name': 'at' })
  const record = sourceRecord({ key: { at: 1 }, value: { at: 2 } })
  expect(applied(extract, record).timestamp).toBe(2)
})

test('SetNull takes key or value away with its schema', () => {
  const record = sinkRecord({
    keySchema: STRING_SCHEMA,
    key: 'k',
    schema: STRING_SCHEMA,
    value: 'v',
  })
  expect(applied(common('SetNull$Key'), record)).toMatchObject({
    keySchema: null,
    key: null,
    value: 'v',
  })
  expect(applied(common('SetNull$Value'), record)).toMatchObject({
    valueSchema: null,
    value: null,
    key: 'k',
  })
})

test('TimestampNow makes now the timestamp', () => {
  expect(applied(common('TimestampNow'), sinkRecord({ timestamp: 1 })).timestamp).toBe(now)
})

describe('TimestampNowField', () => {
  const schema = SchemaBuilder.struct()
    .name('n')
    .field('seen', ConnectTimestamp.builder().optional().build())
    .field('text', STRING_SCHEMA)
    .field('a', INT64_SCHEMA)
    .build()

  test('puts now into a field: one that is a Timestamp, one that is not, and one that is new', () => {
    const value = new Struct(schema).put('text', 'x').put('a', 1)
    const stamp = common('TimestampNowField$Value', { fields: 'new,seen,text' })
    const made = applied(stamp, sourceRecord({ schema, value })).value as Struct
    const date = new Date(now)
    expect(names(made)).toEqual(['seen', 'a', 'new', 'text'])
    expect(made.values).toEqual([date, 1, date, date])
    expect(made.schema.field('seen')?.schema.optional).toBe(true)
    made.validate()
  })

  test('of a map likewise', () => {
    const stamp = common('TimestampNowField$Key', { fields: 'at' })
    const made = applied(stamp, sourceRecord({ key: { a: 1, at: 'x' } }))
    expect(made.key).toEqual({ a: 1, at: new Date(now) })
  })
})

describe('TopicNameToField', () => {
  const name = common('TopicNameToField$Value', { field: 'topic' })

  test('adds the topic to a struct, and keeps what its schema says', () => {
    const schema = SchemaBuilder.struct()
      .name('n')
      .version(1)
      .doc('d')
      .parameter('p', 'q')
      .optional()
      .field('a', OPTIONAL_INT64_SCHEMA)
      .build()
    const made = applied(name, sourceRecord({ topic: 't', schema, value: new Struct(schema) }))
    expect(String(made.value)).toBe('Struct{topic=t}')
    expect(made.valueSchema).toMatchObject({ name: 'n', version: 1, doc: 'd', optional: true })
    expect(made.valueSchema?.field('topic')?.schema.doc).toBe('Topic name')
  })

  test('adds it to a map, which stays as it was', () => {
    const value = { a: 1 }
    expect(applied(name, sourceRecord({ topic: 't', value })).value).toEqual({ a: 1, topic: 't' })
    expect(value).toEqual({ a: 1 })
  })
})

test.each([
  { parts: { value: [] }, message: 'Unsupported Type: class java.util.ArrayList' },
  { parts: { schema: INT32_SCHEMA, value: 1 }, message: 'INT32 is not a supported type.' },
  {
    parts: { schema: ConnectTimestamp.SCHEMA, value: new Date(0) },
    message: 'Timestamp is not a supported type.',
  },
  {
    parts: { schema: SchemaBuilder.struct().optional().build(), value: null },
    message: /null where a struct was expected/,
  },
])('what a transformation is not for fails: $message', ({ parts, message }) => {
  const record = sourceRecord(parts)
  expect(() => common('TopicNameToField$Value', { field: 'a' }).apply(record)).toThrow(message)
})
