import { describe, expect, test } from 'vitest'
import {
  BOOLEAN_SCHEMA,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  SchemaProjectorError,
  Struct,
  projectSchema,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'

const withDefault = SchemaBuilder.int32().defaultValue(5).build()

describe('a value is taken to a wider schema', () => {
  test.each<[Schema, unknown, Schema, unknown]>([
    [INT8_SCHEMA, 1, INT32_SCHEMA, 1],
    [INT64_SCHEMA, 16777217, FLOAT32_SCHEMA, 16777216],
    [INT64_SCHEMA, 2n ** 60n, FLOAT64_SCHEMA, 2 ** 60],
    [OPTIONAL_INT32_SCHEMA, null, withDefault, 5],
    [OPTIONAL_INT32_SCHEMA, 1, withDefault, 1],
    [INT32_SCHEMA, 1, OPTIONAL_INT32_SCHEMA, 1],
    [OPTIONAL_INT32_SCHEMA, null, SchemaBuilder.int32().optional().defaultValue(5).build(), null],
    [SchemaBuilder.array(INT8_SCHEMA).build(), [1], SchemaBuilder.array(INT64_SCHEMA).build(), [1]],
    [
      SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build(),
      new Map([['a', 1]]),
      SchemaBuilder.map(STRING_SCHEMA, FLOAT64_SCHEMA).build(),
      new Map([['a', 1]]),
    ],
  ])('%s %s to %s', (source, value, target, expected) => {
    expect(projectSchema(source, value, target)).toEqual(expected)
  })
})

const source = SchemaBuilder.struct()
  .name('r')
  .field('i', INT32_SCHEMA)
  .field('s', OPTIONAL_STRING_SCHEMA)
  .field('d', INT8_SCHEMA)
  .build()

test('a struct keeps the fields of the target, and gets those it lacks', () => {
  const target = SchemaBuilder.struct()
    .name('r')
    .field('i', INT64_SCHEMA)
    .field('n', SchemaBuilder.string().defaultValue('q').build())
    .field('o', OPTIONAL_INT8_SCHEMA)
    .build()
  const projected = projectSchema(source, new Struct(source).put('i', 7).put('d', 1), target)
  expect(String(projected as Struct)).toBe('Struct{i=7,n=q}')
})

describe('schemas that are not compatible are refused', () => {
  test.each<[Schema, Schema, string]>([
    [INT64_SCHEMA, INT32_SCHEMA, 'Schema type mismatch. source type: INT64 and target type: INT32'],
    [
      BOOLEAN_SCHEMA,
      INT8_SCHEMA,
      'Schema type mismatch. source type: BOOLEAN and target type: INT8',
    ],
    [
      STRING_SCHEMA,
      INT32_SCHEMA,
      'Schema type mismatch. source type: STRING and target type: INT32',
    ],
    [
      SchemaBuilder.int8().name('a').build(),
      SchemaBuilder.int8().name('b').build(),
      'Schema name mismatch. source name: a and target name: b',
    ],
    [
      Decimal.schema(2),
      Decimal.schema(3),
      'Schema parameters not equal. source parameters: {scale=2} and target parameters: {scale=3}',
    ],
    [
      OPTIONAL_INT32_SCHEMA,
      INT32_SCHEMA,
      'Writer schema is optional, however, target schema does not provide a default value.',
    ],
  ])('%s to %s', (from, to, message) => {
    expect(() => projectSchema(from, 1, to)).toThrow(new SchemaProjectorError(message))
  })

  test('in a struct, the field is named', () => {
    const struct = new Struct(source).put('i', 7).put('d', 1)
    const narrow = SchemaBuilder.struct().name('r').field('i', INT8_SCHEMA).build()
    expect(() => projectSchema(source, struct, narrow)).toThrow(
      new SchemaProjectorError('Error projecting i'),
    )
    const more = SchemaBuilder.struct().name('r').field('z', INT8_SCHEMA).build()
    expect(() => projectSchema(source, struct, more)).toThrow(
      new SchemaProjectorError(
        'Required field `z` is missing from source schema: Schema{r:STRUCT}',
      ),
    )
  })
})
