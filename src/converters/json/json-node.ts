import { DataError, isTypedNumber } from '../../api/index.ts'
import { JsonCursor } from './json-cursor.ts'
import { readSchemaless } from './read-schemaless.ts'
import { schemalessEncoder } from './write-schemaless.ts'

/** JSON without loss: integers of any size, `1.0` kept apart from `1`, members in their order. */

/** The value of a text that holds one JSON value. A DataError where it does not. */
export function parseJson(text: string): unknown {
  const bytes = Buffer.from(text)
  const cursor = new JsonCursor()
  cursor.open(bytes, 0, bytes.length)
  return readSchemaless(cursor)
}

export function jsonText(node: unknown): string {
  const target = Buffer.allocUnsafe(schemalessEncoder.maxBytes(node))
  return target.utf8Slice(0, schemalessEncoder.write(target, 0, node))
}

/** The members of a JSON object, in their order; null where `node` is none. */
export function objectEntries(node: unknown): [string, unknown][] | null {
  if (node instanceof Map) return [...(node as Map<string, unknown>)]
  if (typeof node !== 'object' || node === null) return null
  return Array.isArray(node) || isTypedNumber(node) ? null : Object.entries(node)
}

/** A member of a JSON object; undefined where there is none, and where `node` is no object. */
export function objectMember(node: unknown, name: string): unknown {
  if (node instanceof Map) return (node as Map<string, unknown>).get(name)
  if (typeof node !== 'object' || node === null || Array.isArray(node) || isTypedNumber(node)) {
    return undefined
  }
  return Object.hasOwn(node, name) ? (node as Readonly<Record<string, unknown>>)[name] : undefined
}

/** The members of a JSON object; a DataError that says what `what` should have been where it is none. */
export function requireObject(node: unknown, what: string): ReadonlyMap<string, unknown> {
  const entries = objectEntries(node)
  if (entries === null) {
    throw new DataError(`Expected ${what} to be a JSON object, but found ${jsonText(node)}.`)
  }
  return new Map(entries)
}

/** A JSON number as a plain one or a bigint; null for anything else. */
export function jsonNumber(node: unknown): number | bigint | null {
  if (typeof node === 'number' || typeof node === 'bigint') return node
  return isTypedNumber(node) ? node.value : null
}

/** A JSON number without a fraction, and written without one; null for anything else. */
export function jsonInteger(node: unknown): number | bigint | null {
  if (typeof node === 'bigint') return node
  return typeof node === 'number' && Number.isInteger(node) ? node : null
}
