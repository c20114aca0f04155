import fc from 'fast-check'
import type { Shape } from '../../src/kafka/protocol/codec.ts'
import { normalizeInt64 } from '../../src/util/int64.ts'
import { covers, innerFields, pairsOf } from './message-definition.ts'
import type { DefinedField, Definition } from './message-definition.ts'

const int = (bits: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }),
    fc.constantFrom(-(2 ** (bits - 1)), -1, 0, 1, 2 ** (bits - 1) - 1),
  )
const bytes = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each))

const primitives: Readonly<
  Record<Exclude<Shape['type'], 'array' | 'struct'>, fc.Arbitrary<unknown>>
> = {
  bool: fc.boolean(),
  int8: int(8),
  int16: int(16),
  int32: int(32),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(normalizeInt64),
  safeInt64: fc.maxSafeInteger(),
  string: fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    // Its length takes two bytes as a varint.
    fc.string({ minLength: 120, maxLength: 140 }),
  ),
  bytes,
  records: bytes,
  uuid: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((id) => Buffer.from(id).toString('base64url')),
}

interface Place {
  readonly definition: Definition
  readonly version: number
}

/** Whatever a message of this version may say, as our table holds it: what the version does not have is its fallback. */
export function valuesOf(shape: Shape, place: Place): fc.Arbitrary<unknown> {
  return structOf(shape, place.definition.fields, place)
}

function structOf(
  shape: Shape,
  fields: readonly DefinedField[],
  place: Place,
): fc.Arbitrary<unknown> {
  const { pairs, absent } = pairsOf(shape, fields, place.version)
  const values = Object.fromEntries(
    pairs.map(({ name, shape: of, defined }) => [name, valueOf(of, defined, place)]),
  )
  const fallbacks = Object.fromEntries(
    absent.map((name) => [name, fc.constant(shape.fields?.[name]?.fallback)]),
  )
  return fc.record({ ...values, ...fallbacks }, { noNullPrototype: true })
}

function valueOf(shape: Shape, defined: DefinedField, place: Place): fc.Arbitrary<unknown> {
  const value = notNullOf(shape, defined, place)
  const nullable = covers(defined.nullableVersions, place.version)
  const orNull = nullable ? fc.option(value, { freq: 4 }) : value
  return shape.tag === undefined ? orNull : fc.oneof(orNull, fc.constant(shape.fallback))
}

function notNullOf(shape: Shape, defined: DefinedField, place: Place): fc.Arbitrary<unknown> {
  if (shape.type === 'struct') return structOf(shape, innerFields(defined, place.definition), place)
  if (shape.type !== 'array') return primitives[shape.type]
  const element = { ...defined, nullableVersions: 'none' }
  return fc.array(notNullOf(shape.element ?? shape, element, place), { maxLength: 3 })
}

/** The same in the form that Kafka's JSON converters read. */
export function toJava(value: unknown, shape: Shape, place: Place): unknown {
  return structToJava(value, shape, place.definition.fields, place)
}

function structToJava(
  value: unknown,
  shape: Shape,
  fields: readonly DefinedField[],
  place: Place,
): unknown {
  const { pairs } = pairsOf(shape, fields, place.version)
  const values = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    pairs.map(({ name, shape: of, defined }) => [
      `${defined.name.slice(0, 1).toLowerCase()}${defined.name.slice(1)}`,
      valueToJava(values[name], of, defined, place),
    ]),
  )
}

function valueToJava(value: unknown, shape: Shape, defined: DefinedField, place: Place): unknown {
  if (value === null) return null
  if (typeof value === 'bigint') return { $long: String(value) }
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (shape.type === 'struct')
    return structToJava(value, shape, innerFields(defined, place.definition), place)
  if (shape.type !== 'array') return value
  return (value as unknown[]).map((each) =>
    valueToJava(each, shape.element ?? shape, defined, place),
  )
}
