import fc from 'fast-check'
import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  Headers,
  SchemaBuilder,
  SinkRecord,
  SourceRecord,
  Struct,
  normalizeInt64,
  schemalessNumber,
} from '../../src/api/index.ts'
import type { ConnectRecord, NumberType, Schema } from '../../src/api/index.ts'

/** Few names, so that configurations and records meet. */
export const names = fc.constantFrom('a', 'b', 'c', 'd.e', '')
const fieldNames = fc.constantFrom('a', 'b', 'c', 'd.e')

const int = (bits: number): fc.Arbitrary<unknown> =>
  fc
    .bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n })
    .map(normalizeInt64)

/** Such that Java 17 prints as few digits of as later ones do. */
const floats = fc
  .oneof(
    fc.integer({ min: -(2 ** 20), max: 2 ** 20 }).map((n) => n / 16),
    fc.constantFrom(NaN, Infinity, -Infinity, -0, 1e10, 1.5e-5, -3e9),
  )
  .map(Math.fround)

/** Texts that may read as numbers, and others. */
export const texts = fc.oneof(
  fc.constantFrom(
    '',
    '12',
    '+12',
    ' 12',
    '1.5',
    '300',
    '1e3',
    'true',
    'TRUE',
    'NaN',
    '2019-08-23',
    '20190823T143454.346',
    'Aug 3 2019',
    '0x1p3',
    '-0',
    '1f',
  ),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.double().map(String),
  fc.string({ maxLength: 5 }),
)

interface Typed {
  readonly builder: () => SchemaBuilder
  readonly values: fc.Arbitrary<unknown>
}

const ms = fc.integer({ min: -4e12, max: 8e12 })
const primitives: readonly Typed[] = [
  { builder: () => SchemaBuilder.int8(), values: int(8) },
  { builder: () => SchemaBuilder.int16(), values: int(16) },
  { builder: () => SchemaBuilder.int32(), values: int(32) },
  { builder: () => SchemaBuilder.int64(), values: int(64) },
  { builder: () => SchemaBuilder.float32(), values: floats },
  { builder: () => SchemaBuilder.float64(), values: floats },
  { builder: () => SchemaBuilder.bool(), values: fc.boolean() },
  { builder: () => SchemaBuilder.string(), values: texts },
  {
    builder: () => SchemaBuilder.bytes(),
    values: fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  },
  {
    builder: () => Decimal.builder(2),
    values: fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((n) => new Decimal(n, 2)),
  },
  { builder: () => ConnectTimestamp.builder(), values: ms.map((n) => new Date(n)) },
  {
    builder: () => ConnectDate.builder(),
    values: fc.integer({ min: -40_000, max: 90_000 }).map((n) => new Date(n * 86_400_000)),
  },
  {
    builder: () => ConnectTime.builder(),
    values: fc.integer({ min: 0, max: 86_399_999 }).map((n) => new Date(n)),
  },
]

export interface SchemaAndValues {
  readonly schema: Schema
  readonly values: fc.Arbitrary<unknown>
}

/** A schema, optional or with a default or both, and values for it. */
function decorated(
  fresh: () => SchemaBuilder,
  values: fc.Arbitrary<unknown>,
): fc.Arbitrary<SchemaAndValues> {
  return fc
    .tuple(fc.boolean(), fc.option(values, { freq: 2 }), fc.boolean())
    .map(([optional, defaultValue, hasDoc]) => {
      const builder = fresh()
      if (optional) builder.optional()
      if (hasDoc) builder.doc('about')
      // Java takes bytes within a default for others than themselves.
      const { type } = builder.build()
      const hasDefault = defaultValue !== null && !['STRUCT', 'ARRAY', 'MAP'].includes(type)
      if (hasDefault) builder.defaultValue(defaultValue)
      const mayBeNull = optional || hasDefault
      return {
        schema: builder.build(),
        values: mayBeNull ? fc.option(values, { freq: 4 }) : values,
      }
    })
}

export const primitive: fc.Arbitrary<SchemaAndValues> = fc
  .constantFrom(...primitives)
  .chain(({ builder, values }) => decorated(builder, values))

const array: fc.Arbitrary<SchemaAndValues> = primitive.chain(({ schema, values }) =>
  decorated(
    () => SchemaBuilder.array(schema),
    fc
      .array(
        values.map((value) => value ?? schema.defaultValue),
        { maxLength: 2 },
      )
      .filter((list) => list.every((value) => value !== null || schema.optional)),
  ),
)
const map: fc.Arbitrary<SchemaAndValues> = primitive.chain(({ schema, values }) =>
  decorated(
    () => SchemaBuilder.map(SchemaBuilder.string().build(), schema),
    values
      .filter((value) => value !== null || schema.optional)
      .map((value) => new Map([['k', value]])),
  ),
)

function struct(depth: number): fc.Arbitrary<SchemaAndValues> {
  const field: fc.Arbitrary<SchemaAndValues> = fc.oneof(
    { weight: 6, arbitrary: primitive },
    { weight: 1, arbitrary: array },
    { weight: 1, arbitrary: map },
    ...(depth > 0 ? [{ weight: 2, arbitrary: struct(depth - 1) }] : []),
  )
  return fc
    .tuple(
      fc.uniqueArray(fieldNames, { maxLength: 4 }),
      fc.array(field, { minLength: 4, maxLength: 4 }),
      fc.boolean(),
    )
    .chain(([fields, types, isNamed]) => {
      const members = fields.flatMap((name, i) =>
        types.slice(i, i + 1).map((type) => ({ name, type })),
      )
      const builder = (): SchemaBuilder => {
        const made = SchemaBuilder.struct()
        if (isNamed) made.name('record').version(3).parameter('p', 'q')
        for (const { name, type } of members) made.field(name, type.schema)
        return made
      }
      return decorated(builder, fc.constant(null)).chain(({ schema }) => {
        const values = fc
          .tuple(...members.map(({ type }) => type.values))
          .map((list) => new Struct(schema, [...list]))
        return fc.constant({
          schema,
          values: schema.optional ? fc.option(values, { freq: 6 }) : values,
        })
      })
    })
}

const numbers = fc.constantFrom<NumberType>('INT8', 'INT16', 'INT32', 'FLOAT32', 'FLOAT64')
const scalars: fc.Arbitrary<unknown> = fc.oneof(
  texts,
  int(64),
  fc
    .tuple(numbers, fc.integer({ min: -100, max: 100 }))
    .map(([type, n]) => schemalessNumber(type, n)),
  floats.map((n) => schemalessNumber('FLOAT64', n)),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
)
/** What has no type without a schema. Not within maps, since the first of them found is named, and Java's maps have no order. */
const untyped: fc.Arbitrary<unknown> = fc.oneof(
  ms.map((n) => new Date(n)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((n) => new Decimal(n, 2)),
)

const schemaless: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  object: fc.dictionary(fieldNames, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    scalars,
    tie('object'),
    fc.array(scalars, { maxLength: 2 }),
  ),
})).object

/** Half of a record: mostly a struct or a map. */
export const half: fc.Arbitrary<readonly [Schema | null, unknown]> = fc.oneof(
  {
    weight: 6,
    arbitrary: struct(2).chain(({ schema, values }) =>
      values.map((value) => [schema, value] as const),
    ),
  },
  { weight: 4, arbitrary: schemaless.map((value) => [null, value] as const) },
  { weight: 2, arbitrary: fc.oneof(scalars, untyped).map((value) => [null, value] as const) },
  {
    weight: 2,
    arbitrary: fc
      .oneof(primitive, array, map)
      .chain(({ schema, values }) => values.map((value) => [schema, value] as const)),
  },
)

const headers = fc.array(
  fc.tuple(fc.constantFrom('a', 'h', ''), fc.oneof(fc.constant('x'), fc.constant(null))),
  { maxLength: 2 },
)

export const records: fc.Arbitrary<ConnectRecord> = fc
  .tuple(
    half,
    half,
    fc.constantFrom('topic', 't', 'my.topic-1', '$x', ''),
    fc.option(fc.integer({ min: 0, max: 5 })),
    fc.option(ms.map((n) => Math.abs(n))),
    headers,
    fc.boolean(),
  )
  .map(([[keySchema, key], [valueSchema, value], topic, partition, timestamp, list, isSink]) => {
    const made = new Headers()
    for (const [name, text] of list) made.add(name, text, null)
    return isSink
      ? new SinkRecord(
          topic,
          partition ?? 0,
          keySchema,
          key,
          valueSchema,
          value,
          7,
          timestamp,
          'CreateTime',
          made,
        )
      : new SourceRecord(
          null,
          null,
          topic,
          partition,
          keySchema,
          key,
          valueSchema,
          value,
          timestamp,
          made,
        )
  })
