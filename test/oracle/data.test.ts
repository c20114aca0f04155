import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  STRING_SCHEMA,
  Values,
  projectSchema,
  validateValue,
} from '../../src/api/index.ts'
import type { Schema, SchemaAndValue } from '../../src/api/index.ts'
import { half, texts } from './arbitrary-records.ts'
import { runsOf } from './cases.ts'
import { useDataOracle } from './data-oracle.ts'
import { isFailure, outcomeOf } from './failures.ts'
import type { Failure } from './failures.ts'
import { comparable, comparableParsed, encodeSchema, encodeValue } from './wire.ts'

const answers = useDataOracle()

type Sample = readonly [schema: Schema | null, value: unknown]

function encoded([schema, value]: Sample): { schema: unknown; value: unknown } {
  return { schema: encodeSchema(schema), value: encodeValue(schema, value) }
}

/** Where Java ends by an accident of its own, that ours is an error is all that is asked. */
function expectSame(given: unknown, ours: unknown, java: unknown): void {
  if (isFailure(ours) && isFailure(java) && isAccident(java)) return
  expect({ given, result: settled(ours) }).toEqual({ given, result: settled(java) })
}

function isAccident({ error }: Failure): boolean {
  return /^java\.(lang\.(NullPointer|ClassCast|NumberFormat|StringIndexOutOfBounds)|util\.)/.test(
    error,
  )
}

/** An array of bytes prints its address. */
function settled(result: unknown): unknown {
  if (!isFailure(result)) return comparable(result)
  return { ...result, message: result.message?.replaceAll(/\[B@[0-9a-f]+/g, '[B') }
}

const structural = fc.constantFrom('[', ']', '{', '}', ',', ':', '"', '\\\\', ' ', '\t', '\n')
const words = fc.constantFrom(
  'null',
  'true',
  'false',
  'a',
  '1',
  '-1',
  '1.5',
  '128',
  '-32769',
  '2147483648',
  '9223372036854775808',
  '1e400',
  'NaN',
  'Infinity',
  '2019-08-23',
  '14:34:54.346Z',
  '2019-08-23T14:34:54.346Z',
  '2019-08-23T14\\:34\\:54.346Z',
)
const headerTexts = fc.oneof(
  texts,
  fc.array(fc.oneof(structural, words, texts), { maxLength: 9 }).map((parts) => parts.join('')),
)

test('any text of a header is parsed as Java parses it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(headerTexts, { minLength: 50, maxLength: 50 }), async (list) => {
      const java = await answers(
        { op: 'parse' },
        list.map((text) => ({ text })),
      )
      for (const [at, text] of list.entries()) {
        const ours = outcomeOf(() => parsed(Values.parseString(text)))
        expectSame(text, comparableParsed(ours), comparableParsed(java[at]))
      }
    }),
    runsOf(60),
  )
})

function parsed({ schema, value }: SchemaAndValue): unknown {
  return { schema: encodeSchema(schema), value: encodeValue(schema, value) }
}

type Conversion = readonly [
  type: string,
  convert: (schema: Schema | null, value: unknown) => unknown,
  /** Of what comes out; null where it is that of what goes in. */
  schema: Schema | null,
]

const conversions: readonly Conversion[] = [
  ['Boolean', Values.convertToBoolean, BOOLEAN_SCHEMA],
  ['Byte', Values.convertToByte, INT8_SCHEMA],
  ['Short', Values.convertToShort, INT16_SCHEMA],
  ['Integer', Values.convertToInteger, INT32_SCHEMA],
  ['Long', Values.convertToLong, INT64_SCHEMA],
  ['Float', Values.convertToFloat, FLOAT32_SCHEMA],
  ['Double', Values.convertToDouble, FLOAT64_SCHEMA],
  ['String', Values.convertToString, STRING_SCHEMA],
  ['List', Values.convertToList, null],
  ['Map', Values.convertToMap, null],
  ['Struct', Values.convertToStruct, null],
  ['Date', Values.convertToDate, ConnectDate.SCHEMA],
  ['Time', Values.convertToTime, ConnectTime.SCHEMA],
  ['Timestamp', Values.convertToTimestamp, ConnectTimestamp.SCHEMA],
  ['Decimal', (schema, value) => Values.convertToDecimal(schema, value, 2), Decimal.schema(2)],
]

describe('any value is converted as Java converts it', () => {
  test.each(conversions)('to %s', async (to, convert, schema) => {
    await fc.assert(
      fc.asyncProperty(fc.array(half, { minLength: 20, maxLength: 20 }), async (list) => {
        const java = await answers({ op: 'convert', to }, list.map(encoded))
        for (const [at, [from, value]] of list.entries()) {
          if (isLongDouble(value)) continue
          const ours = outcomeOf(() => encodeValue(schema ?? from, convert(from, value)))
          expectSame(encoded([from, value]), ours, java[at])
        }
      }),
      runsOf(30),
    )
  })
})

/** By way of a double, of which Java 17 prints more digits than are needed, and later ones no longer do. */
function isLongDouble(value: unknown): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && Math.abs(value) >= 1e15)
}

test('a value fits a schema where it does in Java, else for the same reason', async () => {
  const pairs = fc.array(fc.tuple(half, half), { minLength: 20, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(pairs, async (list) => {
      const questions = list.flatMap(([[schema, own], [otherSchema, other]]) => [
        { schema, of: schema, value: own },
        { schema, of: otherSchema, value: other },
      ])
      const asked = questions.filter(isTelling)
      const wire = asked.map(({ schema, of, value }) => ({
        schema: encodeSchema(schema),
        value: encodeValue(of, value),
      }))
      const java = await answers({ op: 'validate' }, wire)
      for (const [at, { schema, value }] of asked.entries()) {
        const ours = outcomeOf(() => {
          validateValue(schema, value)
          return null
        })
        expectSame(wire[at], ours, java[at])
      }
    }),
    runsOf(60),
  )
})

interface Asked {
  readonly schema: Schema | null
  /** What the value was made by. */
  readonly of: Schema | null
  readonly value: unknown
}

/**
 * A number of ours has no width, so that it fits where a narrower one of Java would not; and a plain object is a map only where
 * there is no schema.
 */
function isTelling(asked: Asked): asked is Asked & { readonly schema: Schema } {
  if (asked.schema === null) return false
  if (asked.of === asked.schema) return true
  const wire = JSON.stringify(encodeValue(asked.of, asked.value))
  return !/"(INT|FLOAT)/.test(wire) && !(asked.of === null && wire.startsWith('["MAP"'))
}

test('a value is projected from schema to schema as Java projects it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(half, half), { minLength: 30, maxLength: 30 }),
      async (list) => {
        const samples = list.flatMap(([[schema, value], [target]]) =>
          schema === null || target === null ? [] : [{ schema, value, target }],
        )
        const java = await answers(
          { op: 'project' },
          samples.map(({ schema, value, target }) => ({
            ...encoded([schema, value]),
            target: encodeSchema(target),
          })),
        )
        for (const [at, { schema, value, target }] of samples.entries()) {
          const ours = outcomeOf(() => encodeValue(target, projectSchema(schema, value, target)))
          expectSame({ ...encoded([schema, value]), target: encodeSchema(target) }, ours, java[at])
        }
      },
    ),
    runsOf(40),
  )
})
