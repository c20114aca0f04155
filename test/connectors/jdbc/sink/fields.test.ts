import { describe, expect, test } from 'vitest'
import { INT64_SCHEMA, STRING_SCHEMA, SchemaBuilder } from '../../../../src/api/index.ts'
import type { Schema } from '../../../../src/api/index.ts'
import { fieldsOf } from '../../../../connectors/jdbc/sink/fields.ts'
import type { RecordFields } from '../../../../connectors/jdbc/sink/fields.ts'
import { settingsOf } from './support.ts'

function struct(...names: readonly string[]): Schema {
  const builder = SchemaBuilder.struct()
  for (const name of names) builder.field(name, STRING_SCHEMA)
  return builder.build()
}

type Names = readonly [keys: readonly string[], nonKeys: readonly string[]]

function namesOf({ keys, nonKeys }: RecordFields): Names {
  return [keys.map(({ name }) => name), nonKeys.map(({ name }) => name)]
}

interface Case {
  readonly props: Readonly<Record<string, string>>
  readonly key: Schema | null
  readonly value: Schema | null
}

const abc = struct('field1', 'field2', 'field3')

describe('the columns of a record are', () => {
  test.each<[string, Case, Names]>([
    [
      'those of its value',
      { props: {}, key: null, value: abc },
      [[], ['field1', 'field2', 'field3']],
    ],
    [
      "Kafka's coordinates and those of its value",
      { props: { 'pk.mode': 'kafka' }, key: null, value: struct('v') },
      [['__connect_topic', '__connect_partition', '__connect_offset'], ['v']],
    ],
    [
      "Kafka's coordinates under names of one's own",
      { props: { 'pk.mode': 'kafka', 'pk.fields': 't,p,o' }, key: null, value: struct('v') },
      [['t', 'p', 'o'], ['v']],
    ],
    [
      "Kafka's coordinates alone, without a value",
      { props: { 'pk.mode': 'kafka' }, key: null, value: null },
      [['__connect_topic', '__connect_partition', '__connect_offset'], []],
    ],
    [
      'a plain key under the name given',
      {
        props: { 'pk.mode': 'record_key', 'pk.fields': 'id' },
        key: INT64_SCHEMA,
        value: struct('v'),
      },
      [['id'], ['v']],
    ],
    [
      'all fields of the key, which win over those of the value',
      { props: { 'pk.mode': 'record_key' }, key: struct('id'), value: struct('v', 'id') },
      [['id'], ['v']],
    ],
    [
      'the fields of the key that are listed',
      {
        props: { 'pk.mode': 'record_key', 'pk.fields': 'field3,field1' },
        key: abc,
        value: struct('v'),
      },
      [['field1', 'field3'], ['v']],
    ],
    [
      'all fields of the value as key',
      { props: { 'pk.mode': 'record_value' }, key: null, value: abc },
      [['field1', 'field2', 'field3'], []],
    ],
    [
      'fields that are let pass, and the key in any case',
      {
        props: {
          'pk.mode': 'record_value',
          'pk.fields': 'field1',
          'fields.whitelist': 'field2,field4',
        },
        key: null,
        value: abc,
      },
      [['field1'], ['field2']],
    ],
    [
      'the one for plain texts',
      { props: {}, key: null, value: STRING_SCHEMA },
      [[], ['record_value']],
    ],
    [
      'a plain key and a plain text',
      {
        props: { 'pk.mode': 'record_key', 'pk.fields': 'the_key' },
        key: INT64_SCHEMA,
        value: STRING_SCHEMA,
      },
      [['the_key'], ['record_value']],
    ],
  ])('%s', (_, { props, key, value }, names) => {
    expect(namesOf(fieldsOf('t', settingsOf(props), key, value))).toEqual(names)
  })

  test.each<[string, Case, RegExp]>([
    [
      'two names for a plain key',
      { props: { 'pk.mode': 'record_key', 'pk.fields': 'a,b' }, key: INT64_SCHEMA, value: abc },
      /exactly one PK column/,
    ],
    [
      'no name for a plain key',
      { props: { 'pk.mode': 'record_key' }, key: INT64_SCHEMA, value: abc },
      /exactly one PK column/,
    ],
    [
      'a key without a schema',
      { props: { 'pk.mode': 'record_key', 'pk.fields': 'a' }, key: null, value: abc },
      /record key schema is missing/,
    ],
    [
      'a key that is a map',
      {
        props: { 'pk.mode': 'record_key', 'pk.fields': 'a' },
        key: SchemaBuilder.map(STRING_SCHEMA, STRING_SCHEMA).build(),
        value: abc,
      },
      /must be primitive type or Struct/,
    ],
    [
      'a name that the key does not have',
      { props: { 'pk.mode': 'record_key', 'pk.fields': 'nope' }, key: abc, value: abc },
      /does not contain field: nope/,
    ],
    ['nothing at all', { props: {}, key: null, value: null }, /No fields found/],
    [
      'a text that would go to the column of the key',
      {
        props: { 'pk.mode': 'record_key', 'pk.fields': 'record_value' },
        key: INT64_SCHEMA,
        value: STRING_SCHEMA,
      },
      /"record_value"/,
    ],
  ])('refused where there is %s', (_, { props, key, value }, message) => {
    expect(() => fieldsOf('t', settingsOf(props), key, value)).toThrow(message)
  })

  test.each<[string, Case, readonly string[]]>([
    [
      'in the order of the value, then by name',
      {
        props: { 'pk.mode': 'record_key', 'pk.fields': 'id' },
        key: INT64_SCHEMA,
        value: struct('z', 'a'),
      },
      ['z', 'a', 'id'],
    ],
    [
      'in the order of the value, where the key is among it',
      {
        props: { 'pk.mode': 'record_value', 'pk.fields': 'field4' },
        key: null,
        value: struct('field4', 'field2', 'field1', 'field3'),
      },
      ['field4', 'field2', 'field1', 'field3'],
    ],
    [
      'by name, where there is no value',
      {
        props: { 'pk.mode': 'record_key', 'pk.fields': 'field2,field3,field1' },
        key: struct('field1', 'field3', 'field2'),
        value: null,
      },
      ['field1', 'field2', 'field3'],
    ],
    [
      "after Kafka's coordinates",
      { props: { 'pk.mode': 'kafka', 'pk.fields': 'z,y,x' }, key: null, value: struct('a') },
      ['z', 'y', 'x', 'a'],
    ],
  ])('created %s', (_, { props, key, value }, names) => {
    const { created } = fieldsOf('t', settingsOf(props), key, value)
    expect(created.map(({ name }) => name)).toEqual(names)
  })
})
