import { describe, expect, test } from 'vitest'
import { INT32_SCHEMA, Struct, DataError } from '../../../src/api/index.ts'
import { AvroData, parseAvroSchema } from '../../../src/converters/avro/index.ts'
import { enhanced, plain, roundTrip } from './support.ts'

const general = new AvroData({ 'generalized.sum.type.support': 'true' })

describe('unions', () => {
  const avro =
    '["null","int",{"type":"record","name":"io.x.R","fields":[{"name":"a","type":"int"}]}]'
  const value = '0202'

  test('are structs of which one member is set', () => {
    const struct = roundTrip(avro, value) as Struct
    expect(struct.schema.name).toBe('io.confluent.connect.avro.Union')
    expect(struct.schema.optional).toBe(true)
    expect(struct.schema.fields?.map(({ name }) => name)).toEqual(['int', 'R'])
    expect(struct.toString()).toBe('Struct{int=1}')
    expect(roundTrip(avro, '00')).toBeNull()
  })

  test('call their members by full names where enhanced schemas are asked for', () => {
    const struct = roundTrip(avro, '0408', enhanced) as Struct
    expect(struct.toString()).toBe('Struct{io.x.R=Struct{a=4}}')
  })

  test('are numbered in the general form', () => {
    const struct = roundTrip(avro, '0408', general) as Struct
    expect(struct.schema.parameters?.get('org.apache.kafka.connect.data.Union')).toMatch(
      /^connect_union_\d+$/,
    )
    expect(struct.schema.fields?.map(({ name }) => name)).toEqual([
      'connect_union_field_1',
      'connect_union_field_2',
    ])
  })

  test('of one member are that member, unless they are kept', () => {
    expect(plain.toConnectSchema(parseAvroSchema('["int"]'))).toBe(INT32_SCHEMA)
    const kept = new AvroData({ 'flatten.singleton.unions': 'false' })
    expect(kept.toConnectSchema(parseAvroSchema('["int"]'))?.type).toBe('STRUCT')
  })

  test('refuse two members of one name', () => {
    const twice = `[${['a.R', 'b.R'].map((name) => `{"type":"record","name":"${name}","fields":[]}`).join(',')}]`
    expect(() => plain.toConnectSchema(parseAvroSchema(twice))).toThrow(
      /Multiple union schemas map to the Connect union field name/,
    )
    expect(enhanced.toConnectSchema(parseAvroSchema(twice))?.fields?.length).toBe(2)
  })

  test('without null need a member', () => {
    const schema = parseAvroSchema('["int","string"]')
    const connect = plain.toConnectSchema(schema)
    if (connect === null) throw new Error('no schema')
    expect(() => plain.encoder(connect, schema).encode(new Struct(connect))).toThrow(DataError)
  })
})

describe('the Connect schema of an Avro schema', () => {
  test('takes the registry’s version where it has none of its own', () => {
    const avro = parseAvroSchema('{"type":"record","name":"R","fields":[]}')
    expect(plain.toConnectSchema(avro, 3)?.version).toBe(3)
    const noted = parseAvroSchema('{"type":"record","name":"R","fields":[],"connect.version":7}')
    expect(plain.toConnectSchema(noted, 3)?.version).toBe(7)
  })

  test.each<[string, string, RegExp]>([
    ['null alone', '"null"', /Standalone null schemas are not supported by this converter/],
    [
      'an unknown connect.type',
      '{"type":"int","connect.type":"int9"}',
      /Connect type annotation for Avro int field is null/,
    ],
    [
      'parameters that are no object',
      '{"type":"int","connect.parameters":5}',
      /Expected JSON object for schema parameters but found: 5/,
    ],
    [
      'parameters that are no texts',
      '{"type":"int","connect.parameters":{"a":5}}',
      /Expected schema parameter values to be strings but found: 5/,
    ],
    [
      'a version that is none',
      '{"type":"int","connect.version":"x"}',
      /Invalid Connect version found: "x"/,
    ],
    [
      'two names',
      '{"type":"long","logicalType":"timestamp-millis","connect.name":"x"}',
      /Mismatched names: name already added to SchemaBuilder \(org\.apache\.kafka\.connect\.data\.Timestamp\) differs from name in source schema \(x\)/,
    ],
    [
      'a map entry of another shape',
      '{"type":"array","items":{"type":"record","name":"E","fields":[],"connect.internal.type":"MapEntry"}}',
      /Found map encoded as array of key-value pairs, but array elements do not match the expected format/,
    ],
    [
      'a precision that is no integer',
      '{"type":"bytes","logicalType":"decimal","precision":"9"}',
      /precision property must be a JSON Integer/,
    ],
  ])('%s is refused', (_name, avro, message) => {
    expect(() => plain.toConnectSchema(parseAvroSchema(avro))).toThrow(message)
  })

  test('of a timestamp in its second version is refused', () => {
    const avro = parseAvroSchema('{"type":"long","logicalType":"timestamp-millis"}')
    expect(() => plain.toConnectSchema(avro, 2)).toThrow(
      'Mismatched versions: version already added to SchemaBuilder (1) differs from version in source schema (2)',
    )
  })
})

test('a fixed in a union stays what it was written as, where Java takes it for bytes', () => {
  const struct = roundTrip('["bytes",{"type":"fixed","name":"F","size":2}]', '020102') as Struct
  expect(struct.schema.fields?.[1]?.name).toBe('F')
  expect(struct.values).toEqual([null, Buffer.from([1, 2])])
})

test('a record that contains itself is refused', () => {
  const list =
    '{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"],"default":null}]}'
  expect(() => plain.toConnectSchema(parseAvroSchema(list))).toThrow(
    /The Avro record L contains itself/,
  )
})

test('the default of a field that is a record is left out', () => {
  const outer =
    '{"type":"record","name":"O","fields":[{"name":"i","type":{"type":"record","name":"I","fields":[{"name":"a","type":"int"}]},"default":{"a":1}}]}'
  expect(plain.toConnectSchema(parseAvroSchema(outer))?.field('i')?.schema.defaultValue).toBeNull()
})

test('what is optional within the default of a map is kept', () => {
  const map = '{"type":"map","values":["null","int"],"connect.default":{"k":7,"n":null}}'
  expect(plain.toConnectSchema(parseAvroSchema(map))?.defaultValue).toEqual(
    new Map([
      ['k', 7],
      ['n', null],
    ]),
  )
})

test('records that come twice at each of many levels are taken once each', () => {
  let text = '{"type":"record","name":"R0","fields":[{"name":"x","type":"int"}]}'
  for (let i = 1; i <= 30; i++) {
    const before = `["null","R${i - 1}"]`
    text = `{"type":"record","name":"R${i}","fields":[{"name":"a","type":${text}},{"name":"b","type":${before}}]}`
  }
  const data = new AvroData()
  const decoder = data.decoder(parseAvroSchema(text))
  const { schema } = decoder
  expect(schema?.field('b')?.schema.field('a')?.schema.name).toBe('R28')
  // The innermost int, then null for each `b`.
  expect(decoder.decode(Buffer.from(`02${'00'.repeat(30)}`, 'hex')).schema).toBe(schema)
})
