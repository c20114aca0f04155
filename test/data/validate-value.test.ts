import { describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  BYTES_SCHEMA,
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT8_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  validateValue,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'

const array = (element: Schema): Schema => SchemaBuilder.array(element).build()
const map = (key: Schema, value: Schema): Schema => SchemaBuilder.map(key, value).build()
const structOf = (name: string): Schema => SchemaBuilder.struct().name(name).build()

describe('a value fits', () => {
  test.each<[Schema, unknown]>([
    [INT8_SCHEMA, -128],
    [INT16_SCHEMA, 32767],
    [INT32_SCHEMA, -2147483648],
    [INT64_SCHEMA, Number.MAX_SAFE_INTEGER],
    [INT64_SCHEMA, 9223372036854775807n],
    [FLOAT32_SCHEMA, 0.1],
    [FLOAT32_SCHEMA, Number.NaN],
    [FLOAT64_SCHEMA, 1e300],
    [BOOLEAN_SCHEMA, false],
    [STRING_SCHEMA, ''],
    [BYTES_SCHEMA, new Uint8Array(2)],
    [OPTIONAL_INT8_SCHEMA, null],
    [array(OPTIONAL_INT8_SCHEMA), [1, null]],
    [map(STRING_SCHEMA, INT8_SCHEMA), new Map([['a', 1]])],
    [Decimal.schema(2), new Decimal(156n, 2)],
    [ConnectDate.SCHEMA, new Date(0)],
    [ConnectTimestamp.SCHEMA, 9_000_000_000_000_000_000n],
    [structOf('a'), new Struct(structOf('a'))],
  ])('%s: %s', (schema, value) => {
    expect(() => validateValue(schema, value)).not.toThrow()
  })
})

describe('a value that does not fit says why, in Java words', () => {
  test.each<[Schema, unknown, string]>([
    [INT8_SCHEMA, null, 'Invalid value: null used for required value, schema type: INT8'],
    [
      STRING_SCHEMA,
      1,
      'Invalid Java object for schema with type STRING: class java.lang.Long for value',
    ],
    [
      BYTES_SCHEMA,
      'x',
      'Invalid Java object for schema with type BYTES: class java.lang.String for value',
    ],
    [
      INT8_SCHEMA,
      300,
      'Invalid value 300 for schema with type INT8 for value: expected an integer from -128 to 127.',
    ],
    [
      FLOAT32_SCHEMA,
      1e40,
      'Invalid value 1e+40 for schema with type FLOAT32 for value: expected a number no greater than a FLOAT32 holds.',
    ],
    [
      INT64_SCHEMA,
      9223372036854775808n,
      'Invalid Java object for schema with type INT64: class java.math.BigInteger for value',
    ],
    [
      ConnectTimestamp.SCHEMA,
      5,
      'Invalid Java object for schema "org.apache.kafka.connect.data.Timestamp" with type INT64: class java.lang.Long for value',
    ],
    [
      ConnectTime.SCHEMA,
      new Date(Number.NaN),
      'Invalid Java object for schema "org.apache.kafka.connect.data.Time" with type INT32: class java.util.Date for value',
    ],
    [
      Decimal.schema(2),
      1.5,
      'Invalid Java object for schema "org.apache.kafka.connect.data.Decimal" with type BYTES: class java.lang.Double for value',
    ],
    [
      SchemaBuilder.string().name('n').build(),
      true,
      'Invalid Java object for schema "n" with type STRING: class java.lang.Boolean for value',
    ],
    [
      array(INT8_SCHEMA),
      [null],
      'Invalid value: null used for required element of array value, schema type: INT8',
    ],
    [
      array(array(STRING_SCHEMA)),
      [[1]],
      'Invalid Java object for schema with type STRING: class java.lang.Long for element of array element of array value',
    ],
    [
      map(STRING_SCHEMA, INT8_SCHEMA),
      new Map([[1, 1]]),
      'Invalid Java object for schema with type STRING: class java.lang.Long for key of map value',
    ],
    [
      map(STRING_SCHEMA, STRING_SCHEMA),
      new Map([['a', 1]]),
      'Invalid Java object for schema with type STRING: class java.lang.Long for value of map value',
    ],
    [
      map(STRING_SCHEMA, INT8_SCHEMA),
      { a: 1 },
      'Invalid Java object for schema with type MAP: class java.util.HashMap for value',
    ],
    [SchemaBuilder.arrayOfNull().build(), [1], 'No schema defined for element of array value'],
    [
      SchemaBuilder.mapOfNull().build(),
      new Map([[1, 1]]),
      'No schema defined for key of map value',
    ],
    [
      SchemaBuilder.mapWithNullValues(INT8_SCHEMA).build(),
      new Map([[1, 1]]),
      'No schema defined for value of map value',
    ],
    [structOf('a'), new Struct(structOf('b')), 'Struct schemas do not match.'],
  ])('%s: %s', (schema, value, message) => {
    expect(() => validateValue(schema, value)).toThrow(new DataError(message))
  })

  test('in a field, and in an element of a field', () => {
    expect(() => validateValue(STRING_SCHEMA, 1, 'f')).toThrow(
      'Invalid Java object for schema with type STRING: class java.lang.Long for field: "f"',
    )
    expect(() => validateValue(array(STRING_SCHEMA), [1], 'f')).toThrow(
      'Invalid Java object for schema with type STRING: class java.lang.Long for element of array field: "f"',
    )
  })
})
