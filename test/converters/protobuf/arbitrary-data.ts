import type fc from 'fast-check'
import { DataError, SchemaBuilder, Struct } from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { ProtobufData } from '../../../src/converters/protobuf/index.ts'
import { typedValues } from '../avro/arbitrary-data.ts'
import { rootOf } from './support.ts'

export interface Item {
  readonly schema: Schema
  readonly values: readonly Struct[]
}

const data = new ProtobufData()

/** Structs with one field of any schema, and values that Protobuf can hold: without null in a list. */
export const writableValues: fc.Arbitrary<Item> = typedValues.map(({ schema: field, values }) => {
  const schema = SchemaBuilder.struct().name('io.example.Root').field('f', field).build()
  const all = values.map((value) => new Struct(schema, [value]))
  return { schema, values: all.filter((value) => isWritable(schema, value)) }
})

function isWritable(schema: Schema, value: Struct): boolean {
  try {
    data.encoder(schema, rootOf(data.fromConnectSchema(schema))).encode(value)
    return true
  } catch (error) {
    if (error instanceof DataError && /null within a list|null used for/.test(error.message)) {
      return false
    }
    throw error
  }
}
