import { schemalessNumber } from '../data/typed-number.ts'
import { BadRequestError } from '../errors/rest-error.ts'
import type { ConnectorOffset, GivenFields, OffsetChange } from '../messages/connector-offsets.ts'
import { encodeOffset } from '../stores/offset-json.ts'
import { normalizeInt64 } from '../util/int64.ts'
import { readObject } from './bodies.ts'
import { JsonNumber, jsonTypeOf } from './json.ts'
import type { JsonValue } from './json.ts'

/** Bodies of `/connectors/{connector}/offsets`. */

/** As Java's parser: the time that reading one takes grows faster than its length. */
const longestNumber = 1000

/** Reads what offsets are to be. Whether the connector can have such is for others to say. */
export function readOffsetChanges(body: Uint8Array): readonly OffsetChange[] {
  const request = readObject(body, 'an object with "offsets"')
  for (const field of request.keys()) {
    if (field === 'offsets') continue
    throw new BadRequestError(`Unknown field "${field}": offsets are altered with "offsets".`)
  }
  const offsets = request.get('offsets') ?? []
  if (!Array.isArray(offsets)) {
    throw new BadRequestError(
      `Invalid "offsets": found ${jsonTypeOf(offsets)}, expected an array of objects with "partition" and "offset".`,
    )
  }
  if (offsets.length === 0) {
    throw new BadRequestError(
      'Partitions / offsets need to be provided for an alter offsets request',
    )
  }
  return offsets.map(readChange)
}

/** The answer, in which numbers keep the text that Java gives them. */
export function offsetsText(offsets: readonly ConnectorOffset[]): string {
  const entries = offsets.map(
    ({ partition, offset }) => `{"partition":${textOf(partition)},"offset":${textOf(offset)}}`,
  )
  return `{"offsets":[${entries.join(',')}]}`
}

function textOf(fields: ConnectorOffset['offset']): string {
  return encodeOffset(fields)?.toString() ?? 'null'
}

function readChange(value: JsonValue): OffsetChange {
  if (!(value instanceof Map)) {
    throw new BadRequestError(
      `Invalid element of "offsets": found ${jsonTypeOf(value)}, expected an object with "partition" and "offset".`,
    )
  }
  for (const field of value.keys()) {
    if (field === 'partition' || field === 'offset') continue
    throw new BadRequestError(
      `Unknown field "${field}" in an element of "offsets": expected "partition" and "offset".`,
    )
  }
  return { partition: readFields('partition', value), offset: readFields('offset', value) }
}

/** What is missing is null, as in Java. */
function readFields(name: string, change: ReadonlyMap<string, JsonValue>): GivenFields | null {
  const fields = change.get(name) ?? null
  if (fields === null) return null
  if (fields instanceof Map) return valuesOf(fields)
  throw new BadRequestError(
    `Invalid "${name}" in an element of "offsets": found ${jsonTypeOf(fields)}, expected an object or null.`,
  )
}

function valuesOf(members: ReadonlyMap<string, JsonValue>): GivenFields {
  return new Map(Array.from(members, ([name, value]) => [name, valueOf(value)]))
}

function valueOf(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return numberOf(value.literal)
  if (value instanceof Map) return valuesOf(value)
  return Array.isArray(value) ? value.map(valueOf) : value
}

/** A whole number has all its digits, any other is a double. */
function numberOf(literal: string): unknown {
  if (literal.length > longestNumber) {
    throw new BadRequestError(
      `Invalid number of ${literal.length} characters: expected at most ${longestNumber}.`,
    )
  }
  if (/^-?\d+$/.test(literal)) return normalizeInt64(BigInt(literal))
  const value = Number(literal)
  if (Number.isFinite(value)) return schemalessNumber('FLOAT64', value)
  throw new BadRequestError(`Invalid number ${literal}: it is beyond what a double can hold.`)
}
