import { DataError, Decimal, doubleText, floatText } from '../../api/index.ts'
import { quote } from '../json/json-text.ts'
import { readUtf8 } from '../utf8.ts'
import { basicType, primitive, variantVersion } from './variant-format.ts'
import { dateText, timeText, timestampText } from './variant-times.ts'

/** As deep as JSON may be (Jackson's StreamWriteConstraints). */
const deepest = 1000

/** The JSON text of a variant. A DataError for bytes that are none. */
export function variantText(metadata: Buffer, value: Buffer): string {
  try {
    return new VariantReader(metadata, value).read(0, 0)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new DataError('Invalid variant: its bytes end before it does.', { cause })
  }
}

class VariantReader {
  readonly #value: Buffer
  readonly #names: readonly string[]
  /** Each value takes a byte at least: bytes that are read as more values than that point at each other. */
  #left: number

  constructor(metadata: Buffer, value: Buffer) {
    this.#value = value
    this.#left = value.length
    this.#names = namesOf(metadata)
  }

  /** The value that begins at `at`. Reading beyond the end is a RangeError. */
  read(at: number, depth: number): string {
    if (depth > deepest)
      throw new DataError(`Invalid variant: nested deeper than ${deepest} levels.`)
    if (this.#left-- <= 0) throw new DataError('Invalid variant: its values overlap.')
    const head = this.#value.readUInt8(at)
    const info = head >> 2
    switch (head & 3) {
      case basicType.shortString:
        return quote(this.#text(at + 1, info))
      case basicType.object:
        return this.#object(at + 1, info, depth)
      case basicType.array:
        return this.#array(at + 1, info, depth)
      default:
        return this.#primitive(at + 1, info)
    }
  }

  #object(start: number, info: number, depth: number): string {
    const countWidth = (info & 0x10) === 0 ? 1 : 4
    const idWidth = ((info >> 2) & 3) + 1
    const offsetWidth = (info & 3) + 1
    const count = this.#count(start, countWidth)
    const ids = start + countWidth
    const offsets = ids + count * idWidth
    const data = offsets + (count + 1) * offsetWidth
    const members: string[] = []
    for (let i = 0; i < count; i++) {
      const name = this.#names[this.#value.readUIntLE(ids + i * idWidth, idWidth)]
      if (name === undefined) throw new DataError('Invalid variant: its metadata lacks a name.')
      const offset = this.#value.readUIntLE(offsets + i * offsetWidth, offsetWidth)
      members.push(`${quote(name)}:${this.read(data + offset, depth + 1)}`)
    }
    return `{${members.join()}}`
  }

  #array(start: number, info: number, depth: number): string {
    const countWidth = (info & 4) === 0 ? 1 : 4
    const offsetWidth = (info & 3) + 1
    const count = this.#count(start, countWidth)
    const offsets = start + countWidth
    const data = offsets + (count + 1) * offsetWidth
    const elements: string[] = []
    for (let i = 0; i < count; i++) {
      const offset = this.#value.readUIntLE(offsets + i * offsetWidth, offsetWidth)
      elements.push(this.read(data + offset, depth + 1))
    }
    return `[${elements.join()}]`
  }

  /** How many members or elements follow; more than there are bytes cannot. */
  #count(at: number, width: number): number {
    const count = this.#value.readUIntLE(at, width)
    if (count <= this.#value.length) return count
    throw new DataError('Invalid variant: its bytes end before it does.')
  }

  #text(start: number, length: number): string {
    if (start + length <= this.#value.length) return readUtf8(this.#value, start, start + length)
    throw new DataError('Invalid variant: its bytes end before it does.')
  }

  #primitive(at: number, type: number): string {
    const value = this.#value
    switch (type) {
      case primitive.null:
        return 'null'
      case primitive.true:
        return 'true'
      case primitive.false:
        return 'false'
      case primitive.int8:
        return String(value.readInt8(at))
      case primitive.int16:
        return String(value.readInt16LE(at))
      case primitive.int32:
        return String(value.readInt32LE(at))
      case primitive.int64:
        return String(value.readBigInt64LE(at))
      case primitive.float:
        return finite(value.readFloatLE(at), floatText)
      case primitive.double:
        return finite(value.readDoubleLE(at), doubleText)
      case primitive.decimal4:
        return this.#decimal(at, 4)
      case primitive.decimal8:
        return this.#decimal(at, 8)
      case primitive.decimal16:
        return this.#decimal(at, 16)
      case primitive.string:
        return quote(this.#text(at + 4, value.readUInt32LE(at)))
      default:
        return `"${this.#quoted(at, type)}"`
    }
  }

  /** What JSON has no type for is text. */
  #quoted(at: number, type: number): string {
    const value = this.#value
    switch (type) {
      case primitive.date:
        return dateText(value.readInt32LE(at))
      case primitive.timestamp:
        return timestampText(value.readBigInt64LE(at) * 1000n, 'Z')
      case primitive.timestampNtz:
        return timestampText(value.readBigInt64LE(at) * 1000n, '')
      case primitive.timestampNanos:
        return timestampText(value.readBigInt64LE(at), 'Z')
      case primitive.timestampNanosNtz:
        return timestampText(value.readBigInt64LE(at), '')
      case primitive.time:
        return timeText(value.readBigInt64LE(at) * 1000n)
      case primitive.binary:
        return this.#slice(at + 4, value.readUInt32LE(at)).toString('base64')
      case primitive.uuid:
        return this.#slice(at, 16)
          .toString('hex')
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
      default:
        throw new DataError(`Unknown type in Variant. primitive type: ${type}`)
    }
  }

  #slice(start: number, length: number): Buffer {
    if (start + length <= this.#value.length) return this.#value.subarray(start, start + length)
    throw new DataError('Invalid variant: its bytes end before it does.')
  }

  #decimal(at: number, size: number): string {
    const scale = this.#value.readInt8(at)
    let unscaled = 0n
    for (let i = size - 1; i >= 0; i--) {
      unscaled = (unscaled << 8n) | BigInt(this.#value.readUInt8(at + 1 + i))
    }
    return new Decimal(BigInt.asIntN(size * 8, unscaled), scale).toString()
  }
}

function namesOf(metadata: Buffer): string[] {
  const head = metadata.readUInt8(0)
  if ((head & 0xf) !== variantVersion) {
    throw new DataError(`Invalid variant: expected version 1, but found ${head & 0xf}.`)
  }
  const width = (head >> 6) + 1
  const count = metadata.readUIntLE(1, width)
  if (count > metadata.length) throw new DataError('Invalid variant: its metadata ends too early.')
  const offset = (i: number): number => metadata.readUIntLE(1 + width + i * width, width)
  const data = 1 + width + (count + 1) * width
  return Array.from({ length: count }, (_, i) => {
    return readUtf8(
      metadata,
      Math.min(data + offset(i), metadata.length),
      Math.min(data + offset(i + 1), metadata.length),
    )
  })
}

/** JSON has no number for what is not finite: it is text. */
function finite(value: number, text: (value: number) => string): string {
  return Number.isFinite(value) ? text(value) : `"${text(value)}"`
}
