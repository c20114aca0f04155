import { covers, innerFields } from './message-definition.ts'
import type { DefinedField, Definition } from './message-definition.ts'

/**
 * Two messages of a version with every field that it has, tagged ones as well, in the form that Kafka's JSON converters
 * read: the first with lists of two and no null, the second with null wherever it is allowed.
 */
export function samplesOf(definition: Definition, version: number): unknown[] {
  return [2, 1].map((listed) => {
    let count = 0
    const struct = (fields: readonly DefinedField[]): unknown =>
      Object.fromEntries(
        fields
          .filter((field) => covers(field.versions, version))
          .map((field) => [
            `${field.name.slice(0, 1).toLowerCase()}${field.name.slice(1)}`,
            value(field),
          ]),
      )
    const value = (field: DefinedField): unknown => {
      if (listed === 1 && covers(field.nullableVersions, version)) return null
      if (!field.type.startsWith('[]')) return single(field, field.type)
      return Array.from({ length: listed }, () => single(field, field.type.slice(2)))
    }
    const single = (field: DefinedField, type: string): unknown => {
      const n = ++count
      const simple = simpleValue(type, `${field.name}-${n}-ü`, n)
      return simple === undefined ? struct(innerFields(field, definition)) : simple
    }
    return struct(definition.fields)
  })
}

function simpleValue(type: string, text: string, n: number): unknown {
  if (type === 'string') return text
  if (type === 'bool') return n % 2 === 1
  if (type === 'int8') return n % 128
  if (type === 'int16') return n
  if (type === 'int32' || type === 'uint16') return 100_000 + n
  if (type === 'int64') return 5_000_000_000 + n
  if (type === 'uuid') return Buffer.alloc(16, n).toString('base64url')
  if (type === 'bytes' || type === 'records') return Buffer.from(text).toString('base64')
  return undefined
}
