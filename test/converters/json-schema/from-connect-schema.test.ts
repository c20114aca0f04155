import { describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  BYTES_SCHEMA,
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
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
import { JsonSchemaData } from '../../../src/converters/json-schema/json-schema-data.ts'

const textOf = (schema: Schema, config: Readonly<Record<string, string>> = {}): string =>
  new JsonSchemaData(config).fromConnectSchema(schema).text
const numeric = { 'decimal.format': 'numeric' }
const oneOf = 'io.confluent.connect.json.OneOf'
const jsonEnum = 'io.confluent.connect.json.Enum'
const colors = SchemaBuilder.string()
  .parameter(jsonEnum, '')
  .parameter(`${jsonEnum}.one`, 'one')
  .parameter(`${jsonEnum}.two`, 'two')
  .parameter(`${jsonEnum}.three`, 'three')
  .parameter(`${jsonEnum}.<NULL>`, '<NULL>')
  .build()

describe('the JSON Schema', () => {
  test.each<[string, Schema, string]>([
    ['BOOLEAN', BOOLEAN_SCHEMA, '{"type":"boolean"}'],
    ['INT8', INT8_SCHEMA, '{"type":"integer","connect.type":"int8"}'],
    ['INT16', INT16_SCHEMA, '{"type":"integer","connect.type":"int16"}'],
    ['INT32', INT32_SCHEMA, '{"type":"integer","connect.type":"int32"}'],
    ['INT64', INT64_SCHEMA, '{"type":"integer","connect.type":"int64"}'],
    ['FLOAT32', FLOAT32_SCHEMA, '{"type":"number","connect.type":"float32"}'],
    ['FLOAT64', FLOAT64_SCHEMA, '{"type":"number","connect.type":"float64"}'],
    ['STRING', STRING_SCHEMA, '{"type":"string"}'],
    ['BYTES', BYTES_SCHEMA, '{"type":"string","connect.type":"bytes"}'],
    [
      'an optional',
      OPTIONAL_INT32_SCHEMA,
      '{"oneOf":[{"type":"null"},{"type":"integer","connect.type":"int32"}]}',
    ],
    [
      'an optional with a default',
      SchemaBuilder.int32().optional().defaultValue(5).build(),
      '{"oneOf":[{"type":"null"},{"type":"integer","default":5,"connect.type":"int32"}]}',
    ],
    [
      'a name, a version, documentation and parameters',
      SchemaBuilder.int32().name('n').version(3).doc('about "it"').parameter('p', 'q').build(),
      '{"type":"integer","title":"n","description":"about \\"it\\"","connect.version":3,"connect.type":"int32","connect.parameters":{"p":"q"}}',
    ],
    [
      'a decimal',
      Decimal.schema(2),
      '{"type":"string","title":"org.apache.kafka.connect.data.Decimal","connect.version":1,"connect.type":"bytes","connect.parameters":{"scale":"2"}}',
    ],
    [
      'a timestamp with a default',
      ConnectTimestamp.builder().defaultValue(new Date(0)).build(),
      '{"type":"integer","title":"org.apache.kafka.connect.data.Timestamp","default":0,"connect.version":1,"connect.type":"int64"}',
    ],
    ['an enum', colors, '{"enum":[null,"one","two","three"]}'],
    [
      'an array',
      SchemaBuilder.array(INT8_SCHEMA).build(),
      '{"type":"array","items":{"type":"integer","connect.type":"int8"}}',
    ],
    [
      'a map of strings',
      SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).name('foo.bar').build(),
      '{"type":"object","title":"foo.bar","connect.type":"map","additionalProperties":{"type":"integer","connect.type":"int32"}}',
    ],
    [
      'a map of other keys',
      SchemaBuilder.map(OPTIONAL_STRING_SCHEMA, INT32_SCHEMA).build(),
      '{"type":"array","connect.type":"map","items":{"type":"object","properties":{"value":{"type":"integer","connect.index":1,"connect.type":"int32"},"key":{"connect.index":0,"oneOf":[{"type":"null"},{"type":"string"}]}}}}',
    ],
    [
      'a struct',
      SchemaBuilder.struct()
        .name('Record')
        .field('int8', INT8_SCHEMA)
        .field('string', OPTIONAL_STRING_SCHEMA)
        .build(),
      '{"type":"object","title":"Record","properties":{"string":{"connect.index":1,"oneOf":[{"type":"null"},{"type":"string"}]},"int8":{"type":"integer","connect.index":0,"connect.type":"int8"}}}',
    ],
    [
      'an optional struct',
      SchemaBuilder.struct().optional().field('a', BOOLEAN_SCHEMA).build(),
      '{"oneOf":[{"type":"null"},{"type":"object","properties":{"a":{"connect.index":0,"type":"boolean"}}}]}',
    ],
    [
      'a choice',
      SchemaBuilder.struct()
        .name(oneOf)
        .optional()
        .field(`${oneOf}.field.0`, OPTIONAL_INT32_SCHEMA)
        .field(`${oneOf}.field.1`, OPTIONAL_STRING_SCHEMA)
        .build(),
      '{"oneOf":[{"type":"null"},{"type":"integer","connect.index":0,"connect.type":"int32"},{"type":"string","connect.index":1}]}',
    ],
  ])('of %s is Confluent’s, to the letter', (_what, schema, text) => {
    expect(textOf(schema)).toBe(text)
  })

  test('of a decimal may be a number', () => {
    expect(textOf(Decimal.schema(2), numeric)).toContain('{"type":"number","title"')
  })

  test('may allow no members but its own', () => {
    const schema = SchemaBuilder.struct().field('a', STRING_SCHEMA).build()
    expect(textOf(schema, { 'object.additional.properties': 'false' })).toBe(
      '{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string","connect.index":0}}}',
    )
  })

  test.each<[string, Schema, string]>([
    ['12.0 as 12', SchemaBuilder.float64().defaultValue(12).build(), '"default":12'],
    ['1.5 as it is', SchemaBuilder.float64().defaultValue(1.5).build(), '"default":1.5'],
    ['1e10 as Java does', SchemaBuilder.float64().defaultValue(1e10).build(), '"default":1.0E+10'],
    [
      'bytes as base64',
      SchemaBuilder.bytes().defaultValue(Buffer.from('foo')).build(),
      '"default":"Zm9v"',
    ],
    [
      'a list',
      SchemaBuilder.array(STRING_SCHEMA).defaultValue(['1.0', 'x']).build(),
      '"default":["1.0","x"]',
    ],
    [
      'a map of other keys',
      SchemaBuilder.map(INT32_SCHEMA, BOOLEAN_SCHEMA)
        .defaultValue(new Map([[1, true]]))
        .build(),
      '"default":[{"key":1,"value":true}]',
    ],
  ])('writes a default: %s', (_what, schema, part) => {
    expect(textOf(schema)).toContain(part)
  })

  test('keeps to itself what the mapping notes, and in the general form keeps its parameters', () => {
    const general = 'org.apache.kafka.connect.data.Enum'
    const schema = SchemaBuilder.string()
      .parameter(general, '')
      .parameter(`${general}.one`, '0')
      .build()
    expect(textOf(schema, { 'generalized.sum.type.support': 'true' })).toBe(
      `{"enum":["one"],"connect.parameters":{"${general}":"","${general}.one":"0"}}`,
    )
    expect(textOf(colors)).not.toContain('connect.parameters')
  })

  test('is refused for data without a schema, and for a default that JSON has no number for', () => {
    expect(() => new JsonSchemaData().fromConnectSchema(null)).toThrow(
      /Schemaless data has no JSON Schema/,
    )
    const schema = SchemaBuilder.float64().defaultValue(NaN).build()
    expect(() => textOf(schema)).toThrow(/The default "NaN"/)
  })

  test('of a struct that contains itself refers to itself, and is read again', () => {
    const data = new JsonSchemaData()
    const text =
      '{"type":"object","title":"Node","properties":{"next":{"oneOf":[{"type":"null"},{"$ref":"#"}]},"v":{"type":"integer","connect.index":1,"connect.type":"int32"}}}'
    const schema = data.toConnectSchema(data.parse(text, []))
    const again = data.fromConnectSchema(schema)
    expect(again.text).toBe(
      '{"type":"object","title":"Node","$id":"#id1","properties":{"next":{"connect.index":0,"oneOf":[{"type":"null"},{"$ref":"#id1"}]},"v":{"type":"integer","connect.index":1,"connect.type":"int32"}}}',
    )
    const next = data.toConnectSchema(again).field('next')?.schema
    expect(next?.fields?.map(({ name }) => name)).toEqual(['next', 'v'])
    const inner = schema.field('next')?.schema ?? schema
    const value = new Struct(schema, [new Struct(inner, [null, 2]), 1])
    const bytes = data.encoder(schema, again).encode(value)
    expect(bytes.toString()).toBe('{"next":{"next":null,"v":2},"v":1}')
    expect(String(data.decoder(again).decode(bytes).value)).toBe('Struct{next=Struct{v=2},v=1}')
  })
})
