import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isStruct, valueEquals } from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { ProtobufData, parseProtobufSchema } from '../../../src/converters/protobuf/index.ts'
import { writableValues } from './arbitrary-data.ts'
import { rootOf } from './support.ts'
import type { Config } from './support.ts'

const configs = fc.constantFrom<Config>(
  {},
  { 'optional.for.nullables': 'true' },
  { 'wrapper.for.nullables': 'true' },
  { 'enhanced.protobuf.schema.support': 'true' },
)

describe('whatever is written', () => {
  test('is read and written again, and then stays the same bytes', () => {
    fc.assert(
      fc.property(configs, writableValues, (config, { schema, values }) => {
        const data = new ProtobufData(config)
        const proto = data.fromConnectSchema(schema)
        const encoder = data.encoder(schema, rootOf(proto))
        const decoder = data.decoder(rootOf(parseProtobufSchema(proto.text)))
        // All are written before any is read: none may lie where another is written.
        const written = values.map((value) => encoder.encode(value))
        const rewritten = (all: readonly Buffer[]): Buffer[] =>
          all.map((bytes) => {
            const { value } = decoder.decode(bytes)
            return data.encoder(decoder.schema, rootOf(proto)).encode(value)
          })
        const again = rewritten(written)
        // A null in a map is an entry without a value, which is read as the empty message: the same from then on.
        expect(rewritten(again)).toEqual(again)
      }),
      { numRuns: 100 },
    )
  })

  test('is the same value, null included, with optional.for.nullables', () => {
    fc.assert(
      fc.property(writableValues, ({ schema, values }) => {
        const data = new ProtobufData({ 'optional.for.nullables': 'true' })
        const proto = data.fromConnectSchema(schema)
        const encoder = data.encoder(schema, rootOf(proto))
        const decoder = data.decoder(rootOf(proto))
        for (const value of values) {
          const found = decoder.decode(encoder.encode(value)).value
          expect(isSame(schema, value, found), `${String(value)} and ${String(found)}`).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('of one message lies in no other, however long it is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 8 }), (sizes) => {
        const schema = parseProtobufSchema(
          'syntax = "proto3"; message R { In i = 1; message In { string t = 1; } }',
        )
        const data = new ProtobufData()
        const decoder = data.decoder(rootOf(schema))
        const bytes = sizes.map((size) => {
          const text = 'ä'.repeat(size)
          const length = Buffer.byteLength(text)
          return Buffer.concat([
            lengthOf(headed(length) + length),
            lengthOf(length, 10),
            Buffer.from(text),
          ])
        })
        const values = bytes.map((each) => decoder.decode(each).value)
        const encoder = data.encoder(decoder.schema, rootOf(schema))
        expect(values.map((value) => encoder.encode(value))).toEqual(bytes)
      }),
      { numRuns: 30 },
    )
  })
})

/** Lists and maps of nothing are not told from null, and entries without a value from those of a default. */
function isSame(schema: Schema, mine: unknown, theirs: unknown): boolean {
  const value = mine ?? schema.defaultValue ?? null
  if (schema.type === 'STRUCT') {
    if (value === null || !isStruct(value)) return theirs === null
    return (schema.fields ?? []).every(({ index, schema: field }) => {
      return isStruct(theirs) && isSame(field, value.values[index], theirs.values[index])
    })
  }
  if (schema.type === 'ARRAY') {
    const list = (value ?? []) as unknown[]
    const found = theirs as unknown[]
    const { valueSchema } = schema
    return (
      list.length === found.length &&
      (valueSchema === null || list.every((each, i) => isSame(valueSchema, each, found[i])))
    )
  }
  if (schema.type === 'MAP') {
    const map = (value ?? new Map()) as Map<unknown, unknown>
    const found = theirs as Map<unknown, unknown>
    return (
      map.size === found.size &&
      [...map].every(([key, each]) => each === null || valueEquals(found.get(key), each))
    )
  }
  return valueEquals(value, theirs)
}

/** How many bytes stand before so many: a tag and a length. */
function headed(length: number): number {
  return lengthOf(length, 10).length
}

function lengthOf(length: number, tag = 10): Buffer {
  const bytes = [tag]
  let rest = length
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}
