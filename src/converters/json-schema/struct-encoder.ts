import { isStruct } from '../../api/index.ts'
import type { Schema, Struct } from '../../api/index.ts'
import { invalidType } from '../json/json-encoder.ts'
import type { JsonEncoder } from '../json/json-encoder-types.ts'
import { maxStringBytes, quote, writeBytes, writeString } from '../json/json-text.ts'
import type { Extras } from './connect-schemas.ts'
import { requireStruct } from './require-struct.ts'
import { variantEncoder } from './variant-encoder.ts'

/** Writes values of one schema, which may be null. */
export interface NullableEncoder extends JsonEncoder {
  /** What is written for null; null where the member of a struct is left out. */
  whenNull(): Buffer | null
}

/** A field, and its name as it stands before its value: `"name":`. */
interface FieldEncoder {
  readonly index: number
  readonly prefix: Buffer
  readonly encoder: NullableEncoder
}

/** Writes structs as objects; a member that is null, required and has no default is left out, as in Java. */
export function structEncoder(
  schema: Schema,
  extras: Extras | null,
  encoderOf: (schema: Schema) => NullableEncoder,
): JsonEncoder {
  const fields: FieldEncoder[] = (schema.fields ?? [])
    .filter(({ index }) => index !== extras?.field.index)
    .map((field) => ({
      index: field.index,
      prefix: Buffer.from(`${quote(field.name)}:`),
      encoder: encoderOf(field.schema),
    }))
  const fixedBytes = fields.reduce((sum, { prefix }) => sum + prefix.length + 1, 2)
  return {
    maxBytes(value) {
      if (!isStruct(value)) return 0
      let sum = fixedBytes
      for (const { index, encoder } of fields) sum += encoder.maxBytes(value.values[index])
      return extras === null ? sum : sum + maxExtraBytes(value, extras)
    },
    write(target, start, value) {
      requireStruct(value, schema)
      let at = start
      // The comma before the first member becomes the brace.
      for (const { index, prefix, encoder } of fields) {
        const member = value.values[index]
        if ((member === null || member === undefined) && encoder.whenNull() === null) continue
        target[at] = 0x2c
        at = encoder.write(target, writeBytes(target, at + 1, prefix), member)
      }
      if (extras !== null) at = writeExtras(target, at, value, extras)
      target[start] = 0x7b
      if (at === start) at++
      target[at] = 0x7d
      return at + 1
    },
  }
}

/** Null where there are none. */
function extrasIn(struct: Struct, { field }: Extras): ReadonlyMap<unknown, unknown> | null {
  const value = struct.values[field.index]
  if (value instanceof Map) return value
  if (value === null || value === undefined) return null
  throw invalidType('MAP', value)
}

function maxExtraBytes(struct: Struct, extras: Extras): number {
  let sum = 0
  for (const [name, value] of extrasIn(struct, extras) ?? []) {
    sum += maxStringBytes(String(name)) + variantEncoder.maxBytes(value) + 2
  }
  return sum
}

function writeExtras(target: Buffer, start: number, struct: Struct, extras: Extras): number {
  let at = start
  for (const [name, value] of extrasIn(struct, extras) ?? []) {
    target[at++] = 0x2c
    at = writeString(target, at, String(name))
    target[at++] = 0x3a
    at = variantEncoder.write(target, at, value)
  }
  return at
}
