import { INT32_SCHEMA, Struct } from '../../../src/api/index.ts'
import type { SinkRecord } from '../../../src/api/index.ts'
import { optionalText, structOf, structRecord } from './sink-harness.ts'

/** What most tests write: rows of two columns. */
const person = structOf({ id: INT32_SCHEMA, name: optionalText })
export const grown = structOf({ id: INT32_SCHEMA, name: optionalText, city: optionalText })

export function personOf(
  topic: string,
  offset: number,
  id: number,
  name: string | null,
): SinkRecord {
  return structRecord(topic, offset, new Struct(person).put('id', id).put('name', name))
}

export const upserts = {
  'auto.create': 'true',
  'insert.mode': 'upsert',
  'pk.mode': 'record_value',
  'pk.fields': 'id',
}
export const keyed = {
  'auto.create': 'true',
  'insert.mode': 'upsert',
  'pk.mode': 'record_key',
  'pk.fields': 'id',
  'delete.enabled': 'true',
}
