import { describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Values,
  projectSchema,
  validateValue,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { useDataOracle } from './data-oracle.ts'
import { outcomeOf } from './failures.ts'
import { shown } from './shown.ts'
import { encodeSchema, encodeValue } from './wire.ts'

/** Results known one by one, of the data classes of Kafka 4.3.1 and of ours. */

const answers = useDataOracle()
const fourth = new Date(3 * 86_400_000)
const afterFourth = new Date(3 * 86_400_000 + 5)
const notNumber = (value: string, to: string): string =>
  `! Unable to convert ${value} (class java.lang.String) to ${to}`

describe('Values', () => {
  test.each<[to: string, schema: Schema | null, value: unknown, expected: string]>([
    ['Boolean', STRING_SCHEMA, 'true', 'BOOLEAN true'],
    ['Boolean', STRING_SCHEMA, ' true ', 'BOOLEAN true'],
    ['Boolean', STRING_SCHEMA, '1', 'BOOLEAN true'],
    ['Boolean', INT32_SCHEMA, 2, 'BOOLEAN true'],
    ['Boolean', STRING_SCHEMA, '0.5', 'BOOLEAN false'],
    ['Boolean', FLOAT64_SCHEMA, 0.5, 'BOOLEAN false'],
    ['Boolean', STRING_SCHEMA, 'TRUE', notNumber('TRUE', 'Schema{STRING}')],
    ['Boolean', null, 'yes', notNumber('yes', 'a number')],
    ['Byte', INT32_SCHEMA, 300, 'INT8 44'],
    ['Byte', STRING_SCHEMA, '300', 'INT8 44'],
    ['Byte', STRING_SCHEMA, '1.9', 'INT8 1'],
    ['Byte', null, true, '! Unable to convert true (class java.lang.Boolean) to a number'],
    ['Short', INT32_SCHEMA, 70000, 'INT16 4464'],
    ['Integer', STRING_SCHEMA, '3000000000', 'INT32 -1294967296'],
    ['Integer', ConnectDate.SCHEMA, fourth, 'INT32 3'],
    ['Long', STRING_SCHEMA, '1e3', 'INT64 1000'],
    ['Long', STRING_SCHEMA, '9223372036854775808', 'INT64 -9223372036854775808'],
    ['Double', STRING_SCHEMA, '1e400', 'FLOAT64 Infinity'],
    ['Time', null, '14:34:54.346Z', 'Date 52494346'],
    ['Time', INT32_SCHEMA, 5, 'Date 5'],
    ['Time', ConnectTimestamp.SCHEMA, afterFourth, 'Date 5'],
    ['Date', INT64_SCHEMA, 3, 'Date 259200000'],
    ['Date', STRING_SCHEMA, '5', 'Date 432000000'],
    ['Date', ConnectTimestamp.SCHEMA, afterFourth, 'Date 259200000'],
    ['Timestamp', null, '2019-08-23', 'Date 1566518400000'],
    ['Timestamp', STRING_SCHEMA, '5', 'Date 5'],
    ['Decimal', FLOAT64_SCHEMA, 1.1, 'BigDecimal 11 1'],
    ['Decimal', INT64_SCHEMA, 3, 'BigDecimal 30 1'],
    ['List', null, '1', '! Unable to convert 1 (class java.lang.Byte) to Schema{ARRAY}'],
    ['Map', null, 'x', notNumber('x', 'Schema{MAP}')],
    ['String', null, new Date(0), 'STRING 00:00:00.000Z'],
    ['String', null, new Date(-1), 'STRING 23:59:59.999Z'],
    ['String', null, new Date(3600000), 'STRING 01:00:00.000Z'],
    ['String', null, fourth, 'STRING 1970-01-04'],
    ['String', null, afterFourth, 'STRING 1970-01-04T00:00:00.005Z'],
    ['String', null, Buffer.of(1, 2, 3), 'STRING AQID'],
    ['String', Decimal.schema(-3), new Decimal(1n, -3), 'STRING 1E+3'],
    ['String', null, ['a"b', 'c\\d', 1, null, true], 'STRING ["a\\"b","c\\\\d",1,null,true]'],
    ['Date', null, null, '! Unable to convert a null value to a schema that requires a value'],
    ['List', null, null, '! Unable to convert a null value to a schema that requires a value'],
    ['Byte', null, null, 'null'],
  ])('to %s of %s %s is %s', async (to, schema, value, expected) => {
    const wire = { schema: encodeSchema(schema), value: encodeValue(schema, value) }
    const [java] = await answers({ op: 'convert', to }, [wire])
    expect(shown(java)).toBe(expected)
    const { convert, schema: target } = conversions[to] ?? { convert: () => null, schema: null }
    const ours = outcomeOf(() => encodeValue(target ?? schema, convert(schema, value)))
    expect(shown(ours)).toBe(expected)
  })
})

type Convert = (schema: Schema | null, value: unknown) => unknown

const conversions: Readonly<
  Record<string, { readonly convert: Convert; readonly schema: Schema | null }>
> = {
  Boolean: { convert: Values.convertToBoolean, schema: BOOLEAN_SCHEMA },
  Byte: { convert: Values.convertToByte, schema: INT8_SCHEMA },
  Short: { convert: Values.convertToShort, schema: SchemaBuilder.int16().build() },
  Integer: { convert: Values.convertToInteger, schema: INT32_SCHEMA },
  Long: { convert: Values.convertToLong, schema: INT64_SCHEMA },
  Double: { convert: Values.convertToDouble, schema: FLOAT64_SCHEMA },
  String: { convert: Values.convertToString, schema: STRING_SCHEMA },
  List: { convert: Values.convertToList, schema: null },
  Map: { convert: Values.convertToMap, schema: null },
  Date: { convert: Values.convertToDate, schema: ConnectDate.SCHEMA },
  Time: { convert: Values.convertToTime, schema: ConnectTime.SCHEMA },
  Timestamp: { convert: Values.convertToTimestamp, schema: ConnectTimestamp.SCHEMA },
  Decimal: {
    convert: (schema, value) => Values.convertToDecimal(schema, value, 2),
    schema: Decimal.schema(2),
  },
}

describe('a value under a schema', () => {
  const bytes = SchemaBuilder.array(INT8_SCHEMA).build()
  test.each<[schema: Schema, of: Schema | null, value: unknown, expected: string]>([
    [
      bytes,
      SchemaBuilder.array(OPTIONAL_INT32_SCHEMA).build(),
      [null],
      '! Invalid value: null used for required element of array value, schema type: INT8',
    ],
    [
      bytes,
      null,
      ['a'],
      '! Invalid Java object for schema with type INT8: class java.lang.String for element of array value',
    ],
    [
      SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build(),
      SchemaBuilder.map(BOOLEAN_SCHEMA, INT8_SCHEMA).build(),
      new Map([[true, 1]]),
      '! Invalid Java object for schema with type STRING: class java.lang.Boolean for key of map value',
    ],
    [
      ConnectTimestamp.SCHEMA,
      STRING_SCHEMA,
      '5',
      '! Invalid Java object for schema "org.apache.kafka.connect.data.Timestamp" with type INT64: class java.lang.String for value',
    ],
    [INT8_SCHEMA, null, null, '! Invalid value: null used for required value, schema type: INT8'],
  ])('%s refuses %s %s: %s', async (schema, of, value, expected) => {
    const wire = { schema: encodeSchema(schema), value: encodeValue(of, value) }
    const [java] = await answers({ op: 'validate' }, [wire])
    expect(shown(java)).toBe(expected)
    expect(shown(outcomeOf(() => (validateValue(schema, value), null)))).toBe(expected)
  })
})

describe('SchemaProjector', () => {
  const mismatch = (from: string, to: string): string =>
    `! Schema type mismatch. source type: ${from} and target type: ${to}`
  const named = (name: string): Schema => SchemaBuilder.int32().name(name).build()
  test.each<[source: Schema, value: unknown, target: Schema, expected: string]>([
    [INT8_SCHEMA, 1, INT32_SCHEMA, 'INT32 1'],
    [INT64_SCHEMA, 16777217, FLOAT32_SCHEMA, 'FLOAT32 1.6777216E7'],
    [INT64_SCHEMA, 1, INT32_SCHEMA, mismatch('INT64', 'INT32')],
    [BOOLEAN_SCHEMA, true, INT8_SCHEMA, mismatch('BOOLEAN', 'INT8')],
    [STRING_SCHEMA, '1', INT32_SCHEMA, mismatch('STRING', 'INT32')],
    [named('a'), 1, named('b'), '! Schema name mismatch. source name: a and target name: b'],
    [
      Decimal.schema(2),
      new Decimal(1n, 2),
      Decimal.schema(3),
      '! Schema parameters not equal. source parameters: {scale=2} and target parameters: {scale=3}',
    ],
    [
      OPTIONAL_INT32_SCHEMA,
      1,
      INT32_SCHEMA,
      '! Writer schema is optional, however, target schema does not provide a default value.',
    ],
    [OPTIONAL_INT32_SCHEMA, null, SchemaBuilder.int32().defaultValue(5).build(), 'INT32 5'],
  ])('of %s %s to %s is %s', async (source, value, target, expected) => {
    const wire = {
      schema: encodeSchema(source),
      value: encodeValue(source, value),
      target: encodeSchema(target),
    }
    const [java] = await answers({ op: 'project' }, [wire])
    expect(shown(java)).toBe(expected)
    const ours = outcomeOf(() => encodeValue(target, projectSchema(source, value, target)))
    expect(shown(ours)).toBe(expected)
  })
})
