import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError, SchemaBuilder, STRING_SCHEMA, valueEquals } from '../../../src/api/index.ts'
import type { AvroNames, AvroSchema } from '../../../src/converters/avro/index.ts'
import {
  AvroData,
  avroSchemaText,
  incompatibilities,
  parseAvroSchema,
} from '../../../src/converters/avro/index.ts'
import { schemalessValues, typedValues } from './arbitrary-data.ts'

const data = new AvroData()

describe('whatever is written', () => {
  test('is read again, under the schema as its text says it', () => {
    fc.assert(
      fc.property(typedValues, ({ schema, values }) => {
        const encoder = data.encoder(schema)
        const text = textOrNull(encoder.avroSchema)
        fc.pre(text !== null)
        const decoder = data.decoder(parseAvroSchema(text))
        const written = values
          .filter((value) => value !== null)
          .map((value) => encoder.encode(value))
        // All are written before any is read: none may lie where another is written.
        const again = written.map((bytes) => {
          const { schema: found, value } = decoder.decode(bytes)
          return data.encoder(found, encoder.avroSchema).encode(value)
        })
        expect(again).toEqual(written)
      }),
      { numRuns: 300 },
    )
  })

  test('without a schema is read as it was', () => {
    const encoder = data.encoder(null)
    const decoder = data.decoder(encoder.avroSchema)
    fc.assert(
      fc.property(schemalessValues, (value) => {
        fc.pre(value !== null)
        const found = decoder.decode(encoder.encode(value))
        expect(found.schema).toBeNull()
        expect(valueEquals(found.value, value)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('has the prefix before it', () => {
    const bytes = data.encoder(STRING_SCHEMA).encode('x'.repeat(200_000), Buffer.from([0, 1]))
    expect(bytes.subarray(0, 5)).toEqual(Buffer.from('000180b518', 'hex'))
    expect(bytes.length).toBe(200_005)
  })
})

describe('bytes of any kind', () => {
  const schema = parseAvroSchema(
    JSON.stringify({
      type: 'record',
      name: 'R',
      fields: [
        { name: 'l', type: 'long' },
        { name: 'u', type: ['null', 'string', 'bytes', 'double'] },
        {
          name: 'a',
          type: { type: 'array', items: { type: 'record', name: 'Empty', fields: [] } },
        },
        { name: 'm', type: { type: 'map', values: { type: 'array', items: 'int' } } },
        { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A'] } },
        { name: 'f', type: { type: 'fixed', name: 'F', size: 3 } },
        { name: 'd', type: { type: 'bytes', logicalType: 'decimal', precision: 5 } },
      ],
    }),
  )

  test.each([
    ['a record', schema],
    ['schemaless data', data.fromConnectSchema(null)],
  ])('are a value or a DataError for %s', (_name, avro) => {
    const decoder = data.decoder(avro)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decoder.decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['cut off', '"string"', '0c666f', /end within/],
    ['empty', '"int"', '', /end within/],
    ['longer than the datum', '"int"', '0202', /1 bytes are left behind/],
    ['a varint of eleven bytes', '"long"', 'ff'.repeat(11), /more than ten bytes/],
    ['an int beyond 32 bits', '"int"', '8080808010', /beyond 32 bits/],
    ['a billion items', '{"type":"array","items":"int"}', '80a8d6b907', /only 0 bytes are left/],
    [
      'a billion empty items',
      '{"type":"array","items":{"type":"record","name":"E","fields":[]}}',
      '80a8d6b907',
      /Invalid block/,
    ],
    [
      'empty items, a million in each of many blocks',
      '{"type":"array","items":{"type":"record","name":"E","fields":[]}}',
      '80808001'.repeat(9) + '00',
      /Invalid block/,
    ],
    ['no UTF-8', '"string"', '02ff', /not UTF-8/],
    ['another boolean', '"boolean"', '02', /Invalid boolean 2/],
    ['another branch', '["null","int"]', '06', /Invalid index 3 of a union of 2 types/],
  ])('%s are refused', (_name, avro, hex, message) => {
    const decode = (): unknown =>
      data.decoder(parseAvroSchema(avro)).decode(Buffer.from(hex, 'hex'))
    expect(decode).toThrow(message)
    expect(decode).toThrow(DataError)
  })

  test('behind the end are not looked at', () => {
    const all = Buffer.from('0c666f6f626172', 'hex')
    const decoder = data.decoder(parseAvroSchema('"string"'))
    expect(() => decoder.decode(all.subarray(0, 4))).toThrow(/end within/)
  })
})

describe('a schema', () => {
  test.each([
    ['{"type":"record"}', /No name/],
    ['{"type":"nope"}', /Undefined name: "nope"/],
    ['{"type":"fixed","name":"F"}', /Invalid size/],
    ['{"type":"enum","name":"E","symbols":["A","A"]}', /Duplicate enum symbol/],
    ['[1]', /to be a JSON object, but found 1/],
    ['{', /no Avro schema/],
    [
      '{"type":"record","name":"R","fields":[{"name":"a","type":{"type":"record","name":"R","fields":[]}}]}',
      /Can't redefine: R/,
    ],
  ])('that is none is refused: %s', (text, message) => {
    expect(() => parseAvroSchema(text)).toThrow(message)
  })

  test('keeps what Avro does not know, aliases and the order of everything', () => {
    const text =
      '{"type":"record","name":"R","namespace":"a.b","doc":"d","fields":[{"name":"x","type":{"type":"enum","name":"E","namespace":"c","symbols":["A"],"default":"A"},"doc":"f","default":"A","aliases":["y"],"p":1.0},{"name":"z","type":"c.E"}],"q":{"2":9223372036854775807,"1":[]},"aliases":["S"]}'
    expect(avroSchemaText(parseAvroSchema(text))).toBe(text)
  })

  test('may refer to what was read before', () => {
    const names: AvroNames = new Map()
    parseAvroSchema('{"type":"record","name":"a.In","fields":[]}', names)
    const schema = parseAvroSchema(
      '{"type":"record","name":"a.Out","fields":[{"name":"x","type":"In"}]}',
      names,
    )
    expect(data.toConnectSchema(schema)?.field('x')?.schema.name).toBe('a.In')
  })
})

describe('a reader', () => {
  const record = (fields: string): AvroSchema =>
    parseAvroSchema(`{"type":"record","name":"R","fields":[${fields}]}`)
  const a = '{"name":"a","type":"int"}'

  test.each([
    ['the same fields', record(a), record(a), 0],
    ['a field less', record(''), record(a), 0],
    ['a field more without a default', record(`${a},{"name":"b","type":"int"}`), record(a), 1],
    [
      'a field more with a default',
      record(`${a},{"name":"b","type":"int","default":1}`),
      record(a),
      0,
    ],
    ['a wider type', parseAvroSchema('"double"'), parseAvroSchema('"int"'), 0],
    ['a narrower type', parseAvroSchema('"int"'), parseAvroSchema('"long"'), 1],
    ['a union with the type', parseAvroSchema('["null","int"]'), parseAvroSchema('"int"'), 0],
    ['one type of a union', parseAvroSchema('"int"'), parseAvroSchema('["null","int"]'), 1],
    [
      'an alias',
      parseAvroSchema('{"type":"record","name":"S","aliases":["R"],"fields":[]}'),
      record(''),
      0,
    ],
    ['another name', parseAvroSchema('{"type":"record","name":"S","fields":[]}'), record(''), 1],
    [
      'fewer symbols',
      parseAvroSchema('{"type":"enum","name":"E","symbols":["A"]}'),
      parseAvroSchema('{"type":"enum","name":"E","symbols":["A","B"]}'),
      1,
    ],
    [
      'another size',
      parseAvroSchema('{"type":"fixed","name":"F","size":1}'),
      parseAvroSchema('{"type":"fixed","name":"F","size":2}'),
      1,
    ],
  ] as const)('with %s', (_name, reader, writer, count) => {
    expect(incompatibilities(reader, writer)).toHaveLength(count)
  })
})

test('two schemas of one name that differ have no text', () => {
  const one = SchemaBuilder.struct().name('R').field('a', STRING_SCHEMA).build()
  const other = SchemaBuilder.struct().name('R').build()
  const both = SchemaBuilder.struct().field('x', one).field('y', other).build()
  expect(() => avroSchemaText(data.fromConnectSchema(both))).toThrow(/Can't redefine: R/)
})

test('two that differ in what they say about themselves alone are one, whose text is that of the first', () => {
  const documented = SchemaBuilder.struct().name('R').doc('d').build()
  const both = SchemaBuilder.struct()
    .field('x', SchemaBuilder.struct().name('R').build())
    .field('y', documented)
    .build()
  expect(avroSchemaText(data.fromConnectSchema(both))).toContain('{"name":"y","type":"R"}')
})

function textOrNull(schema: AvroSchema): string | null {
  try {
    return avroSchemaText(schema)
  } catch {
    return null
  }
}
