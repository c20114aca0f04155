import { DataError, fits, floatText, javaClassName, SchemaBuilder } from '../../api/index.ts'
import type { SchemaType } from '../../api/index.ts'
import { maxStringBytes, writeAscii, writeDouble, writeInteger, writeString } from './json-text.ts'
import type { JsonEncoder } from './json-encoder-types.ts'

/** The longest text of a number: `-2.2250738585072014E-308`, quotes aside. */
export const maxNumberBytes = 26

/** Writes values of a primitive type, in range; null is not for it to write. */
export function scalarEncoder(type: SchemaType): JsonEncoder {
  if (type === 'STRING') return stringEncoder
  if (type === 'BOOLEAN') return booleanEncoder
  if (type === 'BYTES') return bytesEncoder
  if (type === 'FLOAT32' || type === 'FLOAT64') return floatEncoder(type)
  return integerEncoder(type)
}

/** A float in Java's text; what JSON has no number for, in quotes. */
export function writeFloat(target: Buffer, at: number, value: number, text: string): number {
  return writeAscii(target, at, Number.isFinite(value) ? text : `"${text}"`)
}

/** Hot. A number without a schema: an INT64 where it is one, else a FLOAT64. */
export function writeSchemalessNumber(target: Buffer, at: number, value: number): number {
  // Minus zero is a FLOAT64.
  const isInteger = Number.isSafeInteger(value) && (value !== 0 || 1 / value > 0)
  return isInteger ? writeInteger(target, at, value) : writeDouble(target, at, value)
}

/** Base64 with padding, in quotes. */
export function writeBase64(target: Buffer, at: number, bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  target[at] = 0x22
  const end = at + 1 + target.latin1Write(view.toString('base64'), at + 1, target.length - at - 1)
  target[end] = 0x22
  return end + 1
}

export function maxBase64Bytes(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / 3) * 4 + 2
}

const stringEncoder: JsonEncoder = {
  maxBytes: (value) => (typeof value === 'string' ? maxStringBytes(value) : 0),
  write(target, at, value) {
    if (typeof value !== 'string') throw invalidType('STRING', value)
    return writeString(target, at, value)
  },
}

const booleanEncoder: JsonEncoder = {
  maxBytes: () => 5,
  write(target, at, value) {
    if (typeof value !== 'boolean') throw invalidType('BOOLEAN', value)
    return writeAscii(target, at, value ? 'true' : 'false')
  },
}

const bytesEncoder: JsonEncoder = {
  maxBytes: (value) => (value instanceof Uint8Array ? maxBase64Bytes(value) : 0),
  write(target, at, value) {
    // Java words this one differently.
    if (!(value instanceof Uint8Array)) throw invalidType('bytes type', value)
    return writeBase64(target, at, value)
  },
}

function floatEncoder(type: 'FLOAT32' | 'FLOAT64'): JsonEncoder {
  const schema = new SchemaBuilder(type).build()
  return {
    maxBytes: () => maxNumberBytes,
    write(target, at, value) {
      if (typeof value !== 'number' || !fits(schema, value)) throw invalidType(type, value)
      if (type === 'FLOAT64') return writeDouble(target, at, value)
      return writeFloat(target, at, value, floatText(value))
    },
  }
}

function integerEncoder(type: SchemaType): JsonEncoder {
  const schema = new SchemaBuilder(type).build()
  return {
    maxBytes: () => maxNumberBytes,
    write(target, at, value) {
      if (!fits(schema, value)) throw invalidType(type, value)
      return typeof value === 'number'
        ? writeInteger(target, at, value)
        : writeAscii(target, at, String(value))
    },
  }
}

/** A number of the wrong range is named too: its class alone would not tell what is wrong with it. */
function invalidType(type: string, value: unknown): DataError {
  const which = typeof value === 'number' ? ` (${value})` : ''
  return new DataError(`Invalid type for ${type}: class ${javaClassName(value)}${which}`)
}
