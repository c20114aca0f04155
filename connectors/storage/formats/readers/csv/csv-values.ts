import { DataError, Decimal, Values, schemaText } from 'sluice/api'
import type { Schema, SchemaType } from 'sluice/api'

const widths: Readonly<Record<string, number>> = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 }

/** A text as a value of a schema. Throws a DataError for one that is none, or does not fit (invariant 6). */
export function valueOfText(schema: Schema, text: string | null): unknown {
  if (text === null || (text.trim() === '' && schema.type !== 'STRING' && schema.optional)) {
    if (schema.optional) return schema.defaultValue ?? null
    throw new DataError('It has nothing where there must be a value.')
  }
  if (schema.name === Decimal.LOGICAL_NAME) return decimalOf(schema, text.trim())
  if (schema.name?.startsWith('org.apache.kafka.connect.data.') === true) {
    return Values.convertTo(schema, null, text.trim())
  }
  return (readers[schema.type] ?? refuse)(schema, text)
}

type Read = (schema: Schema, text: string) => unknown

const readers: Partial<Record<SchemaType, Read>> = {
  ...{ INT8: integerOf, INT16: integerOf, INT32: integerOf, INT64: integerOf },
  ...{ FLOAT32: floatOf, FLOAT64: floatOf, BOOLEAN: booleanOf, BYTES: bytesOf },
  STRING: (_schema, text) => text,
}

function refuse(schema: Schema, text: string): never {
  throw unfit(schema, text)
}

function integerOf(schema: Schema, padded: string): number | bigint {
  const text = padded.trim()
  if (!/^[+-]?\d+$/.test(text)) throw unfit(schema, text)
  const value = BigInt(text.replace('+', ''))
  if (BigInt.asIntN(widths[schema.type] ?? 0, value) !== value) throw unfit(schema, text)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function floatOf(schema: Schema, padded: string): number {
  const text = padded.trim()
  const value = Number(text)
  if (text === '' || (Number.isNaN(value) && text !== 'NaN')) throw unfit(schema, text)
  return schema.type === 'FLOAT32' ? Math.fround(value) : value
}

function booleanOf(schema: Schema, padded: string): boolean {
  const text = padded.trim().toLowerCase()
  if (text === 'true' || text === 'false') return text === 'true'
  throw unfit(schema, text)
}

function bytesOf(schema: Schema, padded: string): Buffer {
  const text = padded.trim()
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw unfit(schema, text)
  }
  return bytes
}

/** With the scale of its schema: zeros are added, and no digit is lost. */
function decimalOf(schema: Schema, text: string): Decimal {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/.test(text)) throw unfit(schema, text)
  const { unscaled, scale } = Decimal.parse(text)
  const wanted = Number(schema.parameters?.get(Decimal.SCALE_FIELD) ?? 0)
  if (scale <= wanted) return new Decimal(unscaled * 10n ** BigInt(wanted - scale), wanted)
  const divisor = 10n ** BigInt(scale - wanted)
  if (unscaled % divisor !== 0n) throw unfit(schema, text)
  return new Decimal(unscaled / divisor, wanted)
}

function unfit(schema: Schema, text: string): DataError {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return new DataError(`"${shown}" is no value of ${schemaText(schema)}.`)
}
