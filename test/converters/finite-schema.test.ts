import { describe, expect, test } from 'vitest'
import {
  DataError,
  INT32_SCHEMA,
  RecursiveSchema,
  SchemaBuilder,
  Struct,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { AvroData } from '../../src/converters/avro/index.ts'
import { requireFinite } from '../../src/converters/finite-schema.ts'
import { JsonConverter } from '../../src/converters/index.ts'
import { ProtobufData } from '../../src/converters/protobuf/index.ts'

/** Of people who may have a friend, as JSON Schema can say it. */
const inner = new RecursiveSchema(true)
const person = SchemaBuilder.struct()
  .name('Person')
  .field('age', INT32_SCHEMA)
  .field('friend', inner)
  .build()
inner.resolve(person)
const friends = SchemaBuilder.array(person).build()

function json(schema: Schema): void {
  const value = schema === person ? new Struct(person, [7, null]) : []
  new JsonConverter().fromConnectData('t', null, schema, value)
}

describe.each([
  { what: 'a struct', schema: person },
  { what: 'an array', schema: friends },
])('$what that contains itself', ({ schema }) => {
  test.each([
    { format: 'JSON', write: json },
    { format: 'Avro', write: (one: Schema) => void new AvroData().fromConnectSchema(one) },
    { format: 'Protobuf', write: (one: Schema) => void new ProtobufData().fromConnectSchema(one) },
  ])('is refused by $format, with what to do', ({ format, write }) => {
    expect(() => write(schema)).toThrow(DataError)
    expect(() => write(schema)).toThrow(new RegExp(`contains itself, which ${format}`))
  })
})

test('a schema that comes twice is looked at once, and taken', () => {
  let wide = SchemaBuilder.struct().field('x', INT32_SCHEMA).build()
  for (let i = 0; i < 60; i++)
    wide = SchemaBuilder.struct().field('a', wide).field('b', wide).build()
  expect(() => requireFinite(wide, 'JSON')).not.toThrow()
})
