import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  isDecimal,
  javaClassName,
} from '../../api/index.ts'
import type { Instant, Schema } from '../../api/index.ts'
import { dateOfDay } from './calendar-date.ts'
import { dateType, decimalType, timeType, timestampType } from './names.ts'
import { wireType } from './proto-input.ts'
import type { ProtoOutput } from './proto-output.ts'
import type { ProtoMessage } from './proto-schema.ts'
import type { ScalarWrite } from './write-scalar.ts'

const dayMs = 86_400_000
const firstMs = -62_135_596_800_000
const lastMs = 253_402_300_799_999
const nanosOfMs = 1_000_000

/** The message that each logical type is written as. */
const messages: Readonly<Record<string, string>> = {
  [Decimal.LOGICAL_NAME]: decimalType,
  [ConnectDate.LOGICAL_NAME]: dateType,
  [ConnectTime.LOGICAL_NAME]: timeType,
  [ConnectTimestamp.LOGICAL_NAME]: timestampType,
}

export function isLogical({ name }: Schema): boolean {
  return name !== null && Object.hasOwn(messages, name)
}

/** How the fields of the message of a logical type are written; null where the schema has none, or the message is another. */
export function logicalWriter(schema: Schema, message: ProtoMessage): ScalarWrite | null {
  const name = schema.name ?? ''
  if (!isLogical(schema) || messages[name] !== message.fullName) return null
  switch (name) {
    case Decimal.LOGICAL_NAME:
      return decimalWriter(message)
    case ConnectDate.LOGICAL_NAME:
      return dateWriter(schema, message)
    case ConnectTime.LOGICAL_NAME:
      return timeWriter(schema, message)
    default:
      return timestampWriter(schema, message)
  }
}

function dateWriter(schema: Schema, message: ProtoMessage): ScalarWrite {
  const tags = tagsOf(message, ['year', 'month', 'day'])
  return (value, output) => {
    const { year, month, day } = dateOfDay(ConnectDate.fromLogical(schema, instant('Date', value)))
    writeInteger(output, tags[0], year)
    writeInteger(output, tags[1], month)
    writeInteger(output, tags[2], day)
  }
}

function timeWriter(schema: Schema, message: ProtoMessage): ScalarWrite {
  const tags = tagsOf(message, ['hours', 'minutes', 'seconds', 'nanos'])
  return (value, output) => {
    const ms = ConnectTime.fromLogical(schema, instant('Time', value) as Date)
    if (ms === dayMs) {
      throw new DataError(
        'Time values must use number of millis greater than 0 and less than 86400000',
      )
    }
    writeInteger(output, tags[0], Math.floor(ms / 3_600_000))
    writeInteger(output, tags[1], Math.floor(ms / 60_000) % 60)
    writeInteger(output, tags[2], Math.floor(ms / 1000) % 60)
    writeInteger(output, tags[3], (ms % 1000) * nanosOfMs)
  }
}

function timestampWriter(schema: Schema, message: ProtoMessage): ScalarWrite {
  const tags = tagsOf(message, ['seconds', 'nanos'])
  return (value, output) => {
    const ms = ConnectTimestamp.fromLogical(schema, instant('Timestamp', value))
    if (typeof ms === 'bigint' || ms < firstMs || ms > lastMs) {
      throw new DataError(
        `Invalid timestamp ${ms} ms: a google.protobuf.Timestamp is within the years 1 to 9999.`,
      )
    }
    const seconds = Math.floor(ms / 1000)
    writeInteger(output, tags[0], seconds)
    writeInteger(output, tags[1], (ms - seconds * 1000) * nanosOfMs)
  }
}

/** Precision and scale are those of the value. */
function decimalWriter(message: ProtoMessage): ScalarWrite {
  const [value, precision, scale] = tagsOf(message, ['value', 'precision', 'scale'])
  return (decimal, output) => {
    if (!isDecimal(decimal)) {
      throw new DataError(
        `Invalid type for Decimal, expected BigDecimal but was class ${javaClassName(decimal)}`,
      )
    }
    output.writeUint32((value ?? 0) | wireType.bytes)
    output.writeBytes(Decimal.fromLogical(unscaled, new Decimal(decimal.unscaled, 0)))
    writeInteger(output, precision, String(decimal.unscaled).replace('-', '').length)
    writeInteger(output, scale, decimal.scale)
  }
}

const unscaled = Decimal.schema(0)

/** Of fields of varints, by their names. */
function tagsOf(message: ProtoMessage, names: readonly string[]): readonly number[] {
  return names.map((name) => {
    const field = message.fields.find((each) => each.name === name)
    if (field !== undefined) return field.number << 3
    throw new DataError(`The message ${message.fullName} has no field ${name}.`)
  })
}

/** A field without presence: zero is not written. */
function writeInteger(output: ProtoOutput, tag: number | undefined, value: number): void {
  if (value === 0 || tag === undefined) return
  output.writeUint32(tag)
  output.writeInt64(value)
}

function instant(type: string, value: unknown): Instant {
  if (value instanceof Date || typeof value === 'bigint') return value
  throw new DataError(
    `Invalid type for ${type}, expected Date but was class ${javaClassName(value)}`,
  )
}
