import { DataError, Decimal } from '../../api/index.ts'
import { dayOfDate } from './calendar-date.ts'
import { dateType, decimalType, timeType, timestampType } from './names.ts'
import { wireType } from './proto-input.ts'
import type { ProtoInput } from './proto-input.ts'
import type { ProtoMessage } from './proto-schema.ts'

/** Reads a message, its length before it, as one value. */
export interface MessageValueReader {
  readonly read: (input: ProtoInput) => unknown
  /** What stands for a message that is not there, where one is asked for. */
  readonly empty: (input: ProtoInput) => unknown
}

const dayMs = 86_400_000
/** Year 1 to 9999, in seconds. */
const firstSecond = -62_135_596_800
const lastSecond = 253_402_300_799
const nanosOfMs = 1_000_000
const noValue = (): null => null

/** How a message is read that has a logical type; null for any other. */
export function logicalReader(message: ProtoMessage): MessageValueReader | null {
  switch (message.fullName) {
    case decimalType:
      return { read: decimalReader(message), empty: noValue }
    case dateType:
      return { read: dateReader(message), empty: noValue }
    case timeType:
      return { read: timeReader(message), empty: () => new Date(0) }
    case timestampType:
      return { read: timestampReader(message), empty: () => new Date(0) }
    default:
      return null
  }
}

function dateReader(message: ProtoMessage): (input: ProtoInput) => Date {
  const parts = new IntegerParts(message, ['year', 'month', 'day'])
  return (input) => {
    parts.read(input)
    const day = dayOfDate({ year: parts.at(0) | 0, month: parts.at(1) | 0, day: parts.at(2) | 0 })
    return new Date(day * dayMs)
  }
}

function timeReader(message: ProtoMessage): (input: ProtoInput) => Date {
  const parts = new IntegerParts(message, ['hours', 'minutes', 'seconds', 'nanos'])
  return (input) => {
    parts.read(input)
    const [hours, minutes, seconds, nanos] = [parts.at(0), parts.at(1), parts.at(2), parts.at(3)]
    const inRange =
      isBetween(hours, 23) && isBetween(minutes, 59) && isBetween(seconds, 59) && isNanos(nanos)
    if (!inRange) {
      throw new DataError(
        `Invalid time ${hours}:${minutes}:${seconds} and ${nanos} ns: a google.type.TimeOfDay is before 24:00:00.`,
      )
    }
    return new Date(((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.floor(nanos / nanosOfMs))
  }
}

function timestampReader(message: ProtoMessage): (input: ProtoInput) => Date {
  const parts = new IntegerParts(message, ['seconds', 'nanos'])
  return (input) => {
    parts.read(input)
    const seconds = parts.at(0)
    const nanos = parts.at(1)
    if (seconds < firstSecond || seconds > lastSecond || !isNanos(nanos)) {
      throw new DataError(
        `Timestamp is not valid. Seconds (${seconds}) must be in range [-62,135,596,800, +253,402,300,799]. Nanos (${nanos}) must be in range [0, +999,999,999].`,
      )
    }
    return new Date(seconds * 1000 + Math.floor(nanos / nanosOfMs))
  }
}

function isBetween(value: number, most: number): boolean {
  return value >= 0 && value <= most
}

function isNanos(value: number): boolean {
  return isBetween(value, 999_999_999)
}

function numberOf(message: ProtoMessage, name: string): number {
  return message.fields.find((field) => field.name === name)?.number ?? -1
}

/** Integers of a message, by their names; zero where they are not set. */
class IntegerParts {
  readonly #numbers: readonly number[]
  readonly #values: number[]

  constructor(message: ProtoMessage, names: readonly string[]) {
    this.#numbers = names.map((name) => numberOf(message, name))
    this.#values = names.map(() => 0)
  }

  at(index: number): number {
    return this.#values[index] ?? 0
  }

  read(input: ProtoInput): void {
    this.#values.fill(0)
    const outer = input.enter()
    while (input.at < input.end) {
      const tag = input.readTag()
      const index = (tag & 7) === wireType.varint ? this.#numbers.indexOf(tag >>> 3) : -1
      if (index < 0) input.skip(tag)
      else this.#values[index] = Number(input.readInt64())
    }
    input.leave(outer)
  }
}

/** Its scale is that of the value, which need not be that of the schema. */
function decimalReader(message: ProtoMessage): (input: ProtoInput) => Decimal {
  const valueNumber = numberOf(message, 'value')
  const scaleNumber = numberOf(message, 'scale')
  const bytesSchema = Decimal.schema(0)
  return (input) => {
    let bytes: Buffer | null = null
    let scale = 0
    const outer = input.enter()
    while (input.at < input.end) {
      const tag = input.readTag()
      const number = tag >>> 3
      if (number === valueNumber && (tag & 7) === wireType.bytes) bytes = input.readBytes()
      else if (number === scaleNumber && (tag & 7) === wireType.varint) scale = input.readInt32()
      else input.skip(tag)
    }
    input.leave(outer)
    if (bytes === null || bytes.length === 0) {
      throw new DataError('Invalid confluent.type.Decimal: it has no value.')
    }
    return new Decimal(Decimal.toLogical(bytesSchema, bytes).unscaled, scale)
  }
}
