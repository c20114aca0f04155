import {
  DataError,
  isIndexName,
  defineMember,
  javaClassName,
  schemalessNumber,
  schemalessType,
  isTypedNumber,
} from '../../api/index.ts'
import { anythingMembers } from './anything-schema.ts'
import type { AnythingMember } from './anything-schema.ts'
import type { AvroInput } from './avro-input.ts'
import type { AvroOutput } from './avro-output.ts'

/** Schemaless data: records of which one member is set, or none for null. */

const deepest = 1000
/** Bytes that null takes: a branch of each member. */
const leastBytes = anythingMembers.length

const indexOf = Object.fromEntries(
  anythingMembers.map((member, index) => [member, index]),
) as Readonly<Record<AnythingMember, number>>

/** Writes a value that has no schema. A DataError for what has no type there, such as bytes, as in Java. */
export function writeAnything(value: unknown, output: AvroOutput, depth = 0): void {
  if (depth > deepest) {
    throw new DataError(`Schemaless data is nested more than ${deepest} times.`)
  }
  const member = memberOf(value)
  const set = member === null ? -1 : indexOf[member]
  for (let index = 0; index < anythingMembers.length; index++) {
    if (index !== set) output.writeByte(0)
    else {
      // The second branch, in zigzag.
      output.writeByte(2)
      writeMember(value, output, depth)
    }
  }
}

function memberOf(value: unknown): AnythingMember | null {
  if (value === null || value === undefined) return null
  switch (schemalessType(value)) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return 'int'
    case 'INT64':
      return 'long'
    case 'FLOAT32':
      return 'float'
    case 'FLOAT64':
      return 'double'
    case 'BOOLEAN':
      return 'boolean'
    case 'STRING':
      return 'string'
    case 'ARRAY':
      return 'array'
    case 'MAP':
      return 'map'
    case 'BYTES':
    case 'STRUCT':
    case null:
      throw new DataError(`Unknown Java type for schemaless data: class ${javaClassName(value)}`)
  }
}

function writeMember(value: unknown, output: AvroOutput, depth: number): void {
  if (typeof value === 'string') output.writeString(value)
  else if (typeof value === 'boolean') output.writeByte(value ? 1 : 0)
  else if (typeof value === 'bigint') output.writeLong(value)
  else if (typeof value === 'number') {
    if (schemalessType(value) === 'INT64') output.writeLong(value)
    else output.writeDouble(value)
  } else if (isTypedNumber(value)) {
    if (value.type === 'FLOAT32') output.writeFloat(value.value)
    else if (value.type === 'FLOAT64') output.writeDouble(value.value)
    else output.writeLong(value.value)
  } else if (Array.isArray(value)) {
    if (value.length > 0) output.writeInt(value.length)
    for (const item of value) writeAnything(item, output, depth + 1)
    output.writeByte(0)
  } else writeEntries(value as object, output, depth)
}

function writeEntries(value: object, output: AvroOutput, depth: number): void {
  const entries = value instanceof Map ? value : Object.entries(value)
  const size = value instanceof Map ? value.size : Object.keys(value).length
  if (size > 0) output.writeInt(size)
  for (const [key, member] of entries as Iterable<[unknown, unknown]>) {
    writeAnything(key, output, depth + 1)
    writeAnything(member, output, depth + 1)
  }
  output.writeByte(0)
}

/** Reads what {@link writeAnything} writes; a number keeps its type. Of several members that are set, Java takes the first. */
export class AnythingReader {
  #depth = 0

  readonly read = (input: AvroInput): unknown => {
    this.#depth = 0
    return this.#read(input)
  }

  #read(input: AvroInput): unknown {
    if (++this.#depth > deepest) {
      throw new DataError(`Schemaless data is nested more than ${deepest} times.`)
    }
    let found: unknown = null
    for (const member of anythingMembers) {
      const branch = input.readInt()
      if (branch === 0) continue
      if (branch !== 1) throw new DataError(`Invalid index ${branch} of a union of 2 types.`)
      const value = this.#member(member, input)
      found ??= value
    }
    this.#depth--
    return found
  }

  #member(member: AnythingMember, input: AvroInput): unknown {
    switch (member) {
      case 'boolean':
        return input.readBoolean()
      case 'bytes':
        return input.readBytes()
      case 'double':
        return schemalessNumber('FLOAT64', input.readDouble())
      case 'float':
        return schemalessNumber('FLOAT32', input.readFloat())
      case 'int':
        return schemalessNumber('INT32', input.readInt())
      case 'long':
        return input.readLong()
      case 'string':
        return input.readString()
      case 'array':
        return this.#array(input)
      case 'map':
        return this.#map(input)
    }
  }

  #array(input: AvroInput): unknown[] {
    const items: unknown[] = []
    for (let left = input.readBlock(leastBytes); left > 0; left = input.readBlock(leastBytes)) {
      while (left-- > 0) items.push(this.#read(input))
    }
    return items
  }

  #map(input: AvroInput): unknown {
    const map = new Map<unknown, unknown>()
    const least = 2 * leastBytes
    for (let left = input.readBlock(least); left > 0; left = input.readBlock(least)) {
      while (left-- > 0) {
        const key = this.#read(input)
        map.set(key, this.#read(input))
      }
    }
    return objectOf(map)
  }
}

/** A plain object, unless it would lose the order or the type of a key. */
function objectOf(map: ReadonlyMap<unknown, unknown>): unknown {
  const object: Record<string, unknown> = {}
  for (const [key, value] of map) {
    if (typeof key !== 'string' || isIndexName(key)) return map
    defineMember(object, key, value)
  }
  return object
}
