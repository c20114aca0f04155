import { DataError, normalizeInt64 } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { ScalarType } from './declarations.ts'
import { wireType } from './proto-input.ts'
import type { ProtoInput } from './proto-input.ts'
import { enumOf } from './proto-schema.ts'
import type { ProtoEnum, ProtoField } from './proto-schema.ts'

/** Reads one value of a scalar or an enum. */
export interface ScalarReader {
  readonly wireType: number
  /** Undefined where the value counts as unknown. */
  readonly read: (input: ProtoInput) => unknown
  /** What a field has that is not set. */
  readonly byDefault: unknown
}

const noBytes = Buffer.alloc(0)
const { varint, fixed32, fixed64, bytes } = wireType

const readers: Readonly<Record<ScalarType, ScalarReader>> = {
  double: { wireType: fixed64, read: (input) => input.readDouble(), byDefault: 0 },
  float: { wireType: fixed32, read: (input) => input.readFloat(), byDefault: 0 },
  int32: { wireType: varint, read: (input) => input.readInt32(), byDefault: 0 },
  int64: { wireType: varint, read: (input) => input.readInt64(), byDefault: 0 },
  uint32: { wireType: varint, read: (input) => input.readUint32(), byDefault: 0 },
  // As in Java, what is beyond 2^63 is negative: the parameter of the type tells.
  uint64: { wireType: varint, read: (input) => input.readInt64(), byDefault: 0 },
  sint32: { wireType: varint, read: (input) => input.readSint32(), byDefault: 0 },
  sint64: { wireType: varint, read: (input) => input.readSint64(), byDefault: 0 },
  fixed32: { wireType: fixed32, read: (input) => input.readFixed32(), byDefault: 0 },
  fixed64: { wireType: fixed64, read: (input) => input.readFixed64(), byDefault: 0 },
  sfixed32: { wireType: fixed32, read: (input) => input.readSfixed32(), byDefault: 0 },
  sfixed64: { wireType: fixed64, read: (input) => input.readFixed64(), byDefault: 0 },
  bool: { wireType: varint, read: (input) => input.readBoolean(), byDefault: false },
  string: { wireType: bytes, read: (input) => input.readString(), byDefault: '' },
  bytes: { wireType: bytes, read: (input) => input.readBytes(), byDefault: noBytes },
}

/** How a field is read whose values are read as values of `schema`. */
export function scalarReader(field: ProtoField, schema: Schema): ScalarReader {
  const named = enumOf(field)
  if (named !== null) return enumReader(named, field, schema)
  const reader = readers[field.type as ScalarType]
  const { byDefault } = field
  const own = byDefault === null ? reader : { ...reader, byDefault: parsed(byDefault, field) }
  return schema.type === 'INT8' || schema.type === 'INT16' ? narrowReader(own, schema.type) : own
}

/** Java wraps what is beyond the range; invariant 6 does not. */
function narrowReader(reader: ScalarReader, type: 'INT8' | 'INT16'): ScalarReader {
  const shift = type === 'INT8' ? 24 : 16
  const { read } = reader
  return {
    ...reader,
    read(input) {
      const value = read(input) as number
      if ((value << shift) >> shift === value) return value
      throw new DataError(`Invalid value ${value} for ${type}: it is beyond what the type holds.`)
    },
  }
}

function enumReader(type: ProtoEnum, field: ProtoField, schema: Schema): ScalarReader {
  const { values, isClosed, name } = type
  // Of aliases the first.
  const names = new Map(values.map((value) => [value.number, value.name] as const).reverse())
  const asNumber = schema.type === 'INT32'
  const valueOf = (number: number): unknown => {
    const known = names.get(number)
    if (known === undefined && isClosed) return undefined
    return asNumber ? number : (known ?? `UNKNOWN_ENUM_VALUE_${name}_${number}`)
  }
  const first = values.find((value) => value.name === field.byDefault) ?? values[0]
  return {
    wireType: varint,
    read: (input) => valueOf(input.readInt32()),
    byDefault: valueOf(first?.number ?? 0),
  }
}

/** The default that stands in a file. */
function parsed(text: string, { type, name }: ProtoField): unknown {
  if (type === 'string') return text
  if (type === 'bytes') return Buffer.from(text, 'latin1')
  if (type === 'bool') return text === 'true'
  if (type === 'double' || type === 'float') {
    const number = Number(text.replace(/inf(inity)?$/, 'Infinity').replace(/^-?nan$/, 'NaN'))
    return type === 'float' ? Math.fround(number) : number
  }
  const match = /^(-?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text)
  if (match === null) throw new DataError(`Invalid default ${text} of the field ${name}.`)
  const [, sign, digits = ''] = match
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits
  const value = BigInt(octal)
  return normalizeInt64(BigInt.asIntN(64, sign === '-' ? -value : value))
}
