import { JsonConverter } from '../converters/index.ts'
import { javaClassName } from '../data/java-class.ts'
import type { OffsetValue, SourceOffset, SourcePartition } from '../data/records.ts'
import { isTypedNumber } from '../data/typed-number.ts'
import { DataError } from '../errors/connect-error.ts'
import { javaHashOrder } from '../util/java-hash-order.ts'

/**
 * Offsets as the Java worker stores them: JSON without schemas. A key is `["connector",{partition}]`, a value the
 * offset; a connector may have one partition that is null. Every number keeps its type and all its digits.
 */

const json = new JsonConverter()
json.configure({ 'schemas.enable': 'false' }, false)

type Fields = Readonly<Record<string, OffsetValue>>

/** A new key, its members in the order in which a Java connector's HashMap would write them. */
export function encodeKey(connector: string, partition: SourcePartition | null): Buffer {
  return encode([connector, partition && ordered(partition, javaHashOrder)])
}

export function encodeOffset(offset: SourceOffset | null): Buffer | null {
  return offset === null ? null : encode(ordered(offset, (names) => names))
}

/** Null where the bytes are no key of ours. */
export function decodeKey(
  bytes: Buffer,
): { readonly connector: string; readonly partition: SourcePartition | null } | null {
  const key = tryDecode(bytes)
  if (!Array.isArray(key) || key.length !== 2) return null
  const [connector, partition] = key as unknown[]
  if (typeof connector !== 'string') return null
  if (partition === null) return { connector, partition }
  const fields = toFields(partition)
  return fields && { connector, partition: fields }
}

/** Throws a DataError where the bytes are no offset. */
export function decodeOffset(bytes: Buffer): SourceOffset | null {
  const value = decode(bytes)
  if (value === null) return null
  const fields = toFields(value)
  if (fields) return fields
  throw new DataError(`Offsets must be specified as a Map, but found ${bytes.toString()}`)
}

/** Equal for partitions that say the same, in whatever order. */
export function canonicalPartition(partition: SourcePartition | null): string {
  if (partition === null) return 'null'
  return encode(ordered(partition, (names) => names.sort())).toString()
}

/** As a Map, whose order nothing disturbs. Throws a DataError for a value that is not primitive. */
function ordered(fields: Fields, order: (names: string[]) => string[]): Map<string, OffsetValue> {
  const map = new Map<string, OffsetValue>()
  for (const name of order(Object.keys(fields))) {
    const value = fields[name] ?? null
    if (!isPrimitive(value)) {
      throw new DataError(
        `Offsets may only contain primitive types as values, but field ${name} contains ${javaClassName(value)}`,
      )
    }
    map.set(name, value)
  }
  return map
}

function isPrimitive(value: unknown): boolean {
  if (value === null || value instanceof Uint8Array || isTypedNumber(value)) return true
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
}

/** The members of a JSON object of primitive values; null for anything else. */
function toFields(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const members = value instanceof Map ? [...value] : Object.entries(value)
  if (!members.every(([, member]) => isPrimitive(member))) return null
  return Object.fromEntries(members) as Fields
}

function encode(value: unknown): Buffer {
  const bytes = json.fromConnectData('', null, null, value)
  if (bytes === null) throw new DataError('An offset cannot be nothing.')
  return Buffer.from(bytes)
}

function tryDecode(bytes: Buffer): unknown {
  try {
    return decode(bytes)
  } catch {
    return undefined // Written by something else: the caller says so.
  }
}

function decode(bytes: Buffer): unknown {
  return json.toConnectData('', null, bytes).value
}
