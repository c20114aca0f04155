import { describe, expect, test } from 'vitest'
import {
  INT32_SCHEMA,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  schemalessNumber,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { applied, sourceRecord, transformation } from '../support.ts'

const aiven = (name: string, config: ConnectorConfig = {}) =>
  transformation(`io.aiven.kafka.connect.transforms.${name}`, config)

const schema = SchemaBuilder.struct()
  .name('event')
  .field('name', OPTIONAL_STRING_SCHEMA)
  .field('count', INT32_SCHEMA)
  .field('at', INT64_SCHEMA)
  .field('place', SchemaBuilder.string().optional().defaultValue('here').build())
  .build()
const struct = new Struct(schema).put('name', 'cookie').put('count', 3).put('at', 1_500)

describe('ExtractTopic', () => {
  test.each([
    { parts: { schema, value: struct }, field: 'name', topic: 'cookie' },
    { parts: { schema, value: struct }, field: 'count', topic: '3' },
    { parts: { schema, value: struct }, field: 'place', topic: 'here' },
    { parts: { value: { a: schemalessNumber('FLOAT64', 1) } }, field: 'a', topic: '1.0' },
    { parts: { value: true }, field: '', topic: 'true' },
    { parts: { schema: INT64_SCHEMA, value: 9n }, field: '', topic: '9' },
    { parts: { schema: STRING_SCHEMA, value: ' ' }, field: '', topic: ' ' },
  ])('$field of $parts.value names the topic $topic', ({ parts, field, topic }) => {
    const extract = aiven('ExtractTopic$Value', { 'field.name': field })
    expect(applied(extract, sourceRecord(parts)).topic).toBe(topic)
  })

  test.each([
    { parts: { value: null }, field: '', message: "value can't be null or empty: " },
    { parts: { value: ' \t' }, field: '', message: "value can't be null or empty: " },
    { parts: { value: { a: '' } }, field: 'a', message: "a in value can't be null or empty: " },
    { parts: { value: {} }, field: 'a', message: "a in value can't be null or empty: " },
    {
      parts: { schema: STRING_SCHEMA, value: '' },
      field: '',
      message: "value can't be null or empty: ",
    },
    {
      parts: { schema, value: struct },
      field: 'x',
      message: "x in value schema can't be missing: ",
    },
    {
      parts: { schema, value: new Struct(schema).put('count', 1).put('at', 1) },
      field: 'name',
      message: "name in value can't be null or empty: ",
    },
  ])('$message is skipped where that is configured', ({ parts, field, message }) => {
    const record = sourceRecord(parts)
    const config = { 'field.name': field }
    expect(() => aiven('ExtractTopic$Value', config).apply(record)).toThrow(
      `${message}topic topic, partition none, key null`,
    )
    const skipping = aiven('ExtractTopic$Value', { ...config, 'skip.missing.or.null': 'true' })
    expect(skipping.apply(record)).toBe(record)
  })

  test.each([
    {
      parts: { value: null },
      field: 'a',
      message: "value can't be null if field name is specified: ",
    },
    {
      parts: { value: 'x' },
      field: 'a',
      message: 'value type must be Map if field name is specified: ',
    },
    {
      parts: { value: { a: [] } },
      field: 'a',
      message: 'a type in value must be [class java.lang.Byte, ',
    },
    { parts: { value: {} }, field: '', message: 'type in value must be [class java.lang.Byte, ' },
    { parts: { schema, value: struct }, field: '', message: 'value schema type must be [INT8, ' },
    {
      parts: { schema: STRING_SCHEMA, value: 'x' },
      field: 'a',
      message: 'value schema type must be STRUCT if field name is specified: ',
    },
    { parts: { schema, value: null }, field: 'a', message: "value can't be null if field name" },
  ])('$message is skipped nowhere', ({ parts, field, message }) => {
    const config = { 'field.name': field, 'skip.missing.or.null': 'true' }
    expect(() => aiven('ExtractTopic$Value', config).apply(sourceRecord(parts))).toThrow(message)
  })
})
