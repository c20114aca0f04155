import { DataError } from '../../errors/connect-error.ts'
import { hasDecimalBrand, hasStructBrand } from '../brands.ts'
import type { StructLike } from '../brands.ts'
import { javaClassName, schemalessType } from '../java-class.ts'
import { javaToString } from '../java-to-string.ts'
import type { Schema } from '../schema.ts'
import { isTypedNumber } from '../typed-number.ts'
import { temporalText } from './temporal-text.ts'

const deepest = 1000

/**
 * The text of a value that {@link parseString} reads back (`Values.convertToString`): numbers as Java prints them, bytes as
 * base64, `["a",1]`, `{"k":"v"}`; a string or bytes by itself without quotes. `schema` tells a FLOAT64 `1.0` from an INT64 `1`. Null for null.
 */
export function convertToString(schema: Schema | null, value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? base64(value) : text(schema, value, 0)
}

function text(schema: Schema | null, value: unknown, depth: number): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object') return primitiveText(schema, value)
  if (value instanceof Uint8Array) return `"${base64(value)}"`
  if (value instanceof Date) return dateText(value)
  if (hasDecimalBrand(value) || isTypedNumber(value)) return value.toString()
  if (depth >= deepest) {
    throw new DataError(`The value is nested more than ${deepest} levels deep, or contains itself.`)
  }
  return containerText(schema, value, depth + 1)
}

function primitiveText(schema: Schema | null, value: unknown): string {
  const type = typeof value
  if (type === 'number' || type === 'bigint' || type === 'boolean') {
    return javaToString(value, schema)
  }
  throw unexpected(value)
}

function containerText(schema: Schema | null, value: object, depth: number): string {
  if (hasStructBrand(value)) return structText(value, depth)
  if (Array.isArray(value)) {
    const element = schema?.valueSchema ?? null
    return `[${value.map((item) => text(element, item, depth)).join()}]`
  }
  if (schemalessType(value) !== 'MAP') throw unexpected(value)
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const members = entries.map(([key, item]) => {
    const keyText = text(schema?.keySchema ?? null, key, depth)
    return `${keyText}:${text(schema?.valueSchema ?? null, item, depth)}`
  })
  return `{${members.join()}}`
}

/** Every field, a default in the place of null. */
function structText({ schema, values }: StructLike, depth: number): string {
  const members = (schema.fields ?? []).map((field) => {
    const value = values[field.index] ?? field.schema.defaultValue
    return `${quoted(field.name)}:${text(field.schema, value, depth)}`
  })
  return `{${members.join()}}`
}

function base64(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')
}

function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function dateText(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new DataError('Invalid Date: it holds no instant.')
  return temporalText(value)
}

function unexpected(value: unknown): DataError {
  return new DataError(
    `Failed to serialize unexpected value type ${javaClassName(value)}: ${javaToString(value)}`,
  )
}
