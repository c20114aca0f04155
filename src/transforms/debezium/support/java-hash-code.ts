import { DataError, isDecimal, isStruct } from '../../../api/index.ts'
import type { Schema } from '../../../api/index.ts'

const scratch = new DataView(new ArrayBuffer(8))

/**
 * Java's `hashCode` of a Connect value that is not null, an int32. Bytes count as the ByteBuffer of a Debezium connector; a struct as the list
 * of its values, since in Java its hash differs from one start of the JVM to the next.
 */
export function javaHashCode(value: unknown, schema: Schema): number {
  if (typeof value === 'string') return textHash(value)
  if (typeof value === 'number') return numberHash(value, schema)
  if (typeof value === 'bigint') return longHash(value)
  if (typeof value === 'boolean') return value ? 1231 : 1237
  return objectHash(value as object, schema)
}

function textHash(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

function numberHash(value: number, { type }: Schema): number {
  if (type === 'FLOAT64') {
    scratch.setFloat64(0, value)
    return scratch.getInt32(0) ^ scratch.getInt32(4)
  }
  if (type === 'FLOAT32') {
    scratch.setFloat32(0, value)
    return scratch.getInt32(0)
  }
  // Of an int64 the upper half counts as well; of a smaller negative integer in Java's int it does not.
  return type === 'INT64' ? Math.floor(value / 0x1_0000_0000) ^ value : value
}

function longHash(value: bigint): number {
  return Number(BigInt.asIntN(32, value ^ (value >> 32n)))
}

function objectHash(value: object, schema: Schema): number {
  if (value instanceof Uint8Array) return bytesHash(value)
  if (value instanceof Date) {
    const ms = value.getTime()
    return Math.floor(ms / 0x1_0000_0000) ^ ms
  }
  if (Array.isArray(value))
    return listHash(value, (_, element) => hashOf(element, schema.valueSchema))
  if (value instanceof Map) return mapHash(value, schema)
  if (isDecimal(value)) return (Math.imul(31, bigIntegerHash(value.unscaled)) + value.scale) | 0
  if (!isStruct(value)) throw new DataError('A value of an unknown class has no hash.')
  const fields = value.schema.fields ?? []
  return listHash(value.values, (i, element) => hashOf(element, fields[i]?.schema ?? null))
}

function hashOf(value: unknown, schema: Schema | null): number {
  return value === null || value === undefined || schema === null ? 0 : javaHashCode(value, schema)
}

function listHash(
  list: readonly unknown[],
  elementHash: (i: number, value: unknown) => number,
): number {
  let hash = 1
  for (let i = 0; i < list.length; i++) hash = (Math.imul(hash, 31) + elementHash(i, list[i])) | 0
  return hash
}

function mapHash(map: ReadonlyMap<unknown, unknown>, schema: Schema): number {
  let hash = 0
  for (const [key, value] of map) {
    hash = (hash + (hashOf(key, schema.keySchema) ^ hashOf(value, schema.valueSchema))) | 0
  }
  return hash
}

/** From the last byte to the first, as `ByteBuffer.hashCode`. */
function bytesHash(bytes: Uint8Array): number {
  let hash = 1
  for (let i = bytes.length - 1; i >= 0; i--) {
    hash = (Math.imul(hash, 31) + (((bytes[i] ?? 0) << 24) >> 24)) | 0
  }
  return hash
}

/** Of `java.math.BigInteger`: its magnitude in digits of 32 bits, then its sign. */
function bigIntegerHash(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16)
  const digits = hex.padStart(Math.ceil(hex.length / 8) * 8, '0')
  let hash = 0
  for (let i = 0; i < digits.length; i += 8) {
    hash = (Math.imul(hash, 31) + Number.parseInt(digits.slice(i, i + 8), 16)) | 0
  }
  return value < 0n ? -hash | 0 : hash
}
