import {
  DataError,
  isPlainObject,
  isStruct,
  isTypedNumber,
  javaClassName,
  schemalessType,
} from '../../api/index.ts'
import type { JsonEncoder } from './json-encoder-types.ts'
import { SerializationError } from '../serialization-error.ts'
import { maxStringBytes, writeAscii, writeString } from './json-text.ts'
import {
  maxBase64Bytes,
  maxNumberBytes,
  writeBase64,
  writeFloat,
  writeSchemalessNumber,
} from './write-scalar.ts'

/** Limit of Java's writer (Jackson's StreamWriteConstraints). */
const deepest = 1000

/** Writes values that have no schema, by what they are. */
export const schemalessEncoder: JsonEncoder = {
  maxBytes: (value) => maxSchemalessBytes(value, 0),
  write: (target, at, value) => writeSchemaless(target, at, value, 0),
}

/** Most bytes of a value within `depth` arrays and maps. */
export function maxSchemalessBytes(value: unknown, depth: number): number {
  if (typeof value === 'string') return maxStringBytes(value)
  if (typeof value === 'bigint') return String(value).length
  if (typeof value !== 'object' || value === null) return maxNumberBytes
  if (value instanceof Uint8Array) return maxBase64Bytes(value)
  if (Array.isArray(value)) {
    let sum = 2
    for (const item of value) sum += maxSchemalessBytes(item, deeper(depth)) + 1
    return sum
  }
  if (value instanceof Map || isPlainObject(value)) return maxMapBytes(value, deeper(depth))
  return maxNumberBytes
}

function maxMapBytes(
  value: Map<unknown, unknown> | Record<string, unknown>,
  depth: number,
): number {
  let sum = 2
  if (value instanceof Map) {
    for (const [key, item] of value)
      sum += maxSchemalessBytes(key, depth) + maxSchemalessBytes(item, depth) + 4
    return sum
  }
  for (const key of Object.keys(value)) {
    sum += maxStringBytes(key) + maxSchemalessBytes(value[key], depth) + 2
  }
  return sum
}

/** Writes a value within `depth` arrays and maps; returns the end. */
export function writeSchemaless(target: Buffer, at: number, value: unknown, depth: number): number {
  if (typeof value === 'string') return writeString(target, at, value)
  if (typeof value === 'number') return writeSchemalessNumber(target, at, value)
  if (typeof value === 'object' && value !== null) return writeObject(target, at, value, depth)
  if (value === null || value === undefined) return writeAscii(target, at, 'null')
  if (typeof value === 'boolean' || typeof value === 'bigint') {
    return writeAscii(target, at, String(value))
  }
  throw unsupported(value)
}

function writeObject(target: Buffer, at: number, value: object, depth: number): number {
  if (value instanceof Uint8Array) return writeBase64(target, at, value)
  if (Array.isArray(value)) return writeArray(target, at, value, deeper(depth))
  if (isTypedNumber(value)) return writeFloat(target, at, value.value, value.toString())
  // A struct has a schema, and here is none.
  if (isStruct(value)) throw new DataError('Mismatching schema.')
  if (!(value instanceof Map)) {
    if (schemalessType(value) !== 'MAP') throw unsupported(value)
    return writeMembers(target, at, value as Record<string, unknown>, deeper(depth))
  }
  for (const key of value.keys()) {
    if (typeof key !== 'string') return writePairs(target, at, value, deeper(depth))
  }
  return writeEntries(target, at, value as Map<string, unknown>, deeper(depth))
}

function writeArray(target: Buffer, at: number, items: unknown[], depth: number): number {
  target[at++] = 0x5b
  for (let i = 0; i < items.length; i++) {
    if (i > 0) target[at++] = 0x2c
    at = writeSchemaless(target, at, items[i], depth)
  }
  target[at] = 0x5d
  return at + 1
}

function writeMembers(
  target: Buffer,
  at: number,
  object: Record<string, unknown>,
  depth: number,
): number {
  target[at++] = 0x7b
  let first = true
  for (const name of Object.keys(object)) {
    if (!first) target[at++] = 0x2c
    first = false
    at = writeString(target, at, name)
    target[at++] = 0x3a
    at = writeSchemaless(target, at, object[name], depth)
  }
  target[at] = 0x7d
  return at + 1
}

function writeEntries(
  target: Buffer,
  at: number,
  map: ReadonlyMap<string, unknown>,
  depth: number,
): number {
  target[at++] = 0x7b
  let first = true
  for (const [name, value] of map) {
    if (!first) target[at++] = 0x2c
    first = false
    at = writeString(target, at, name)
    target[at++] = 0x3a
    at = writeSchemaless(target, at, value, depth)
  }
  target[at] = 0x7d
  return at + 1
}

/** A map whose keys are not all strings: an array of pairs. */
function writePairs(
  target: Buffer,
  at: number,
  map: ReadonlyMap<unknown, unknown>,
  depth: number,
): number {
  target[at++] = 0x5b
  let first = true
  for (const pair of map) {
    if (!first) target[at++] = 0x2c
    first = false
    at = writeArray(target, at, pair, deeper(depth))
  }
  target[at] = 0x5d
  return at + 1
}

/** The next depth; a DataError where Java's writer would refuse it, and before a value that contains itself ends the stack. */
function deeper(depth: number): number {
  if (depth < deepest) return depth + 1
  throw new DataError(
    'Converting Kafka Connect data to byte[] failed due to serialization error: ',
    {
      cause: new SerializationError(
        `Document nesting depth (${depth + 1}) exceeds the maximum allowed (${deepest})`,
      ),
    },
  )
}

function unsupported(value: unknown): DataError {
  return new DataError(
    `Java class class ${javaClassName(value)} does not have corresponding schema type.`,
  )
}
