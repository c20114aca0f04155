import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  isDecimal,
  javaClassName,
  normalizeInt64,
} from '../../api/index.ts'
import type { Instant, Int64, Schema, SchemaType } from '../../api/index.ts'
import type { AvroOutput } from './avro-output.ts'
import type { AvroEnum, AvroSchema } from './avro-schema.ts'

type ScalarWriter = (value: unknown, output: AvroOutput) => void

/** The Avro types that take a Connect type as it is, then those that are wider. */
const targets: Partial<
  Record<SchemaType, readonly [exact: readonly string[], wider: readonly string[]]>
> = {
  INT8: [['int'], ['long', 'double']],
  INT16: [['int'], ['long', 'double']],
  INT32: [['int'], ['long', 'double']],
  INT64: [['long'], []],
  FLOAT32: [['float'], ['double']],
  FLOAT64: [['double'], []],
  BOOLEAN: [['boolean'], []],
  STRING: [['string', 'enum'], []],
  BYTES: [['bytes', 'fixed'], []],
}

/** Whether values of a Connect schema can be written as this Avro type. */
export function takesScalar(schema: Schema, avro: AvroSchema): 'exactly' | 'wider' | 'no' {
  const [exact, wider] = targets[schema.type] ?? [[], []]
  if (exact.includes(avro.type)) return 'exactly'
  return wider.includes(avro.type) ? 'wider' : 'no'
}

/** How values of a Connect schema that is no container are written; null where the Avro type does not take them. */
export function scalarWriter(schema: Schema, avro: AvroSchema): ScalarWriter | null {
  if (takesScalar(schema, avro) === 'no') return null
  const logical = logicalWriter(schema, avro)
  if (logical !== null) return logical
  switch (schema.type) {
    case 'INT8':
      return integerWriter('INT8', 24, avro)
    case 'INT16':
      return integerWriter('INT16', 16, avro)
    case 'INT32':
      return integerWriter('INT32', 0, avro)
    case 'INT64':
      return writeInt64
    case 'FLOAT32':
      return floatWriter(avro)
    case 'FLOAT64':
      return writeFloat64
    case 'BOOLEAN':
      return writeBoolean
    case 'STRING':
      return avro.type === 'enum' ? enumWriter(avro) : writeText
    case 'BYTES':
      return avro.type === 'fixed' ? fixedWriter(avro.name, avro.size) : writeBinary
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return null
  }
}

/** The error of a value of another class than its schema says. */
export function invalidType(type: SchemaType, value: unknown): DataError {
  const isBeyond = typeof value === 'number' && /^(?:INT|FLOAT)/.test(type)
  const found = isBeyond ? `${value}, which is beyond it` : `class ${javaClassName(value)}`
  return new DataError(`Invalid type for ${type}: ${found}`)
}

function integerWriter(type: SchemaType, shift: number, avro: AvroSchema): ScalarWriter {
  const double = avro.type === 'double'
  return (value, output) => {
    if (typeof value !== 'number' || (value << shift) >> shift !== value) {
      throw invalidType(type, value)
    }
    // An int and a long are written alike.
    if (double) output.writeDouble(value)
    else output.writeInt(value)
  }
}

function writeInt64(value: unknown, output: AvroOutput): void {
  if (typeof value === 'number' ? !Number.isSafeInteger(value) : !isInt64(value)) {
    throw invalidType('INT64', value)
  }
  output.writeLong(value as Int64)
}

function isInt64(value: unknown): boolean {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value
}

function floatWriter(avro: AvroSchema): ScalarWriter {
  const double = avro.type === 'double'
  return (value, output) => {
    if (typeof value !== 'number') throw invalidType('FLOAT32', value)
    const float = Math.fround(value)
    if (!Number.isFinite(float) && Number.isFinite(value)) throw invalidType('FLOAT32', value)
    if (double) output.writeDouble(float)
    else output.writeFloat(float)
  }
}

function writeFloat64(value: unknown, output: AvroOutput): void {
  if (typeof value !== 'number') throw invalidType('FLOAT64', value)
  output.writeDouble(value)
}

function writeBoolean(value: unknown, output: AvroOutput): void {
  if (typeof value !== 'boolean') throw invalidType('BOOLEAN', value)
  output.writeByte(value ? 1 : 0)
}

function writeText(value: unknown, output: AvroOutput): void {
  if (typeof value !== 'string') throw invalidType('STRING', value)
  output.writeString(value)
}

function enumWriter({ name, symbols }: AvroEnum): ScalarWriter {
  const indexes = new Map(symbols.map((symbol, index) => [symbol, index]))
  return (value, output) => {
    if (typeof value !== 'string') throw invalidType('STRING', value)
    const index = indexes.get(value)
    if (index === undefined) {
      throw new DataError(
        `${value} is no symbol of the enum ${name}: expected ${symbols.join(', ')}.`,
      )
    }
    output.writeInt(index)
  }
}

function writeBinary(value: unknown, output: AvroOutput): void {
  if (!(value instanceof Uint8Array)) throw invalidType('BYTES', value)
  output.writeBytes(value)
}

function fixedWriter(name: string, size: number): ScalarWriter {
  return (value, output) => {
    if (!(value instanceof Uint8Array)) throw invalidType('BYTES', value)
    if (value.length !== size) {
      throw new DataError(`The fixed ${name} has ${size} bytes, but the value has ${value.length}.`)
    }
    output.writeRaw(value)
  }
}

function logicalWriter(schema: Schema, avro: AvroSchema): ScalarWriter | null {
  switch (schema.name ?? '') {
    case Decimal.LOGICAL_NAME:
      return decimalWriter(schema, avro)
    case ConnectDate.LOGICAL_NAME:
      return (value, output) =>
        output.writeInt(ConnectDate.fromLogical(schema, instant('Date', value)))
    case ConnectTime.LOGICAL_NAME:
      return (value, output) =>
        output.writeInt(ConnectTime.fromLogical(schema, instant('Time', value) as Date))
    case ConnectTimestamp.LOGICAL_NAME:
      return (value, output) => {
        const ms = ConnectTimestamp.fromLogical(schema, instant('Timestamp', value))
        output.writeLong(typeof ms === 'bigint' ? normalizeInt64(ms) : ms)
      }
    default:
      return null
  }
}

function instant(type: string, value: unknown): Instant {
  if (value instanceof Date || typeof value === 'bigint') return value
  throw new DataError(
    `Invalid type for ${type}, expected Date but was class ${javaClassName(value)}`,
  )
}

/** Bytes as few as hold it; in a fixed with its sign in those before. */
function decimalWriter(schema: Schema, avro: AvroSchema): ScalarWriter {
  const size = avro.type === 'fixed' ? avro.size : -1
  return (value, output) => {
    if (!isDecimal(value)) {
      throw new DataError(
        `Invalid type for Decimal, expected BigDecimal but was class ${javaClassName(value)}`,
      )
    }
    const bytes = Decimal.fromLogical(schema, value)
    if (size < 0) output.writeBytes(bytes)
    else writePadded(bytes, size, output)
  }
}

function writePadded(bytes: Buffer, size: number, output: AvroOutput): void {
  if (bytes.length > size) {
    throw new DataError(
      `Unscaled value byte array length ${bytes.length} is greater than fixed size ${size}`,
    )
  }
  const sign = (bytes[0] ?? 0) > 0x7f ? 0xff : 0
  for (let i = bytes.length; i < size; i++) output.writeByte(sign)
  output.writeRaw(bytes)
}
