import { DataError } from '../../api/index.ts'
import type { ProtoMessage, ProtobufSchema } from './proto-schema.ts'

/**
 * Which message of a schema the bytes hold: the path to it from the top of the file, as zigzag varints, their count before them.
 * The first message of the file is one zero.
 */

/** Deeper than any message may be. */
const mostIndexes = 100

/** The bytes before a message. */
export function messageIndexBytes(path: readonly number[]): Buffer {
  if (path.length === 1 && path[0] === 0) return Buffer.from([0])
  const bytes: number[] = []
  for (const number of [path.length, ...path]) {
    let rest = number * 2
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
    bytes.push(rest)
  }
  return Buffer.from(bytes)
}

/** The path to a message; null where it is none of the schema. `skipEntries` leaves out what a descriptor shows of maps. */
export function pathOf(
  schema: ProtobufSchema,
  message: ProtoMessage,
  skipEntries = false,
): readonly number[] | null {
  return pathIn(schema.messages, message, skipEntries)
}

function pathIn(
  all: readonly ProtoMessage[],
  message: ProtoMessage,
  skipEntries: boolean,
): readonly number[] | null {
  const counted = skipEntries ? all.filter(({ isMapEntry }) => !isMapEntry) : all
  for (const [index, each] of counted.entries()) {
    if (each === message) return [index]
    const rest = pathIn(each.messages, message, skipEntries)
    if (rest !== null) return [index, ...rest]
  }
  return null
}

export interface FoundIndexes {
  readonly path: readonly number[]
  /** Where the message begins. */
  readonly end: number
}

/** A DataError for bytes that are no indexes. */
export function readMessageIndexes(bytes: Buffer, start: number): FoundIndexes {
  const cursor = { at: start }
  const count = readZigzag(bytes, cursor)
  if (count === 0) return { path: [0], end: cursor.at }
  if (count < 0 || count > mostIndexes) throw invalid(`there are ${count} of them`)
  const path: number[] = []
  for (let i = 0; i < count; i++) path.push(readZigzag(bytes, cursor))
  return { path, end: cursor.at }
}

/** The message of a path. A DataError where the schema has none there. */
export function messageAt(schema: ProtobufSchema, path: readonly number[]): ProtoMessage {
  let messages = schema.messages
  let found: ProtoMessage | undefined
  for (const index of path) {
    found = messages[index]
    if (found === undefined) throw invalid(`the schema has no message at [${path.join(', ')}]`)
    messages = found.messages
  }
  if (found === undefined) throw invalid('there are none')
  return found
}

function readZigzag(bytes: Buffer, cursor: { at: number }): number {
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[cursor.at++]
    if (byte === undefined) throw invalid('the bytes end within them')
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
  }
  throw invalid('one has more than five bytes')
}

function invalid(what: string): DataError {
  return new DataError(
    `Invalid message indexes: ${what}. The bytes were not written by Confluent's Protobuf serializer, or not with the schema that they name.`,
  )
}
