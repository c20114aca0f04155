import { DataError, isStruct, javaClassName, schemaEquals } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { JsonEncoder, JsonEncoderOptions } from './json-encoder-types.ts'
import { quote, writeBytes } from './json-text.ts'
import { logicalEncoder } from './write-logical.ts'
import { scalarEncoder } from './write-scalar.ts'
import { StructWriter } from './predict/struct-writer.ts'
import { schemalessEncoder } from './write-schemaless.ts'

const nullText = Buffer.from('null')

/** The encoder of `schema`, nulls and defaults included; null is schemaless data. */
export function jsonEncoder(schema: Schema | null, options: JsonEncoderOptions): JsonEncoder {
  if (schema === null) return schemalessEncoder
  const present = presentEncoder(schema, options)
  const whenNull = textOfNull(schema, present, options)
  const isScalar = schema.fields === null && schema.valueSchema === null
  return {
    scalar: isScalar && logicalEncoder(schema, options.decimalFormat) === null ? schema.type : null,
    writesNull: whenNull === nullText,
    maxBytes(value) {
      return value === null || value === undefined
        ? (whenNull?.length ?? 0)
        : present.maxBytes(value)
    },
    write(target, at, value) {
      if (value !== null && value !== undefined) return present.write(target, at, value)
      if (whenNull !== null) return writeBytes(target, at, whenNull)
      throw new DataError(
        'Conversion error: null value for field that is required and has no default value',
      )
    },
  }
}

/** Whether null under this schema is written as null. */
function isNullWritten(schema: Schema, options: JsonEncoderOptions): boolean {
  const hasDefault = schema.defaultValue !== null && options.replaceNullWithDefault
  return schema.optional && !hasDefault
}

function nullNamed(key: JsonEncoder): JsonEncoder {
  return {
    maxBytes: (value) => key.maxBytes(value),
    write: (target, at, value) => key.write(target, at, value ?? 'null'),
  }
}

/** What is written for null: the default, `null`, or nothing that could be. */
function textOfNull(
  schema: Schema,
  encoder: JsonEncoder,
  options: JsonEncoderOptions,
): Buffer | null {
  const value = schema.defaultValue
  if (value !== null && options.replaceNullWithDefault) {
    const target = Buffer.alloc(encoder.maxBytes(value))
    return target.subarray(0, encoder.write(target, 0, value))
  }
  return isNullWritten(schema, options) ? nullText : null
}

function presentEncoder(schema: Schema, options: JsonEncoderOptions): JsonEncoder {
  const logical = logicalEncoder(schema, options.decimalFormat)
  if (logical !== null) return logical
  if (schema.type === 'STRUCT') return structEncoder(schema, options)
  if (schema.type === 'ARRAY') return arrayEncoder(jsonEncoder(schema.valueSchema, options))
  if (schema.type === 'MAP') return mapEncoder(schema, options)
  return scalarEncoder(schema.type)
}

/** A field, and what stands before its value: `{"name":` or `,"name":`. */
interface FieldEncoder {
  readonly index: number
  readonly prefix: Buffer
  readonly encoder: JsonEncoder
}

function structEncoder(schema: Schema, options: JsonEncoderOptions): JsonEncoder {
  const fields: FieldEncoder[] = (schema.fields ?? []).map((field) => ({
    index: field.index,
    prefix: Buffer.from(`${field.index === 0 ? '{' : ','}${quote(field.name)}:`),
    encoder: jsonEncoder(field.schema, options),
  }))
  const fixedBytes = fields.reduce((sum, { prefix }) => sum + prefix.length, 2)
  const writer = new StructWriter(fields)
  return {
    maxBytes(value) {
      if (!isStruct(value)) return 0
      const { compiled } = writer
      if (compiled !== null && value.schema === schema) return compiled.size(value.values)
      let sum = fixedBytes
      for (const { index, encoder } of fields) sum += encoder.maxBytes(value.values[index])
      return sum
    },
    write(target, at, value) {
      if (!isStruct(value)) throw invalidType('STRUCT', value)
      if (!schemaEquals(value.schema, schema)) throw new DataError('Mismatching schema.')
      const { compiled } = writer
      if (compiled !== null) return compiled.write(target, at, value.values)
      if (fields.length === 0) target[at++] = 0x7b
      for (const { index, prefix, encoder } of fields) {
        at = encoder.write(target, writeBytes(target, at, prefix), value.values[index])
      }
      target[at] = 0x7d
      return at + 1
    },
  }
}

export function arrayEncoder(element: JsonEncoder): JsonEncoder {
  return {
    maxBytes(value) {
      let sum = 2
      if (!Array.isArray(value)) return sum
      for (const item of value) sum += element.maxBytes(item) + 1
      return sum
    },
    write(target, at, value) {
      if (!Array.isArray(value)) throw invalidType('ARRAY', value)
      target[at++] = 0x5b
      for (let i = 0; i < value.length; i++) {
        if (i > 0) target[at++] = 0x2c
        at = element.write(target, at, value[i])
      }
      target[at] = 0x5d
      return at + 1
    },
  }
}

function mapEncoder(schema: Schema, options: JsonEncoderOptions): JsonEncoder {
  const { keySchema, valueSchema } = schema
  // What a header's text may hold has no schema for its keys: it is written as schemaless data is.
  if (keySchema === null) return schemalessEncoder
  const key = jsonEncoder(keySchema, options)
  const element = jsonEncoder(valueSchema, options)
  // The name of a null key that stays null is the word, as in Java.
  const name = isNullWritten(keySchema, options) ? nullNamed(key) : key
  return {
    maxBytes(value) {
      let sum = 2
      if (!(value instanceof Map)) return sum
      // Four more for brackets and commas; a name that is null takes quotes.
      for (const [k, v] of value) sum += key.maxBytes(k) + element.maxBytes(v) + 6
      return sum
    },
    write(target, at, value) {
      if (!(value instanceof Map)) throw invalidType('MAP', value)
      return keySchema.type === 'STRING'
        ? writeObject(target, at, value, name, element)
        : writePairs(target, at, value, key, element)
    },
  }
}

export function writeObject(
  target: Buffer,
  at: number,
  map: ReadonlyMap<unknown, unknown>,
  key: JsonEncoder,
  element: JsonEncoder,
): number {
  let separator = 0x7b
  if (map.size === 0) target[at++] = separator
  for (const [name, value] of map) {
    target[at++] = separator
    at = key.write(target, at, name)
    target[at++] = 0x3a
    at = element.write(target, at, value)
    separator = 0x2c
  }
  target[at] = 0x7d
  return at + 1
}

function writePairs(
  target: Buffer,
  at: number,
  map: ReadonlyMap<unknown, unknown>,
  key: JsonEncoder,
  element: JsonEncoder,
): number {
  target[at++] = 0x5b
  let first = true
  for (const [name, value] of map) {
    if (!first) target[at++] = 0x2c
    first = false
    target[at++] = 0x5b
    at = key.write(target, at, name)
    target[at++] = 0x2c
    at = element.write(target, at, value)
    target[at++] = 0x5d
  }
  target[at] = 0x5d
  return at + 1
}

export function invalidType(type: string, value: unknown): DataError {
  return new DataError(`Invalid type for ${type}: class ${javaClassName(value)}`)
}
