import { DataError } from '../errors/connect-error.ts'
import { hasStructBrand } from './brands.ts'
import type { StructLike } from './brands.ts'
import { schemalessType } from './java-class.ts'
import { doubleText, floatText } from './java-number-text.ts'
import type { Schema } from './schema.ts'

const deepest = 1000

/**
 * The text of a Connect value as Java's `String.valueOf` gives it: `1.0E10`, `[a, 1]`, `{a=1}`, `Struct{a=1,b=x}`,
 * `null`. The schema, where there is one, tells an INT64 `1` from the FLOAT64 `1.0`.
 */
export function javaToString(value: unknown, schema: Schema | null = null): string {
  return text(value, schema, 0)
}

function text(value: unknown, schema: Schema | null, depth: number): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value, schema)
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'object') return objectText(value, schema, depth)
  return (value as { toString(): string }).toString()
}

function numberText(value: number, schema: Schema | null): string {
  const type = schema === null ? schemalessType(value) : schema.type
  if (type === 'FLOAT64') return doubleText(value)
  return type === 'FLOAT32' ? floatText(value) : String(value)
}

function objectText(value: object, schema: Schema | null, depth: number): string {
  if (depth > deepest) {
    throw new DataError(`The value is nested more than ${deepest} levels deep, or contains itself.`)
  }
  if (value instanceof Uint8Array) return bytesText(value)
  if (value instanceof Date) return dateText(value)
  if (hasStructBrand(value)) return structText(value, depth)
  if (Array.isArray(value)) {
    const element = schema?.valueSchema ?? null
    return `[${value.map((item) => text(item, element, depth + 1)).join(', ')}]`
  }
  if (value instanceof Map) return mapText(value, schema, depth)
  if (schemalessType(value) === 'MAP') return mapText(Object.entries(value), schema, depth)
  // Decimal and TypedNumber print themselves as Java does, a stranger's class as it likes.
  return (value as { toString(): string }).toString()
}

function mapText(
  entries: Iterable<readonly [unknown, unknown]>,
  schema: Schema | null,
  depth: number,
): string {
  const parts: string[] = []
  for (const [key, value] of entries) {
    const keyText = text(key, schema?.keySchema ?? null, depth + 1)
    parts.push(`${keyText}=${text(value, schema?.valueSchema ?? null, depth + 1)}`)
  }
  return `{${parts.join(', ')}}`
}

/** Fields that are null are left out, and no space follows the comma. */
function structText({ schema, values }: StructLike, depth: number): string {
  const parts: string[] = []
  for (const field of schema.fields ?? []) {
    const value = values[field.index] ?? null
    if (value !== null) parts.push(`${field.name}=${text(value, field.schema, depth + 1)}`)
  }
  return `Struct{${parts.join(',')}}`
}

/** Java prints an array's class and identity; here the same bytes always give the same eight digits. */
function bytesText(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return `[B@${(hash >>> 0).toString(16)}`
}

/** `Thu Jan 01 00:00:00 UTC 1970`, in the process's time zone. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new DataError('Invalid Date: it holds no instant.')
  const [weekday, month, day, year, time] = date.toString().split(' ')
  return `${weekday} ${month} ${day} ${time} ${zoneName(date)} ${Number(year)}`
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
}
