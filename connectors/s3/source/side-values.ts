import { DataError, Headers, STRING_SCHEMA, isStruct } from 'sluice/api'
import type { Schema } from 'sluice/api'

/** A value as it lies beside those of records, and what it is for the record. */
export interface SideValue {
  readonly schema: Schema | null
  readonly value: unknown
}

/** Keys that are a field of a record, as in formats that hold nothing else. Throws a DataError. */
export function unwrappedKeys(schema: Schema | null, value: unknown): SideValue {
  const field = schema?.field('key')
  if (field === undefined || !isStruct(value)) {
    throw new DataError('It is no record with a field key, as the sink writes keys.')
  }
  return { schema: field.schema, value: value.get('key') }
}

/**
 * Headers as the sink writes them: a list of names and texts, or a record with one. All are texts from then on: a header converter that writes
 * texts gives the bytes that there were. Throws a DataError.
 */
export function headersOf(_schema: Schema | null, value: unknown): SideValue {
  const list = Array.isArray(value) ? value : memberOf(value, 'headers')
  if (!Array.isArray(list)) {
    throw new DataError('It is no list of headers, as the sink writes them.')
  }
  const headers = new Headers()
  for (const each of list as readonly unknown[]) {
    const [key, text] = [memberOf(each, 'key'), memberOf(each, 'value')]
    if (typeof key !== 'string' || (text !== null && typeof text !== 'string')) {
      throw new DataError('It has a header that is no pair of texts, key and value.')
    }
    headers.add(key, text, text === null ? null : STRING_SCHEMA)
  }
  return { schema: null, value: headers }
}

function memberOf(value: unknown, name: string): unknown {
  if (isStruct(value)) return value.schema.field(name) === undefined ? undefined : value.get(name)
  if (value instanceof Map) return (value as ReadonlyMap<unknown, unknown>).get(name)
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
