import { DataError } from '../../api/index.ts'
import type { Int64, Schema, SchemaType } from '../../api/index.ts'
import { invalidType } from '../avro/write-scalar.ts'
import type { ScalarType } from './declarations.ts'
import { wireType } from './proto-input.ts'
import type { ProtoOutput } from './proto-output.ts'
import type { ProtoEnum, ProtoField } from './proto-schema.ts'

/** Writes one value; a DataError where it does not fit (invariant 6). */
export type ScalarWrite = (value: unknown, output: ProtoOutput) => void

export interface ScalarWriter {
  readonly wireType: number
  readonly write: ScalarWrite
}

const { varint, fixed32, fixed64, bytes } = wireType

const wireTypes: Readonly<Record<ScalarType, number>> = {
  double: fixed64,
  float: fixed32,
  int32: varint,
  int64: varint,
  uint32: varint,
  uint64: varint,
  sint32: varint,
  sint64: varint,
  fixed32,
  fixed64,
  sfixed32: fixed32,
  sfixed64: fixed64,
  bool: varint,
  string: bytes,
  bytes,
}

/** How values of a Connect schema are written as a scalar or an enum; null where that does not take them. */
export function scalarWriter(schema: Schema, { type }: ProtoField): ScalarWriter | null {
  if (typeof type === 'string') {
    const write = writeOf(schema, type)
    return write === null ? null : { wireType: wireTypes[type], write }
  }
  if (type.kind !== 'enum') return null
  if (schema.type === 'STRING') return { wireType: varint, write: symbolWriter(type) }
  return schema.type === 'INT32' ? { wireType: varint, write: numberWriter(type) } : null
}

/** Whether a value is what a field without presence has where it is not set. */
export function isDefault(value: unknown): boolean {
  // -0 is another value than 0, of which a float keeps the sign.
  if (typeof value === 'number') return Object.is(value, 0)
  if (value instanceof Uint8Array) return value.length === 0
  return value === '' || value === false || value === 0n
}

function writeOf(schema: Schema, proto: ScalarType): ScalarWrite | null {
  switch (schema.type) {
    case 'INT8':
      return intWriter('INT8', 24, proto)
    case 'INT16':
      return intWriter('INT16', 16, proto)
    case 'INT32':
      return intWriter('INT32', 0, proto)
    case 'INT64':
      return int64Writer(proto)
    case 'FLOAT32':
      return proto === 'float' || proto === 'double' ? floatWriter(proto) : null
    case 'FLOAT64':
      return proto === 'double' ? writeDouble : null
    case 'BOOLEAN':
      return proto === 'bool' ? writeBoolean : null
    case 'STRING':
      return proto === 'string' ? writeText : null
    case 'BYTES':
      return proto === 'bytes' ? writeBinary : null
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return null
  }
}

const ints: Partial<Record<ScalarType, (value: number, output: ProtoOutput) => void>> = {
  int32: (value, output) => output.writeInt32(value),
  int64: (value, output) => output.writeInt32(value),
  sint32: (value, output) => output.writeSint32(value),
  // Of 32 bits both are written alike.
  sint64: (value, output) => output.writeSint32(value),
  sfixed32: (value, output) => output.writeFixed32(value),
  sfixed64: (value, output) => output.writeFixed64(value),
  uint32: (value, output) => output.writeUint32(value),
  uint64: (value, output) => output.writeUint32(value),
  fixed32: (value, output) => output.writeFixed32(value),
  fixed64: (value, output) => output.writeFixed64(value),
}

function intWriter(type: SchemaType, shift: number, proto: ScalarType): ScalarWrite | null {
  const write = ints[proto]
  if (write === undefined) return null
  const unsigned = proto.startsWith('uint') || proto.startsWith('fixed')
  return (value, output) => {
    if (typeof value !== 'number' || (value << shift) >> shift !== value) {
      throw invalidType(type, value)
    }
    if (unsigned && value < 0) throw beyond(value, proto)
    write(value, output)
  }
}

const longs: Partial<Record<ScalarType, (value: Int64, output: ProtoOutput) => void>> = {
  int64: (value, output) => output.writeInt64(value),
  sint64: (value, output) => output.writeSint64(value),
  sfixed64: (value, output) => output.writeFixed64(value),
  // Negative numbers are those beyond 2^63, as they are read.
  uint64: (value, output) => output.writeInt64(value),
  fixed64: (value, output) => output.writeFixed64(value),
}

function int64Writer(proto: ScalarType): ScalarWrite | null {
  if (proto === 'uint32' || proto === 'fixed32') return uint32Writer(proto)
  const write = longs[proto]
  if (write === undefined) return null
  return (value, output) => {
    if (!isInt64(value)) throw invalidType('INT64', value)
    write(value, output)
  }
}

function uint32Writer(proto: 'uint32' | 'fixed32'): ScalarWrite {
  return (value, output) => {
    if (!isInt64(value)) throw invalidType('INT64', value)
    if (typeof value !== 'number' || value >>> 0 !== value) throw beyond(value, proto)
    if (proto === 'uint32') output.writeUint32(value)
    else output.writeFixed32(value)
  }
}

function isInt64(value: unknown): value is Int64 {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value
}

function floatWriter(proto: 'float' | 'double'): ScalarWrite {
  return (value, output) => {
    if (typeof value !== 'number') throw invalidType('FLOAT32', value)
    const float = Math.fround(value)
    if (!Number.isFinite(float) && Number.isFinite(value)) throw invalidType('FLOAT32', value)
    if (proto === 'double') output.writeDouble(float)
    else output.writeFloat(float)
  }
}

function writeDouble(value: unknown, output: ProtoOutput): void {
  if (typeof value !== 'number') throw invalidType('FLOAT64', value)
  output.writeDouble(value)
}

function writeBoolean(value: unknown, output: ProtoOutput): void {
  if (typeof value !== 'boolean') throw invalidType('BOOLEAN', value)
  output.writeByte(value ? 1 : 0)
}

function writeText(value: unknown, output: ProtoOutput): void {
  if (typeof value !== 'string') throw invalidType('STRING', value)
  output.writeString(value)
}

function writeBinary(value: unknown, output: ProtoOutput): void {
  if (!(value instanceof Uint8Array)) throw invalidType('BYTES', value)
  output.writeBytes(value)
}

function symbolWriter({ name, values }: ProtoEnum): ScalarWrite {
  const numbers = new Map(values.map((value) => [value.name, value.number]))
  return (value, output) => {
    if (typeof value !== 'string') throw invalidType('STRING', value)
    const number = numbers.get(value)
    if (number === undefined) {
      const known = [...numbers.keys()].join(', ')
      throw new DataError(`${value} is no symbol of the enum ${name}: expected ${known}.`)
    }
    output.writeInt32(number)
  }
}

function numberWriter({ name, values, isClosed }: ProtoEnum): ScalarWrite {
  const numbers = new Set(values.map(({ number }) => number))
  return (value, output) => {
    if (typeof value !== 'number' || (value | 0) !== value) throw invalidType('INT32', value)
    if (isClosed && !numbers.has(value)) {
      throw new DataError(`${value} is no number of the enum ${name}.`)
    }
    output.writeInt32(value)
  }
}

function beyond(value: Int64, proto: ScalarType): DataError {
  return new DataError(`Invalid value ${value} for ${proto}: it is beyond what the type holds.`)
}
