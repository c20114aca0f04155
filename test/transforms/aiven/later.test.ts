import { describe, expect, test } from 'vitest'
import {
  INT32_SCHEMA,
  INT8_SCHEMA,
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

describe('CaseTransform', () => {
  const schema = SchemaBuilder.struct()
    .name('n')
    .field('a', OPTIONAL_STRING_SCHEMA)
    .field('b', SchemaBuilder.string().optional().defaultValue('x').build())
    .field('c', INT32_SCHEMA)
    .build()
  const upper = aiven('CaseTransform$Value', { 'field.names': 'a,b,missing', case: 'upper' })

  test('changes texts of a struct, whose schema stays', () => {
    const value = new Struct(schema).put('a', 'straße').put('c', 1)
    const made = applied(upper, sourceRecord({ schema, value }))
    expect(String(made.value)).toBe('Struct{a=STRASSE,b=X,c=1}')
    expect(made.valueSchema).toBe(schema)
    expect(value.get('a')).toBe('straße')
  })

  test('changes members of a map, and adds those that are missing as null', () => {
    const value = { a: 'x', b: true, z: 'z' }
    const made = applied(upper, sourceRecord({ value }))
    expect(made.value).toEqual({ a: 'X', b: 'TRUE', z: 'z', missing: null })
    expect(value.a).toBe('x')
  })

  test('what holds no text cannot hold the result', () => {
    const lower = aiven('CaseTransform$Value', { 'field.names': 'c', case: 'lower' })
    const value = new Struct(schema).put('c', 1)
    expect(() => lower.apply(sourceRecord({ schema, value }))).toThrow(
      'Invalid Java object for schema with type INT32: class java.lang.String for field: "c"',
    )
  })

  test('does not let a null pass in a field that must have a value (invariant 6)', () => {
    expect(() => upper.apply(sourceRecord({ schema, value: new Struct(schema) }))).toThrow(
      'Invalid value: null used for required field: "c", schema type: INT32',
    )
  })

  test.each(['Upper', 'x'])('the case %s is refused', (text) => {
    expect(() => aiven('CaseTransform$Key', { 'field.names': 'a', case: text })).toThrow(
      `Invalid value ${text} for configuration case: expected upper or lower`,
    )
  })
})

describe('ExtractTopicFromSchemaName', () => {
  const named = (name: string) =>
    sourceRecord({ schema: SchemaBuilder.struct().name(name).build() })

  test.each([
    { config: {}, name: 'com.acme.Order', topic: 'com.acme.Order' },
    {
      config: { 'schema.name.topic-map': 'a:b,com.acme.Order:orders' },
      name: 'com.acme.Order',
      topic: 'orders',
    },
    { config: { 'schema.name.topic-map': 'a:b' }, name: 'c', topic: 'c' },
    {
      config: { 'schema.name.regex': '(?:[.]|^)([^.]*)$' },
      name: 'com.acme.Order',
      topic: 'Order',
    },
    { config: { 'schema.name.regex': '(x)' }, name: 'Order', topic: 'Order' },
    { config: { 'schema.name.regex': '(O)(r)' }, name: 'Order', topic: 'Order' },
  ])('$config names $topic after $name', ({ config, name, topic }) => {
    const extract = aiven('ExtractTopicFromSchemaName$Value', config)
    expect(applied(extract, named(name)).topic).toBe(topic)
  })

  test('a schema without a name fails the record', () => {
    const extract = aiven('ExtractTopicFromSchemaName$Value')
    expect(() => extract.apply(sourceRecord({ value: {} }))).toThrow(
      " value schema name can't be null: topic topic, partition none, key null",
    )
  })

  test.each([
    {
      config: { 'schema.name.topic-map': 'a:b', 'schema.name.regex': 'a' },
      message: /should not be defined together/,
    },
    {
      config: { 'schema.name.topic-map': 'a' },
      message: /schema.name.topic-map is not valid. Format should be/,
    },
    {
      config: { 'schema.name.regex': '(' },
      message: /\( set as schema.name.regex is not valid regex/,
    },
  ])('$config is refused', ({ config, message }) => {
    expect(() => aiven('ExtractTopicFromSchemaName$Value', config)).toThrow(message)
  })
})

describe('KeyToValue', () => {
  const keySchema = SchemaBuilder.struct()
    .field('id', INT8_SCHEMA)
    .field('dept', STRING_SCHEMA)
    .build()
  const key = new Struct(keySchema).put('id', 7).put('dept', 'x')
  const schema = SchemaBuilder.struct()
    .name('n')
    .version(2)
    .optional()
    .field('id', STRING_SCHEMA)
    .field('a', INT32_SCHEMA)
    .build()
  const value = new Struct(schema).put('id', 'old').put('a', 1)

  test('fields of the key replace those of the value, or come behind them', () => {
    const copy = aiven('KeyToValue', { 'key.fields': 'id,dept,*', 'value.fields': 'id,department' })
    const made = applied(copy, sourceRecord({ keySchema, key, schema, value }))
    expect(String(made.value)).toBe('Struct{id=7,a=1,department=x,_key=Struct{id=7,dept=x}}')
    expect(made.valueSchema).toMatchObject({ name: 'n', version: 2, optional: true })
    expect(made.valueSchema?.field('id')?.schema).toBe(INT8_SCHEMA)
    ;(made.value as Struct).validate()
  })

  test('of a key without a schema, the schema is inferred', () => {
    const copy = aiven('KeyToValue', { 'key.fields': '*' })
    const made = applied(copy, sourceRecord({ key: 'k', schema, value }))
    expect(String(made.value)).toBe('Struct{id=old,a=1,_key=k}')
    expect(made.valueSchema?.field('_key')?.schema).toBe(STRING_SCHEMA)
  })

  test('a map takes them with their types', () => {
    const copy = aiven('KeyToValue', { 'key.fields': 'id,dept' })
    const map = { a: 1 }
    expect(applied(copy, sourceRecord({ keySchema, key, value: map })).value).toEqual({
      a: 1,
      id: schemalessNumber('INT8', 7),
      dept: 'x',
    })
    expect(applied(copy, sourceRecord({ key: { id: 1 }, value: map })).value).toEqual({
      a: 1,
      id: 1,
      dept: null,
    })
    expect(map).toEqual({ a: 1 })
  })

  test.each([
    {
      parts: { keySchema: STRING_SCHEMA, key: 'k', value: {} },
      message: 'Named key fields [id] cannot be copied from the key schema: STRING',
    },
    {
      parts: { key: 'k', value: {} },
      message: 'Named key fields [id] cannot be copied from the key class: java.lang.String',
    },
    {
      parts: { key: { id: 1 }, value: 'v' },
      message: 'The value needs to be a Struct or Map in order to append fields',
    },
    {
      parts: {
        keySchema: SchemaBuilder.struct().build(),
        key: new Struct(SchemaBuilder.struct().build()),
        schema,
        value,
      },
      message: "Key field 'id' not found in key schema",
    },
    {
      parts: { key: null, schema, value },
      message: 'Named key fields [id] cannot be copied from the key class: null',
    },
  ])('$message', ({ parts, message }) => {
    expect(() => aiven('KeyToValue', { 'key.fields': 'id' }).apply(sourceRecord(parts))).toThrow(
      message,
    )
  })

  test('a map without a schema cannot go into a struct as a whole, and two fields not under one name', () => {
    const whole = aiven('KeyToValue', { 'key.fields': '*' })
    expect(() => whole.apply(sourceRecord({ key: {}, schema, value }))).toThrow(
      'The value requires a schema, but the key class is a schemaless Map',
    )
    expect(() => aiven('KeyToValue', { 'key.fields': 'a,b', 'value.fields': 'x,x' })).toThrow(
      "More than one key value is copied to the value field name 'x'",
    )
  })
})
