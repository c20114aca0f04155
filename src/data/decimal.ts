import { DataError } from '../errors/connect-error.ts'
import { decimalBrand } from './brands.ts'
import { decimalName } from './logical-names.ts'
import { SchemaBuilder } from './schema-builder.ts'
import type { Schema } from './schema.ts'

const scaleField = 'scale'
const literal = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?$/

/**
 * An exact decimal number, `unscaled * 10^-scale`, and the logical type of that name
 * (`org.apache.kafka.connect.data.Decimal`, whose bytes are the unscaled integer in two's complement, big-endian).
 * Immutable. Two decimals are equal when unscaled and scale are: `1.50` is not `1.5`.
 */
export class Decimal {
  static readonly LOGICAL_NAME = decimalName
  static readonly SCALE_FIELD = scaleField

  declare readonly [decimalBrand]: true
  readonly unscaled: bigint
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  /** Reads what Java's `new BigDecimal(text)` reads; a DataError for any other text. */
  static parse(text: string): Decimal {
    const match = literal.exec(text)
    if (match === null) throw new DataError(`"${text}" is not a decimal number.`)
    const [, sign = '', digits = '', exponent = '0'] = match
    const point = digits.indexOf('.')
    const scale = (point < 0 ? 0 : digits.length - point - 1) - Number(exponent)
    if (scale > 0x7fffffff || scale < -0x80000000) {
      throw new DataError(`The exponent of "${text}" is out of range.`)
    }
    const unscaled = BigInt(digits.replace('.', ''))
    return new Decimal(sign === '-' ? -unscaled : unscaled, scale)
  }

  /** A builder of a Decimal schema of this scale, version 1. */
  static builder(scale: number): SchemaBuilder {
    return SchemaBuilder.bytes().name(decimalName).parameter(scaleField, String(scale)).version(1)
  }

  static schema(scale: number): Schema {
    return Decimal.builder(scale).build()
  }

  /** The bytes of `value` under a Decimal schema; a DataError where its scale is not the schema's. */
  static fromLogical(schema: Schema, value: Decimal): Buffer {
    const scale = scaleOf(schema)
    if (value.scale !== scale) {
      throw new DataError(
        'Decimal value has mismatching scale for given Decimal schema. ' +
          `Schema has scale ${scale}, value has scale ${value.scale}.`,
      )
    }
    return unscaledBytes(value.unscaled)
  }

  static toLogical(schema: Schema, bytes: Uint8Array): Decimal {
    return new Decimal(unscaledFromBytes(bytes), scaleOf(schema))
  }

  equals(other: unknown): boolean {
    return isDecimal(other) && other.unscaled === this.unscaled && other.scale === this.scale
  }

  /** The closest number; loses digits beyond a double's. */
  toNumber(): number {
    return Number(`${this.unscaled}e${-this.scale}`)
  }

  /** Java's `BigDecimal.toString`: scientific where the exponent is below -6 or the scale is negative. */
  toString(): string {
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled)
    const sign = this.unscaled < 0n ? '-' : ''
    if (this.scale === 0) return sign + digits
    const exponent = digits.length - 1 - this.scale
    if (this.scale > 0 && exponent >= -6) return sign + withPoint(digits, this.scale)
    const mantissa = digits.length > 1 ? `${digits.charAt(0)}.${digits.slice(1)}` : digits
    if (exponent === 0) return sign + mantissa
    return `${sign}${mantissa}E${exponent > 0 ? '+' : ''}${exponent}`
  }
}
Object.defineProperty(Decimal.prototype, decimalBrand, { value: true })

export function isDecimal(value: unknown): value is Decimal {
  return typeof value === 'object' && value !== null && decimalBrand in value
}

function withPoint(digits: string, scale: number): string {
  const padded = digits.padStart(scale + 1, '0')
  return `${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

/** The scale that a Decimal schema carries as a parameter. */
function scaleOf(schema: Schema): number {
  const text = schema.parameters?.get(scaleField)
  if (text === undefined) {
    throw new DataError('Invalid Decimal schema: scale parameter not found.')
  }
  const scale = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if ((scale | 0) === scale) return scale
  throw new DataError('Invalid scale parameter found in Decimal schema: ')
}

/** Two's complement, big-endian, as few bytes as hold it and its sign. */
function unscaledBytes(unscaled: bigint): Buffer {
  const magnitude = unscaled < 0n ? -unscaled - 1n : unscaled
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length
  const length = Math.floor(bits / 8) + 1
  const hex = BigInt.asUintN(length * 8, unscaled).toString(16)
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex')
}

function unscaledFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) throw new DataError('Invalid bytes for Decimal field')
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`))
}
