import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  SchemaBuilder,
  Struct,
  normalizeInt64,
  valueEquals,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { JsonConverter } from '../../src/converters/index.ts'

interface Sample {
  readonly schema: Schema
  readonly value: unknown
}

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 80 }))
const dayMs = 86_400_000

/** Values of each primitive and logical type. */
const leaves: readonly { readonly schema: Schema; readonly values: fc.Arbitrary<unknown> }[] = [
  { schema: SchemaBuilder.int8().build(), values: fc.integer({ min: -128, max: 127 }) },
  {
    schema: SchemaBuilder.int16().name('n').doc('ü').build(),
    values: fc.integer({ min: -32768, max: 32767 }),
  },
  { schema: SchemaBuilder.int32().parameter('"', '\\').build(), values: fc.integer() },
  {
    schema: SchemaBuilder.int64().build(),
    values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(normalizeInt64),
  },
  { schema: SchemaBuilder.float32().build(), values: fc.float() },
  { schema: SchemaBuilder.float64().build(), values: fc.double() },
  { schema: SchemaBuilder.bool().build(), values: fc.boolean() },
  { schema: SchemaBuilder.string().build(), values: text },
  {
    schema: SchemaBuilder.bytes().build(),
    values: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  },
  { schema: Decimal.schema(5), values: fc.bigInt().map((unscaled) => new Decimal(unscaled, 5)) },
  {
    schema: ConnectDate.SCHEMA,
    values: fc.integer().map((days) => ConnectDate.toLogical(ConnectDate.SCHEMA, days)),
  },
  {
    schema: ConnectTime.SCHEMA,
    values: fc.integer({ min: 0, max: dayMs }).map((ms) => new Date(ms)),
  },
  {
    schema: ConnectTimestamp.SCHEMA,
    values: fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((ms) => ConnectTimestamp.toLogical(ConnectTimestamp.SCHEMA, normalizeInt64(ms))),
  },
]
const leaf: fc.Arbitrary<Sample> = fc
  .constantFrom(...leaves)
  .chain(({ schema, values }) => values.map((value) => ({ schema, value })))

const optionalText: fc.Arbitrary<Sample> = fc
  .option(text)
  .map((value) => ({ schema: SchemaBuilder.string().optional().build(), value }))

/** A schema of any depth and a value of it; a map has keys of every type. */
const sample = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3 },
    leaf,
    optionalText,
    fc.tuple(tie('sample'), fc.nat(3)).map(([item, count]) => ({
      schema: SchemaBuilder.array(item.schema).build(),
      value: new Array<unknown>(count).fill(item.value),
    })),
    fc
      .tuple(leaf, tie('sample'))
      .filter(([key]) => typeof key.value !== 'object')
      .map(([key, item]) => ({
        schema: SchemaBuilder.map(key.schema, item.schema).build(),
        value: new Map([[key.value, item.value]]),
      })),
    fc
      .uniqueArray(
        fc.tuple(
          text.filter((name) => name !== ''),
          tie('sample'),
        ),
        { selector: ([name]) => name, maxLength: 4 },
      )
      .map(structOf),
  ),
})).sample

function structOf(members: readonly (readonly [string, Sample])[]): Sample {
  const builder = SchemaBuilder.struct()
  for (const [name, member] of members) builder.field(name, member.schema)
  const schema = builder.build()
  const struct = new Struct(schema)
  for (const [name, member] of members) struct.put(name, member.value)
  return { schema, value: struct }
}

function converterWith(settings: Readonly<Record<string, string>>): JsonConverter {
  const converter = new JsonConverter()
  converter.configure(settings, false)
  return converter
}

describe.each([{ 'decimal.format': 'BASE64' }, { 'decimal.format': 'NUMERIC' }])(
  'with %o',
  (settings) => {
    test('a value and its schema come back the same', () => {
      const writer = converterWith(settings)
      const reader = converterWith({})
      fc.assert(
        fc.property(sample, ({ schema, value }) => {
          const bytes = writer.fromConnectData('t', null, schema, value)
          const back = reader.toConnectData('t', null, bytes)
          expect(back.schema).toBe(schema)
          expect(valueEquals(back.value, value)).toBe(true)
        }),
        { numRuns: 500 },
      )
    })

    test('in place, the same bytes are written, within the bound, and read', () => {
      const converter = converterWith(settings)
      const target = Buffer.alloc(64 * 1024)
      fc.assert(
        fc.property(sample, fc.nat(50), ({ schema, value }, at) => {
          const max = converter.maxEncodedBytes(schema, value)
          fc.pre(value !== null && max < target.length - at)
          target.fill(0xee)
          const end = converter.encodeAt(target, at, schema, value)
          expect(end - at).toBeLessThanOrEqual(max)
          expect(target.subarray(at + max).every((byte) => byte === 0xee)).toBe(true)
          const plain = converter.fromConnectData('t', null, schema, value)
          expect(target.subarray(at, end).equals(plain ?? Buffer.alloc(0))).toBe(true)
          expect(valueEquals(converter.decodeAt(target, at, end), value)).toBe(true)
          expect(converter.decodedSchema).toBe(schema)
        }),
        { numRuns: 500 },
      )
    })
  },
)

test('a payload is read by schema.content, without an envelope', () => {
  fc.assert(
    fc.property(sample, ({ schema, value }) => {
      fc.pre(value !== null)
      const envelope = Buffer.from(
        converterWith({}).fromConnectData('t', null, schema, value) ?? '',
      ).toString()
      const content = /^\{"schema":(.*?),"payload":/s.exec(envelope)?.[1] ?? ''
      fc.pre(isJson(content))
      const bare = converterWith({ 'schemas.enable': 'false' }).fromConnectData(
        't',
        null,
        schema,
        value,
      )
      const back = converterWith({ 'schema.content': content }).toConnectData('t', null, bare)
      expect(back.schema).toBe(schema)
      expect(valueEquals(back.value, value)).toBe(true)
    }),
  )
})

function isJson(content: string): boolean {
  try {
    JSON.parse(content)
    return true
  } catch {
    return false
  }
}

describe('schema.content', () => {
  const struct = '{"type":"struct","fields":[{"field":"a","type":"int8"}],"optional":true}'

  test('takes an envelope for a payload, and nothing for a missing one, as Java 4.3.1 does', () => {
    const converter = converterWith({ 'schema.content': struct })
    const read = (json: string): unknown =>
      converter.toConnectData('t', null, Buffer.from(json)).value
    expect(String(read('{"a":1}'))).toBe('Struct{a=1}')
    expect(read('null')).toBeNull()
    expect(() => read('{"schema":null,"payload":{"a":2}}')).toThrow(
      new DataError('Invalid null value for required INT8 field'),
    )
    expect(() => read('')).toThrow(
      new DataError('Structs should be encoded as JSON objects, but found MISSING'),
    )
  })

  test.each<[string, string]>([
    ['{', 'Failed to parse schema in converter config due to serialization error: '],
    ['{"type":"foo"}', 'Unknown schema type: foo'],
    ['5', "Schema must contain 'type' field"],
  ])('that is no schema is refused when it is configured: %s', (content, message) => {
    expect(() => converterWith({ 'schema.content': content })).toThrow(new DataError(message))
    expect(() => converterWith({ 'schema.content': content, 'schemas.enable': 'false' })).toThrow(
      DataError,
    )
  })

  test.each(['', 'null'])('that is empty counts as absent: "%s"', (content) => {
    const converter = converterWith({ 'schema.content': content })
    expect(
      converter.toConnectData('t', null, Buffer.from('{"schema":null,"payload":1}')).value,
    ).toBe(1)
  })
})

test('schemas in turn, more than the cache holds, are each read right', () => {
  const converter = converterWith({ 'schemas.cache.size': '2' })
  const writer = converterWith({})
  const schemas = ['a', 'b', 'c', 'd'].map((name) => SchemaBuilder.int32().name(name).build())
  for (let i = 0; i < 40; i++) {
    const schema = schemas[(i * 7 + (i >> 2)) % 4] ?? null
    const bytes = writer.fromConnectData('t', null, schema, i)
    expect(converter.toConnectData('t', null, bytes)).toEqual({ schema, value: i })
  }
})

test('a known prefix does not hide what stands behind the payload', () => {
  const converter = converterWith({})
  const read = (json: string): unknown =>
    converter.toConnectData('t', null, Buffer.from(json)).value
  const prefix = '{"schema":{"type":"int8"},"payload":'
  expect(read(`${prefix}1}`)).toBe(1)
  expect(read(`${prefix}2 } rest`)).toBe(2)
  expect(read(`${prefix}3,"payload":4}`)).toBe(4)
  expect(() => read(`${prefix}3,"more":4}`)).toThrow(/requires "schema" and "payload" fields/)
  expect(() => read(`${prefix}3`)).toThrow(DataError)
  expect(() => read(`${prefix}3 4}`)).toThrow(DataError)
  expect(read(`${prefix}5}`)).toBe(5)
})

test('the wrong decimal format is refused in the words of Java', () => {
  expect(() => converterWith({ 'decimal.format': 'x' })).toThrow(
    'Invalid value x for configuration decimal.format: String must be one of (case insensitive): NUMERIC, BASE64',
  )
})

test('a header is converted as a value is', () => {
  const converter = converterWith({ 'converter.type': 'header', 'schemas.enable': 'false' })
  const bytes = converter.fromConnectHeader('t', 'h', null, [1])
  expect(converter.toConnectHeader('t', 'h', bytes)).toEqual({ schema: null, value: [1] })
  expect(converter.toConnectHeader('t', 'h', null)).toEqual({ schema: null, value: null })
})
