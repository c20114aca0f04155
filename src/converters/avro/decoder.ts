import { DataError, Struct } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { AnythingReader } from './anything.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import type { AvroInput } from './avro-input.ts'
import type { AvroArray, AvroEnum, AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts'
import { logicalReader } from './read-logical.ts'
import { isAnything, isMapEntry, optionalBranch } from './to-connect-schema.ts'

/** Reads one value, as a Connect value. */
export type ValueReader = (input: AvroInput) => unknown

/** Compiles how data of an Avro schema is read as values of the Connect schema that was made of it. */
export function compileReader(
  avro: AvroSchema,
  schema: Schema | null,
  options: AvroDataOptions,
): ValueReader {
  if (schema === null) {
    if (isAnything(avro)) return new AnythingReader().read
    throw new DataError('Invalid Avro data for schemaless Connect data')
  }
  return readerOf(avro, schema, { ...options, records: new Map() })
}

/** One compilation: a record that comes again is compiled once, as records within records would double the work with each level. */
interface Compiling extends AvroDataOptions {
  readonly records: Map<AvroRecord, Map<Schema, ValueReader>>
}

function readerOf(avro: AvroSchema, schema: Schema, options: Compiling): ValueReader {
  if (avro.type === 'union') return unionReader(avro, schema, options)
  const logical = logicalReader(avro, schema)
  if (logical !== null) return logical
  switch (avro.type) {
    case 'boolean':
      return (input) => input.readBoolean()
    case 'int':
      return intReader(schema)
    case 'long':
      return (input) => input.readLong()
    case 'float':
      return (input) => input.readFloat()
    case 'double':
      return (input) => input.readDouble()
    case 'string':
      return (input) => input.readString()
    case 'bytes':
      return (input) => input.readBytes()
    case 'fixed': {
      const { size } = avro
      return (input) => input.readFixed(size)
    }
    case 'enum':
      return enumReader(avro)
    case 'array':
      return isMapEntry(avro.items)
        ? entriesReader(avro.items, schema, options)
        : arrayReader(avro, schema, options)
    case 'map':
      return mapReader(readerOf(avro.values, childOf(schema.valueSchema), options))
    case 'record':
      return knownRecordReader(avro, schema, options)
    case 'null':
      throw new DataError('Standalone null schemas are not supported by this converter')
  }
}

const ranges = { INT8: 24, INT16: 16 } as const

function intReader({ type }: Schema): ValueReader {
  if (type !== 'INT8' && type !== 'INT16') return (input) => input.readInt()
  const shift = ranges[type]
  return (input) => {
    const value = input.readInt()
    // Java wraps what is beyond the range; invariant 6 does not.
    if ((value << shift) >> shift === value) return value
    throw new DataError(`Invalid value ${value} for ${type}: it is beyond what the type holds.`)
  }
}

function enumReader({ name, symbols }: AvroEnum): ValueReader {
  return (input) => {
    const index = input.readInt()
    const symbol = symbols[index]
    if (symbol !== undefined) return symbol
    throw new DataError(
      `Invalid index ${index} of enum ${name}, which has ${symbols.length} symbols.`,
    )
  }
}

function knownRecordReader(avro: AvroRecord, schema: Schema, options: Compiling): ValueReader {
  const known = options.records.get(avro) ?? new Map<Schema, ValueReader>()
  options.records.set(avro, known)
  let read = known.get(schema)
  if (read === undefined) {
    read = recordReader(avro, schema, options)
    known.set(schema, read)
  }
  return read
}

/** Hot: one struct a record, its members in their order. */
function recordReader(avro: AvroRecord, schema: Schema, options: Compiling): ValueReader {
  const readers = avro.fields.map((field) => {
    return readerOf(field.schema, childOf(schema.field(field.name)?.schema), options)
  })
  const { length } = readers
  return (input) => {
    const values = new Array<unknown>(length)
    for (let i = 0; i < length; i++) values[i] = readers[i]?.(input)
    return new Struct(schema, values)
  }
}

function arrayReader(avro: AvroArray, schema: Schema, options: Compiling): ValueReader {
  const read = readerOf(avro.items, childOf(schema.valueSchema), options)
  const least = leastBytes(avro.items)
  return (input) => {
    const items: unknown[] = []
    for (let left = input.readBlock(least); left > 0; left = input.readBlock(least)) {
      while (left-- > 0) items.push(read(input))
    }
    return items
  }
}

function entriesReader(entry: AvroRecord, schema: Schema, options: Compiling): ValueReader {
  const readers = entry.fields.map(({ name, schema: avro }) => {
    return readerOf(avro, childOf(name === 'key' ? schema.keySchema : schema.valueSchema), options)
  })
  const [first, second] = readers
  if (first === undefined || second === undefined)
    throw new DataError('A map entry has two fields.')
  const keyFirst = entry.fields[0]?.name === 'key'
  const least = leastBytes(entry)
  return (input) => {
    const map = new Map<unknown, unknown>()
    for (let left = input.readBlock(least); left > 0; left = input.readBlock(least)) {
      while (left-- > 0) {
        const one = first(input)
        const other = second(input)
        if (keyFirst) map.set(one, other)
        else map.set(other, one)
      }
    }
    return map
  }
}

function mapReader(read: ValueReader): ValueReader {
  return (input) => {
    const map = new Map<string, unknown>()
    for (let left = input.readBlock(1); left > 0; left = input.readBlock(1)) {
      while (left-- > 0) {
        const key = input.readString()
        map.set(key, read(input))
      }
    }
    return map
  }
}

function unionReader(avro: AvroUnion, schema: Schema, options: Compiling): ValueReader {
  const { branches } = avro
  const readers = branchReaders(avro, schema, options)
  return (input) => {
    const index = input.readInt()
    const read = readers[index]
    if (read !== undefined) return read(input)
    throw new DataError(`Invalid index ${index} of a union of ${branches.length} types.`)
  }
}

const readNull = (): null => null

function branchReaders(avro: AvroUnion, schema: Schema, options: Compiling): ValueReader[] {
  const { branches } = avro
  const flat = options.flattenSingletonUnions && branches.length === 1
  if (flat || optionalBranch(avro) !== null) {
    return branches.map((branch) => {
      return branch.type === 'null' ? readNull : readerOf(branch, schema, options)
    })
  }
  const fields = schema.fields ?? []
  let next = 0
  return branches.map((branch) => {
    if (branch.type === 'null') return readNull
    const at = next++
    const read = readerOf(branch, childOf(fields[at]?.schema), options)
    return (input) => {
      const values = new Array<unknown>(fields.length).fill(null)
      values[at] = read(input)
      return new Struct(schema, values)
    }
  })
}

function childOf(schema: Schema | null | undefined): Schema {
  if (schema === null || schema === undefined) {
    throw new DataError('The Connect schema does not match the Avro schema.')
  }
  return schema
}

/** The fewest bytes that a value of this schema takes: zero only where it holds nothing at all. */
function leastBytes(avro: AvroSchema, depth = 0): number {
  if (avro.type === 'null') return 0
  if (avro.type === 'fixed') return avro.size
  if (avro.type === 'float') return 4
  if (avro.type === 'double') return 8
  if (avro.type !== 'record') return 1
  if (depth > 8) return 0
  let sum = 0
  for (const field of avro.fields) sum += leastBytes(field.schema, depth + 1)
  return sum
}
