import { compileFunction } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  DataError,
  SchemaBuilder,
  Struct,
  doubleText,
  schemalessNumber,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { JsonConverter } from '../../src/converters/index.ts'

vi.mock('node:vm', { spy: true })

/** What is compiled for values that look alike must write each as it is written by itself. */

type Config = Readonly<Record<string, string>>

function converterOf(config: Config): JsonConverter {
  const converter = new JsonConverter()
  converter.configure(config, false)
  return converter
}

/** Both ways that a converter writes, the second into a place of just the size that it asks for. */
function outcome(converter: JsonConverter, schema: Schema | null, value: unknown): unknown {
  try {
    const bytes = converter.fromConnectData('t', null, schema, value)
    const size = converter.maxEncodedBytes(schema, value)
    const target = Buffer.alloc(Math.max(size, 0) + 7)
    const end = size < 0 ? 7 : converter.encodeAt(target, 7, schema, value)
    return { bytes: String(bytes), inPlace: size < 0 ? null : target.toString('utf8', 7, end) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return error.message
  }
}

const texts = fc.oneof(
  fc.string({ maxLength: 60, unit: 'binary' }),
  fc.constantFrom('', 'a', '"', '\\', '\ud800', 'Größe', 'x'.repeat(5000), 'ü'.repeat(5000)),
)
const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.nat(2_000_000_000).map((hundredths) => hundredths / 100),
  fc.integer({ min: -5000, max: 5000 }).map((hundredths) => hundredths / 100),
  fc.constantFrom(
    0,
    -0,
    1e7,
    9_999_999.99,
    0.001,
    1e-3,
    5e-324,
    1e9,
    999_999_999,
    -1e9,
    2 ** 53,
    1e15,
  ),
)
const anything: fc.Arbitrary<unknown> = fc.oneof(
  texts,
  numbers,
  fc.constantFrom(null, undefined, true, false, 12n, 2n ** 70n),
  fc.constantFrom<unknown>([], {}, [1, 'a'], { b: { c: null } }, new Map([['k', 1]]), Buffer.of(1)),
  fc.double().map((value) => schemalessNumber('FLOAT64', value)),
)
const mostly = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: usual }, anything)

const maps = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      s: mostly(texts),
      n: mostly(numbers),
      b: mostly(fc.boolean()),
      '"ü': anything,
    }),
  },
  fc.record({ s: texts, n: numbers }),
  fc.record({ s: texts, n: numbers, b: fc.boolean(), '"ü': numbers, z: anything }),
  fc.dictionary(fc.string({ unit: 'binary' }), anything, { maxKeys: 4 }),
  anything,
)

describe.each([{ 'schemas.enable': 'false' }, { 'schemas.enable': 'true' }])('%o', (config) => {
  test('maps are written as each is by itself, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(maps, { minLength: 1, maxLength: 30 }), (values) => {
        const experienced = converterOf(config)
        for (const value of values) {
          expect(outcome(experienced, null, value)).toEqual(
            outcome(converterOf(config), null, value),
          )
        }
      }),
    )
  })
})

const inner = SchemaBuilder.struct().optional().field('x', SchemaBuilder.float64().build()).build()
const schema = SchemaBuilder.struct()
  .field('s', SchemaBuilder.string().optional().build())
  .field('d', SchemaBuilder.string().defaultValue('dé"').build())
  .field('i8', SchemaBuilder.int8().optional().build())
  .field('i16', SchemaBuilder.int16().build())
  .field('i32', SchemaBuilder.int32().optional().defaultValue(7).build())
  .field('i64', SchemaBuilder.int64().optional().build())
  .field('f', SchemaBuilder.float32().optional().build())
  .field('n', SchemaBuilder.float64().optional().build())
  .field('b', SchemaBuilder.bool().build())
  .field('x', SchemaBuilder.bytes().optional().build())
  .field('l', SchemaBuilder.array(SchemaBuilder.string().build()).optional().build())
  .field('in', inner)
  .build()
const usual = ['a', 'b', 1, 2, 3, 4, 1.5, 79.19, true, Buffer.of(1), ['q'], new Struct(inner, [1])]
const structs = fc.tuple(
  ...usual.map((value) => fc.oneof({ weight: 20, arbitrary: fc.constant(value) }, anything)),
  fc.constant(null),
)

describe.each([
  { 'schemas.enable': 'false' },
  { 'schemas.enable': 'false', 'replace.null.with.default': 'false' },
  { 'schemas.enable': 'true' },
])('%o', (config) => {
  test('structs are written as each is by itself, whatever came before', () => {
    const experienced = converterOf(config)
    for (let i = 0; i < 50; i++) outcome(experienced, schema, new Struct(schema, usual))
    fc.assert(
      fc.property(structs, (values) => {
        const value = new Struct(schema, values.slice(0, -1))
        expect(outcome(experienced, schema, value)).toEqual(
          outcome(converterOf(config), schema, value),
        )
      }),
      { numRuns: 500 },
    )
  })
})

test('doubles are written as Java prints them, integers in full', () => {
  const converter = converterOf({ 'schemas.enable': 'false' })
  const double = SchemaBuilder.float64().build()
  const long = SchemaBuilder.int64().build()
  fc.assert(
    fc.property(numbers, (value) => {
      const text = String(converter.fromConnectData('t', null, double, value))
      expect(text.replaceAll('"', '')).toBe(doubleText(value))
      if (!Number.isSafeInteger(value)) return
      expect(String(converter.fromConnectData('t', null, long, value))).toBe(String(value))
    }),
    { numRuns: 3000 },
  )
})

test('of maps and structs with very long names no code is made', () => {
  const names = ['n', 'm'].map((name) => name.repeat(20_000))
  const map = Object.fromEntries(names.map((name) => [name, 1]))
  const long = SchemaBuilder.struct()
  for (const name of names) long.field(name, SchemaBuilder.int8().build())
  const struct = new Struct(long.build(), [1, 1])
  const converter = converterOf({ 'schemas.enable': 'false' })
  vi.mocked(compileFunction).mockClear()
  for (let i = 0; i < 40; i++) {
    expect(outcome(converter, null, map)).toHaveProperty('bytes', JSON.stringify(map))
    expect(outcome(converter, struct.schema, struct)).toHaveProperty('bytes', JSON.stringify(map))
  }
  expect(compileFunction).not.toHaveBeenCalled()
  outcome(converter, null, { n: 1 })
  expect(compileFunction).toHaveBeenCalledOnce()
})
