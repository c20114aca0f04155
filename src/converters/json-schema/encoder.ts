import { isStruct } from '../../api/index.ts'
import type { Schema, Struct } from '../../api/index.ts'
import { arrayEncoder, invalidType, writeObject } from '../json/json-encoder.ts'
import type { JsonEncoder } from '../json/json-encoder-types.ts'
import { quote, writeBytes } from '../json/json-text.ts'
import { logicalEncoder } from '../json/write-logical.ts'
import { scalarEncoder } from '../json/write-scalar.ts'
import { extrasOf, isObjectMap, isUnion, isVariant } from './connect-schemas.ts'
import { keyField, valueField } from './connect-names.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'
import { requireStruct } from './require-struct.ts'
import { structEncoder } from './struct-encoder.ts'
import type { NullableEncoder } from './struct-encoder.ts'
import { variantEncoder } from './variant-encoder.ts'

/** Compiles how values of `schema` are written. A value that does not fit is a DataError (invariant 6). */
export function compileWriter(schema: Schema, options: JsonSchemaDataOptions): NullableEncoder {
  return new WriterCompiler(options).encoderOf(schema)
}

const nullText = Buffer.from('null')

class NullableWriter implements NullableEncoder {
  readonly #schema: Schema
  readonly #ignoreDefault: boolean
  /** Set once all within is compiled, which may be the schema itself. */
  #present: JsonEncoder = { maxBytes: () => 0, write: (_target, at) => at }
  #whenNull: Buffer | null | undefined = undefined

  constructor(schema: Schema, ignoreDefault: boolean) {
    this.#schema = schema
    this.#ignoreDefault = ignoreDefault
  }

  compile(encoder: JsonEncoder): void {
    this.#present = encoder
  }

  whenNull(): Buffer | null {
    return (this.#whenNull ??= this.#textOfNull())
  }

  maxBytes(value: unknown): number {
    if (value !== null && value !== undefined) return this.#present.maxBytes(value)
    return (this.whenNull() ?? nullText).length
  }

  write(target: Buffer, at: number, value: unknown): number {
    if (value !== null && value !== undefined) return this.#present.write(target, at, value)
    return writeBytes(target, at, this.whenNull() ?? nullText)
  }

  #textOfNull(): Buffer | null {
    const { defaultValue, optional } = this.#schema
    if (defaultValue === null || this.#ignoreDefault) return optional ? nullText : null
    const target = Buffer.alloc(this.#present.maxBytes(defaultValue))
    return target.subarray(0, this.#present.write(target, 0, defaultValue))
  }
}

class WriterCompiler {
  readonly #options: JsonSchemaDataOptions
  readonly #known = new Map<Schema, NullableWriter>()

  constructor(options: JsonSchemaDataOptions) {
    this.#options = options
  }

  readonly encoderOf = (schema: Schema): NullableEncoder => {
    let encoder = this.#known.get(schema)
    if (encoder === undefined) {
      encoder = new NullableWriter(schema, this.#options.ignoreDefaultForNullables)
      this.#known.set(schema, encoder)
      encoder.compile(this.#present(schema))
    }
    return encoder
  }

  #present(schema: Schema): JsonEncoder {
    const logical = logicalEncoder(schema, this.#options.decimalFormat)
    if (logical !== null) return logical
    if (schema.type === 'STRUCT') return this.#struct(schema)
    const { keySchema, valueSchema } = schema
    if (valueSchema === null) return scalarEncoder(schema.type)
    const element = this.encoderOf(valueSchema)
    if (keySchema === null) return arrayEncoder(element)
    return isObjectMap(schema)
      ? objectEncoder(scalarEncoder('STRING'), element)
      : entriesEncoder(this.encoderOf(keySchema), element)
  }

  #struct(schema: Schema): JsonEncoder {
    if (isVariant(schema)) return variantEncoder
    if (isUnion(schema)) return this.#union(schema)
    const extras = this.#options.preserveAdditionalProperties ? extrasOf(schema) : null
    return structEncoder(schema, extras, this.encoderOf)
  }

  /** The one field of a choice that is set, as if it stood there itself. */
  #union(schema: Schema): JsonEncoder {
    const encoders = (schema.fields ?? []).map((field) => this.encoderOf(field.schema))
    const ignoreDefault = this.#options.ignoreDefaultForNullables
    const chosen = (struct: Struct): number => {
      const found = struct.values.findIndex((value) => value !== null && value !== undefined)
      if (found >= 0 || ignoreDefault) return found
      return (schema.fields ?? []).findIndex((field) => field.schema.defaultValue !== null)
    }
    const whenNone = (): Buffer => this.encoderOf(schema).whenNull() ?? nullText
    return {
      maxBytes(value) {
        const at = isStruct(value) ? chosen(value) : -1
        if (!isStruct(value) || at < 0) return whenNone().length
        return encoders[at]?.maxBytes(value.values[at]) ?? 0
      },
      write(target, at, value) {
        requireStruct(value, schema)
        const encoder = encoders[chosen(value)]
        if (encoder === undefined) return writeBytes(target, at, whenNone())
        return encoder.write(target, at, value.values[chosen(value)])
      },
    }
  }
}

function objectEncoder(key: JsonEncoder, element: JsonEncoder): JsonEncoder {
  return {
    maxBytes(value) {
      let sum = 2
      if (!(value instanceof Map)) return sum
      for (const [k, v] of value) sum += key.maxBytes(k) + element.maxBytes(v) + 2
      return sum
    },
    write(target, at, value) {
      if (!(value instanceof Map)) throw invalidType('MAP', value)
      return writeObject(target, at, value, key, element)
    },
  }
}

const beforeKey = Buffer.from(`{${quote(keyField)}:`)
const beforeValue = Buffer.from(`,${quote(valueField)}:`)
const entryBytes = beforeKey.length + beforeValue.length + 2

/** A map whose keys are no required strings: an array of objects. */
function entriesEncoder(key: JsonEncoder, element: JsonEncoder): JsonEncoder {
  return {
    maxBytes(value) {
      let sum = 2
      if (!(value instanceof Map)) return sum
      for (const [k, v] of value) sum += key.maxBytes(k) + element.maxBytes(v) + entryBytes
      return sum
    },
    write(target, at, value) {
      if (!(value instanceof Map)) throw invalidType('MAP', value)
      let separator = 0x5b
      if (value.size === 0) target[at++] = separator
      for (const [k, v] of value) {
        target[at++] = separator
        at = key.write(target, writeBytes(target, at, beforeKey), k)
        at = element.write(target, writeBytes(target, at, beforeValue), v)
        target[at++] = 0x7d
        separator = 0x2c
      }
      target[at] = 0x5d
      return at + 1
    },
  }
}
