import fc from 'fast-check'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  SchemaBuilder,
  Struct,
  normalizeInt64,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'

/** A schema that Avro can hold, and values for it. */
export interface Typed {
  readonly schema: Schema
  readonly values: fc.Arbitrary<unknown>
}

interface Base {
  readonly fresh: () => SchemaBuilder
  readonly values: fc.Arbitrary<unknown>
}

const int = (bits: number): fc.Arbitrary<unknown> =>
  fc
    .oneof(
      fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }),
      fc.integer({ min: -70, max: 70 }).map(BigInt),
    )
    .map(normalizeInt64)

/** Such that Java 17 prints as few digits of as later ones do. */
const floats = fc
  .oneof(
    fc.integer({ min: -(2 ** 14), max: 2 ** 14 }).map((n) => n / 4),
    fc.constantFrom(0, 1, -1, 100, 1.5e-5, -3e9),
  )
  .map(Math.fround)
const oddFloats = fc.constantFrom(NaN, Infinity, -Infinity, -0)

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
)
const bytes = fc.uint8Array({ maxLength: 70 }).map((array) => Buffer.from(array))

const scalars: readonly Base[] = [
  { fresh: () => SchemaBuilder.int8(), values: int(8) },
  { fresh: () => SchemaBuilder.int16(), values: int(16) },
  { fresh: () => SchemaBuilder.int32(), values: int(32) },
  { fresh: () => SchemaBuilder.int64(), values: int(64) },
  { fresh: () => SchemaBuilder.float32(), values: floats },
  { fresh: () => SchemaBuilder.float64(), values: floats },
  { fresh: () => SchemaBuilder.bool(), values: fc.boolean() },
  { fresh: () => SchemaBuilder.string(), values: texts },
  { fresh: () => SchemaBuilder.bytes(), values: bytes },
  {
    fresh: () => Decimal.builder(2),
    values: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((n) => new Decimal(n, 2)),
  },
  {
    fresh: () => Decimal.builder(3).parameter('connect.decimal.precision', '20'),
    values: fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }).map((n) => new Decimal(n, 3)),
  },
  {
    fresh: () => ConnectTimestamp.builder(),
    values: fc.integer({ min: -4e12, max: 8e12 }).map((n) => new Date(n)),
  },
  {
    fresh: () => ConnectDate.builder(),
    values: fc.integer({ min: -40_000, max: 90_000 }).map((n) => new Date(n * 86_400_000)),
  },
  {
    fresh: () => ConnectTime.builder(),
    values: fc.integer({ min: 0, max: 86_399_999 }).map((n) => new Date(n)),
  },
]

/** Of a few kinds, with all that Connect may say of a schema beside its type. */
function decorated(base: Base): fc.Arbitrary<Typed> {
  const attributes = fc.record({
    optional: fc.boolean(),
    byDefault: fc.option(base.values, { freq: 2 }),
    doc: fc.option(fc.constantFrom('about', 'über "dies"'), { freq: 1 }),
    version: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 1 }),
    parameters: fc.option(fc.constantFrom('p', 'avro.java.string'), { freq: 1 }),
  })
  return attributes.map(({ optional, byDefault, doc, version, parameters }) => {
    const builder = base.fresh()
    const { type, version: own } = builder.build()
    if (optional) builder.optional()
    if (doc !== null) builder.doc(doc)
    if (version !== null && own === null) builder.version(version)
    if (parameters !== null) builder.parameter(parameters, 'q')
    const isPlain = type !== 'STRUCT' && mayBeInDefault(base.fresh().build())
    const hasDefault = byDefault !== null && isPlain
    if (hasDefault) builder.defaultValue(byDefault)
    return { schema: builder.build(), values: optional ? fc.option(base.values) : base.values }
  })
}

/**
 * Of a container's default Java reads null for every element that is optional, takes bytes for others than themselves, does
 * not read what it writes of a map whose keys are no strings, and knows structs in its newest release only.
 */
function mayBeInDefault({ keySchema, valueSchema: element }: Schema): boolean {
  if (element === null) return true
  if (
    element.optional ||
    (keySchema !== null && (keySchema.optional || keySchema.type !== 'STRING'))
  )
    return false
  return element.type !== 'STRUCT' && element.type !== 'BYTES'
}

const scalar: fc.Arbitrary<Typed> = fc.constantFrom(...scalars).chain(decorated)

/** Without a value that has no JSON, in case it becomes a default. */
const scalarWithOddFloats: fc.Arbitrary<Typed> = fc.oneof(
  { weight: 9, arbitrary: scalar },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(SchemaBuilder.float32().build(), SchemaBuilder.float64().build())
      .map((schema) => ({ schema, values: oddFloats })),
  },
)

function array(element: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> {
  return element.chain(({ schema, values }) =>
    decorated({
      fresh: () => SchemaBuilder.array(schema),
      values: fc.array(values, { maxLength: 3 }),
    }),
  )
}

/** One entry at most, as Java's maps have an order of their own. */
function map(element: fc.Arbitrary<Typed>, mayHaveNoName = false): fc.Arbitrary<Typed> {
  const keys: readonly Base[] = [
    { fresh: () => SchemaBuilder.string(), values: texts },
    { fresh: () => SchemaBuilder.string().optional(), values: texts },
    { fresh: () => SchemaBuilder.int32(), values: int(32) },
  ]
  return fc
    .tuple(fc.constantFrom(...keys), fc.boolean(), element)
    .chain(([key, named, { schema, values }]) =>
      decorated({
        fresh: () => {
          const builder = SchemaBuilder.map(key.fresh().build(), schema)
          // Avro knows no two records of one name that differ, and the entries of a map are records.
          return named || !mayHaveNoName ? builder.name(`io.example.Map${mapCount++}`) : builder
        },
        values: fc
          .option(fc.tuple(key.values, values))
          .map((entry) => new Map(entry === null ? [] : [entry])),
      }),
    )
}
let mapCount = 0

let structCount = 0

function struct(depth: number): fc.Arbitrary<Typed> {
  const field = fc.oneof(
    { weight: 6, arbitrary: scalarWithOddFloats },
    ...(depth > 0
      ? [
          { weight: 1, arbitrary: array(scalar) },
          { weight: 1, arbitrary: map(scalar) },
          { weight: 2, arbitrary: struct(depth - 1) },
          { weight: 1, arbitrary: array(struct(depth - 1)) },
        ]
      : []),
  )
  const members = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', '_e1'), field), {
    maxLength: 4,
    selector: ([name]) => name,
  })
  return fc
    .tuple(members, fc.constantFrom(null, 'Plain', 'com.example.Record'))
    .chain(([list, name]) => {
      // A counter keeps names apart: Avro knows no two records of one name that differ.
      const own = name === null ? null : `${name}${structCount++}`
      return decorated({
        fresh: () => {
          const builder = SchemaBuilder.struct()
          if (own !== null) builder.name(own)
          for (const [field, type] of list) builder.field(field, type.schema)
          return builder
        },
        values: fc.constant(null),
      }).map(({ schema }) => {
        const values = fc
          .tuple(...list.map(([, type]) => type.values))
          .map((all) => new Struct(schema, [...all]))
        return { schema, values: schema.optional ? fc.option(values) : values }
      })
    })
}

/** Any schema, at most three deep, and up to four values for it. */
export const typedValues: fc.Arbitrary<{ schema: Schema; values: unknown[] }> = fc
  .oneof(
    { weight: 2, arbitrary: scalarWithOddFloats },
    { weight: 1, arbitrary: array(scalar) },
    { weight: 1, arbitrary: map(scalar, true) },
    { weight: 4, arbitrary: struct(2) },
  )
  .chain(({ schema, values }) =>
    fc.array(values, { minLength: 1, maxLength: 4 }).map((list) => ({ schema, values: list })),
  )

/** Schemaless data that Avro's mapping takes. */
export const schemalessValues: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { weight: 3, arbitrary: fc.oneof(texts, int(64), fc.boolean(), fc.constant(null)) },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 2 }) },
    {
      weight: 1,
      arbitrary: fc
        .option(fc.tuple(fc.constantFrom('a', 'b'), tie('value')))
        .map((entry) => Object.fromEntries(entry === null ? [] : [entry]) as unknown),
    },
  ),
})).value
