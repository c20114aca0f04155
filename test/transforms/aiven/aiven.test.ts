import { afterEach, describe, expect, test } from 'vitest'
import {
  ConnectTimestamp,
  INT32_SCHEMA,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  schemalessNumber,
} from '../../../src/api/index.ts'
import type { ConnectorConfig } from '../../../src/api/index.ts'
import { setLogSink } from '../../../src/util/logger.ts'
import { applied, sinkRecord, sourceRecord, transformation } from '../support.ts'

const aiven = (name: string, config: ConnectorConfig = {}) =>
  transformation(`io.aiven.kafka.connect.transforms.${name}`, config)

const schema = SchemaBuilder.struct()
  .name('event')
  .field('name', OPTIONAL_STRING_SCHEMA)
  .field('count', INT32_SCHEMA)
  .field('at', INT64_SCHEMA)
  .field('time', ConnectTimestamp.builder().optional().build())
  .field('place', SchemaBuilder.string().optional().defaultValue('here').build())
  .build()
const struct = new Struct(schema).put('name', 'cookie').put('count', 3).put('at', 1_500)

describe('ExtractTimestamp', () => {
  test.each([
    { field: 'at', resolution: 'milliseconds', timestamp: 1_500 },
    { field: 'at', resolution: 'seconds', timestamp: 1_500_000 },
    { field: 'time', resolution: 'seconds', timestamp: 77 },
  ])('$field in $resolution', ({ field, resolution, timestamp }) => {
    const extract = aiven('ExtractTimestamp$Value', {
      'field.name': field,
      'timestamp.resolution': resolution,
    })
    const value = new Struct(schema, [...struct.values]).put('time', new Date(77))
    const map = { at: 1_500, time: new Date(77) }
    expect(applied(extract, sourceRecord({ schema, value })).timestamp).toBe(timestamp)
    expect(applied(extract, sourceRecord({ value: map })).timestamp).toBe(timestamp)
  })

  test.each([
    { value: null, message: /^key can't be null: topic topic, partition none, key null$/ },
    { value: 'x', message: /^key type must be STRUCT or MAP: / },
    { value: {}, message: /^at field must be present and its value can't be null: / },
    { value: { at: null }, message: /^at field must be present/ },
    {
      value: { at: '1' },
      message: /^at field must be INT64 or org.apache.kafka.connect.data.Timestamp: /,
    },
    { value: { at: 2 ** 50 }, message: /expected at most 9007199254740991 milliseconds/ },
  ])('fails at the key $value', ({ value, message }) => {
    const extract = aiven('ExtractTimestamp$Key', {
      'field.name': 'at',
      'timestamp.resolution': 'seconds',
    })
    expect(() => extract.apply(sourceRecord({ key: value }))).toThrow(message)
  })

  test('the resolution is one of two', () => {
    const config = { 'field.name': 'at', 'timestamp.resolution': 'days' }
    expect(() => aiven('ExtractTimestamp$Key', config)).toThrow(
      "Invalid value days for configuration timestamp.resolution: Unsupported resolution type 'days'. Supported are: milliseconds, seconds",
    )
  })
})

describe('Hash', () => {
  test.each([
    { algorithm: 'md5', hash: '900150983cd24fb0d6963f7d28e17f72' },
    { algorithm: 'sha1', hash: 'a9993e364706816aba3e25717850c26c9cd0d89d' },
    {
      algorithm: 'sha256',
      hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    },
  ])('$algorithm of a whole text, and of a field', ({ algorithm, hash }) => {
    const whole = aiven('Hash$Key', { function: algorithm })
    expect(applied(whole, sourceRecord({ keySchema: STRING_SCHEMA, key: 'abc' })).key).toBe(hash)
    const value = new Struct(schema, [...struct.values]).put('name', 'abc')
    const field = aiven('Hash$Value', { function: algorithm, 'field.name': 'name' })
    const made = applied(field, sourceRecord({ schema, value })).value as Struct
    expect(made.get('name')).toBe(hash)
    expect(made.get('count')).toBe(3)
    // What a predicate or another consumer holds stays as it was.
    expect(value.get('name')).toBe('abc')
  })

  test('half a surrogate pair is hashed as Java writes it', () => {
    const md5 = aiven('Hash$Key', { function: 'md5' })
    const [half, mark] = ['\ud800', '?'].map((key) => {
      return applied(md5, sourceRecord({ keySchema: STRING_SCHEMA, key })).key
    })
    expect(half).toBe(mark)
  })

  test.each([
    { parts: { value: 'x' }, field: '', message: "value schema can't be null: " },
    {
      parts: { schema, value: struct },
      field: '',
      message: 'value schema type must be STRING if field name is not specified: ',
    },
    {
      parts: { schema: STRING_SCHEMA, value: 'x' },
      field: 'a',
      message: 'value schema type must be STRUCT if field name is specified: ',
    },
    {
      parts: { schema, value: null },
      field: 'a',
      message: "value can't be null if field name is specified: ",
    },
    {
      parts: { schema, value: struct },
      field: 'count',
      message: 'count schema type in value must be STRING: ',
    },
  ])('$message', ({ parts, field, message }) => {
    const config = { function: 'md5', 'field.name': field, 'skip.missing.or.null': 'true' }
    expect(() => aiven('Hash$Value', config).apply(sourceRecord(parts))).toThrow(message)
  })

  test.each([
    {
      parts: { schema: OPTIONAL_STRING_SCHEMA, value: null },
      field: '',
      message: "value can't be null: ",
    },
    {
      parts: { schema, value: struct },
      field: 'x',
      message: "x in value schema can't be missing: ",
    },
    // A default counts for nothing here.
    { parts: { schema, value: struct }, field: 'place', message: "place in value can't be null: " },
  ])('$message is skipped where that is configured', ({ parts, field, message }) => {
    const record = sourceRecord(parts)
    const config = { function: 'md5', 'field.name': field }
    expect(() => aiven('Hash$Value', config).apply(record)).toThrow(message)
    expect(aiven('Hash$Value', { ...config, 'skip.missing.or.null': 'true' }).apply(record)).toBe(
      record,
    )
  })
})

describe('TombstoneHandler', () => {
  afterEach(() => setLogSink(() => undefined))

  test.each([
    { behavior: 'drop_silent', warnings: [] },
    {
      behavior: 'DROP_WARN',
      warnings: ["Tombstone record encountered, dropping due to configured 'drop_warn' behavior"],
    },
  ])('$behavior', ({ behavior, warnings }) => {
    const logged: string[] = []
    setLogSink(({ level, message }) => level === 'WARN' && logged.push(message))
    const handler = aiven('TombstoneHandler', { behavior })
    expect(handler.apply(sourceRecord({}))).toBeNull()
    expect(applied(handler, sourceRecord({ value: '' })).value).toBe('')
    expect(logged).toEqual(warnings)
  })

  test('fail, and what is no behavior', () => {
    expect(() => aiven('TombstoneHandler', { behavior: 'fail' }).apply(sourceRecord({}))).toThrow(
      "Tombstone record encountered, failing due to configured 'fail' behavior",
    )
    expect(() => aiven('TombstoneHandler', { behavior: 'x' })).toThrow(
      'Invalid value x for configuration behavior: Unsupported behavior name: x. Supported are: drop_silent,drop_warn,fail',
    )
  })
})

describe('ConcatFields', () => {
  const config = {
    'field.names': 'name,missing,count,time',
    'output.field.name': 'all',
    delimiter: '-',
    'field.replace.missing': '*',
  }

  test('adds a field to a struct, of whose schema the fields alone are kept', () => {
    const made = applied(
      aiven('ConcatFields$Value', config),
      sourceRecord({ schema, value: struct }),
    )
    expect((made.value as Struct).get('all')).toBe('cookie-*-3-*')
    expect((made.value as Struct).get('place')).toBe('here')
    expect(made.valueSchema?.name).toBeNull()
    expect(made.valueSchema?.fields?.map(({ name }) => name).at(-1)).toBe('all')
  })

  test('adds a member to a map, which stays as it was', () => {
    const value = { name: 'a', count: schemalessNumber('FLOAT64', 1) }
    const made = applied(aiven('ConcatFields$Key', config), sourceRecord({ key: value }))
    expect(made.key).toEqual({ ...value, all: 'a-*-1.0-*' })
    expect(Object.keys(value)).toEqual(['name', 'count'])
  })

  test.each([
    { value: null, message: "value Value can't be null: " },
    { value: [], message: 'Value type must be STRUCT or MAP: ' },
  ])('$message', ({ value, message }) => {
    expect(() => aiven('ConcatFields$Value', config).apply(sourceRecord({ value }))).toThrow(
      message,
    )
  })
})

test('MakeTombstone takes value and schema away', () => {
  const made = applied(aiven('MakeTombstone'), sinkRecord({ schema, value: struct, key: 'k' }))
  expect(made).toMatchObject({ valueSchema: null, value: null, key: 'k' })
})

describe('FilterByFieldValue', () => {
  test.each([
    { config: { 'field.value': 'cookie' }, kept: true },
    { config: { 'field.value': 'cook' }, kept: false },
    { config: { 'field.value.pattern': 'o{2}' }, kept: true },
    { config: { 'field.value.pattern': '^k' }, kept: false },
  ])('$config', ({ config, kept }) => {
    const records = [
      sourceRecord({ schema, value: struct }),
      sourceRecord({ value: { name: 'cookie' } }),
    ]
    for (const record of records) {
      const named = { 'field.name': 'name', ...config }
      expect(aiven('FilterByFieldValue$Value', named).apply(record)).toBe(kept ? record : null)
      const others = aiven('FilterByFieldValue$Value', { ...named, 'field.value.matches': 'false' })
      expect(others.apply(record)).toBe(kept ? null : record)
    }
  })

  test.each([
    { value: 'true', field: true, equal: true },
    { value: '5', field: schemalessNumber('INT8', 5), equal: true },
    // As in Java: 5 is read as an INT8.
    { value: '5', field: 5, equal: false },
    { value: '2019-08-23', field: new Date('2019-08-23'), equal: true },
  ])('the text $value equals $field: $equal', ({ value, field, equal }) => {
    const filter = aiven('FilterByFieldValue$Value', { 'field.name': 'a', 'field.value': value })
    const record = sourceRecord({ value: { a: field } })
    expect(filter.apply(record)).toBe(equal ? record : null)
  })

  test('the whole value decides without a name, and null passes', () => {
    const filter = aiven('FilterByFieldValue$Key', { 'field.value.pattern': '^a' })
    expect(filter.apply(sourceRecord({ key: 'b' }))).toBeNull()
    expect(filter.apply(sourceRecord({ key: 'ab' }))).not.toBeNull()
    expect(filter.apply(sourceRecord({ key: null }))).not.toBeNull()
  })

  test('a field that is missing equals nothing that could be said, and matches no pattern', () => {
    const named = { 'field.name': 'x' }
    const record = sourceRecord({ value: {} })
    expect(() =>
      aiven('FilterByFieldValue$Value', { ...named, 'field.value': 'a' }).apply(record),
    ).toThrow(/The field "x" is missing or null/)
    expect(
      aiven('FilterByFieldValue$Value', { ...named, 'field.value.pattern': 'a' }).apply(record),
    ).toBeNull()
  })

  test.each([{}, { 'field.value': 'a', 'field.value.pattern': 'b' }])('%j is refused', (config) => {
    expect(() => aiven('FilterByFieldValue$Value', config)).toThrow(
      'Either field.value or field.value.pattern have to be set to apply filter transform',
    )
  })

  test('null is no value to be equal to', () => {
    expect(() => aiven('FilterByFieldValue$Value', { 'field.value': 'null' })).toThrow(
      /Invalid value null for configuration field.value: Null equals no value/,
    )
  })
})
