import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { AvroData, avroSchemaText, parseAvroSchema } from '../../../src/converters/avro/index.ts'
import { enhanced, plain, roundTrip } from './support.ts'
import { scrubName } from '../../../src/converters/avro/names.ts'

const textOf = (schema: Schema | null, data = plain): string =>
  avroSchemaText(data.fromConnectSchema(schema))

const decimal = 'org.apache.kafka.connect.data.Decimal'

describe('the Avro schema of a Connect schema', () => {
  test.each<[string, Schema | null, string]>([
    ['INT8', INT8_SCHEMA, '{"type":"int","connect.type":"int8"}'],
    ['INT32?', OPTIONAL_INT32_SCHEMA, '["null","int"]'],
    [
      'INT32? default 5',
      SchemaBuilder.int32().optional().defaultValue(5).build(),
      '[{"type":"int","connect.default":5},"null"]',
    ],
    [
      'INT64 default beyond 2^53',
      SchemaBuilder.int64().defaultValue(9223372036854775807n).build(),
      '{"type":"long","connect.default":9223372036854775807}',
    ],
    [
      'Timestamp',
      ConnectTimestamp.SCHEMA,
      '{"type":"long","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Timestamp","logicalType":"timestamp-millis"}',
    ],
    [
      'Date',
      ConnectDate.SCHEMA,
      '{"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Date","logicalType":"date"}',
    ],
    [
      'Time',
      ConnectTime.SCHEMA,
      '{"type":"int","connect.version":1,"connect.name":"org.apache.kafka.connect.data.Time","logicalType":"time-millis"}',
    ],
    [
      'Decimal(2)',
      Decimal.schema(2),
      `{"type":"bytes","scale":2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"2"},"connect.name":"${decimal}","logicalType":"decimal"}`,
    ],
    [
      'Decimal(-2), whose scale Avro does not know',
      Decimal.schema(-2),
      `{"type":"bytes","scale":-2,"precision":64,"connect.version":1,"connect.parameters":{"scale":"-2"},"connect.name":"${decimal}","logicalType":"decimal"}`,
    ],
    [
      'a named struct',
      SchemaBuilder.struct()
        .name('com.x.R')
        .field('a', INT32_SCHEMA)
        .field('b', OPTIONAL_STRING_SCHEMA)
        .build(),
      '{"type":"record","name":"R","namespace":"com.x","fields":[{"name":"a","type":"int"},{"name":"b","type":["null","string"],"default":null}],"connect.name":"com.x.R"}',
    ],
    [
      'a map with keys that are no strings',
      SchemaBuilder.map(INT32_SCHEMA, INT32_SCHEMA).build(),
      '{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":"int"},{"name":"value","type":"int"}]}}',
    ],
    [
      'a struct that comes twice',
      (() => {
        const inner = SchemaBuilder.struct().name('In').field('x', INT64_SCHEMA).build()
        return SchemaBuilder.struct().name('Out').field('a', inner).field('b', inner).build()
      })(),
      '{"type":"record","name":"Out","fields":[{"name":"a","type":{"type":"record","name":"In","fields":[{"name":"x","type":"long"}],"connect.name":"In"}},{"name":"b","type":"In"}],"connect.name":"Out"}',
    ],
  ])('%s', (_name, schema, text) => {
    expect(textOf(schema)).toBe(text)
  })

  test('without meta data has Avro alone', () => {
    const bare = new AvroData({ 'connect.meta.data': 'false' })
    expect(textOf(INT8_SCHEMA, bare)).toBe('"int"')
  })

  test('of schemaless data holds anything', () => {
    const text = textOf(null)
    expect(JSON.parse(text)).toMatchObject({
      name: 'Anything',
      namespace: 'io.confluent.connect.avro',
    })
    expect(text).toContain(
      '{"name":"array","type":["null",{"type":"array","items":"Anything"}],"default":null}',
    )
  })

  test('keeps an enum where enhanced schemas are asked for', () => {
    const schema = SchemaBuilder.string()
      .name('io.x.Color')
      .parameter('io.confluent.connect.avro.Enum', 'io.x.Color')
      .parameter('io.confluent.connect.avro.Enum.RED', 'RED')
      .parameter('io.confluent.connect.avro.Enum.BLUE', 'BLUE')
      .build()
    expect(JSON.parse(textOf(schema, enhanced))).toMatchObject({
      type: 'enum',
      name: 'Color',
      namespace: 'io.x',
      symbols: ['RED', 'BLUE'],
    })
    expect(JSON.parse(textOf(schema))).toMatchObject({ type: 'string' })
    expect(enhanced.encoder(schema).encode('BLUE')).toEqual(Buffer.from([2]))
    expect(() => enhanced.encoder(schema).encode('GREEN')).toThrow(/GREEN is no symbol/)
  })

  test('refuses a name that Avro has not, and takes it scrubbed', () => {
    const schema = SchemaBuilder.struct().name('my-app.0rder').field('a b', STRING_SCHEMA).build()
    expect(() => textOf(schema)).toThrow(/Illegal character in: my-app.*scrub\.invalid\.names/)
    const scrubbing = new AvroData({ 'scrub.invalid.names': 'true' })
    expect(JSON.parse(textOf(schema, scrubbing))).toMatchObject({
      namespace: 'my_app',
      name: 'x0rder',
      fields: [{ name: 'a_b' }],
    })
  })
})

test.each([
  ['abc-def', 'abc_def'],
  ['abc+def', 'abc_2Bdef'],
  ['0abc', 'x0abc'],
  ['abc  def', 'abc__def'],
  ['abc', 'abc'],
  ['ü', '_C3_BC'],
])('the name %s becomes %s', (name, scrubbed) => {
  expect(scrubName(name)).toBe(scrubbed)
})

describe('the bytes of a value, both ways', () => {
  test.each<[string, string, unknown]>([
    ['"string"', '0c666f6f626172', 'foobar'],
    ['"int"', '54', 42],
    ['"long"', '01', -1],
    ['"long"', 'feffffffffffffffff01', 9223372036854775807n],
    ['"long"', 'ffffffffffffffffff01', -9223372036854775808n],
    ['"long"', 'feffffffffffff1f', 9007199254740991],
    ['"long"', '8080808080808020', 9007199254740992n],
    ['"boolean"', '01', true],
    ['["null","string"]', '00', null],
    ['["null","string"]', '020278', 'x'],
    ['["string","null"]', '000278', 'x'],
    ['"double"', '000000000000f03f', 1],
    ['{"type":"long","logicalType":"timestamp-micros"}', '8080808080808020', 9007199254740992n],
    ['{"type":"array","items":"int"}', '04020400', [1, 2]],
    ['{"type":"map","values":"int"}', '0202610200', new Map([['a', 1]])],
    ['{"type":"fixed","name":"F","size":2}', '0102', Buffer.from([1, 2])],
    ['{"type":"enum","name":"E","symbols":["A","B"]}', '02', 'B'],
  ])('%s %s', (avro, hex, value) => {
    const data = avro.includes('enum') ? enhanced : plain
    expect(roundTrip(avro, hex, data)).toEqual(value)
  })

  test('a record is a struct', () => {
    const avro =
      '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"string"}]}'
    const value = roundTrip(avro, '020278') as Struct
    expect(value.toString()).toBe('Struct{a=1,b=x}')
    expect(value.schema.name).toBe('R')
  })

  test('a decimal in a fixed is padded with its sign', () => {
    const avro =
      '{"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":9,"scale":2}'
    expect(roundTrip(avro, 'ffffff64')).toEqual(new Decimal(-156n, 2))
    expect(roundTrip(avro, '0000009c')).toEqual(new Decimal(156n, 2))
  })

  test('what Avro notes of a map is a map', () => {
    const avro =
      '{"type":"array","items":{"type":"record","name":"E","fields":[{"name":"key","type":"int"},{"name":"value","type":"string"}],"connect.internal.type":"MapEntry"}}'
    expect(roundTrip(avro, '0202027800')).toEqual(new Map([[1, 'x']]))
  })

  test('an int8 beyond its range is refused, where Java wraps it', () => {
    const decoder = plain.decoder(parseAvroSchema('{"type":"int","connect.type":"int8"}'))
    expect(() => decoder.decode(Buffer.from('9003', 'hex'))).toThrow(/Invalid value 200 for INT8/)
  })
})

describe('a value that does not fit is a DataError', () => {
  const record = SchemaBuilder.struct().name('R').field('a', INT32_SCHEMA).build()

  test.each<[string, Schema, unknown, string]>([
    ['null for what is required', INT32_SCHEMA, null, 'Found null value for non-optional schema'],
    ['text for a number', INT32_SCHEMA, 'x', 'Invalid type for INT32: class java.lang.String'],
    ['a number beyond the type', INT8_SCHEMA, 200, 'Invalid type for INT8'],
    ['a number that is none of 64 bits', INT64_SCHEMA, 2n ** 63n, 'Invalid type for INT64'],
    [
      'a number for a date',
      ConnectDate.SCHEMA,
      5,
      'Invalid type for Date, expected Date but was class java.lang.Long',
    ],
    [
      'a struct of another schema',
      record,
      new Struct(SchemaBuilder.struct().build()),
      'Mismatching struct schema',
    ],
    ['half of a surrogate pair', STRING_SCHEMA, '\ud800', 'surrogate'],
    ['a decimal of another scale', Decimal.schema(2), new Decimal(1n, 3), 'mismatching scale'],
  ])('%s', (_name, schema, value, message) => {
    const encode = (): unknown => plain.encoder(schema).encode(value)
    expect(encode).toThrow(DataError)
    expect(encode).toThrow(message)
  })

  test('schemaless bytes, as in Java', () => {
    expect(() => plain.encoder(null).encode(Buffer.from('x'))).toThrow(
      'Unknown Java type for schemaless data: class [B',
    )
  })
})

describe('under another Avro schema than its own', () => {
  const schema = SchemaBuilder.struct()
    .name('R')
    .field('a', INT32_SCHEMA)
    .field('b', STRING_SCHEMA)
    .build()
  const value = new Struct(schema, [1, 'x'])
  const latest = (fields: string): string => `{"type":"record","name":"R","fields":[${fields}]}`

  test('fields are found by their names, what is new gets its default, and an int may be a long', () => {
    const avro = parseAvroSchema(
      latest(
        '{"name":"c","type":"int","default":7},{"name":"b","type":["null","string"]},{"name":"a","type":"long"}',
      ),
    )
    const bytes = plain.encoder(schema, avro).encode(value)
    expect(bytes.toString('hex')).toBe('0e02027802')
  })

  test('a field that would be lost is refused', () => {
    const avro = parseAvroSchema(latest('{"name":"a","type":"int"}'))
    expect(() => plain.encoder(schema, avro)).toThrow(/has no field b.*its value would be lost/)
  })

  test('a new field without a default is refused', () => {
    const avro = parseAvroSchema(
      latest('{"name":"a","type":"int"},{"name":"b","type":"string"},{"name":"c","type":"int"}'),
    )
    expect(() => plain.encoder(schema, avro)).toThrow(/field c without a default/)
  })

  test('a narrower type is refused', () => {
    const avro = parseAvroSchema(
      latest('{"name":"a","type":"string"},{"name":"b","type":"string"}'),
    )
    expect(() => plain.encoder(schema, avro)).toThrow(/cannot be written as Avro's string/)
  })
})
