import { DataError } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { JsonCursor } from './json-cursor.ts'
import { jsonDecoder } from './json-decoder.ts'
import type { JsonDecoder } from './json-decoder.ts'
import { MISS } from './predict/reader-code.ts'
import { readSchema } from './read-schema.ts'
import { readSchemaless } from './read-schemaless.ts'

/** A schema as some envelope carried it, and what reads its payload; a null decoder where the schema is null. */
interface KnownSchema {
  readonly schema: Schema | null
  readonly decoder: JsonDecoder | null
}

/** Where the members of an envelope lie: the first byte of each value, and behind the last of the schema. */
interface EnvelopeMembers {
  schemaAt: number
  schemaEnd: number
  payloadAt: number
  /** How many members there are, and how many names besides the two. */
  count: number
  others: number
}

/** A prefix beyond this is not kept. */
const longestPrefix = 256 * 1024
/** Up to this length a loop compares faster than native code does. */
const loopLength = 80

/**
 * Reads `{"schema": …, "payload": …}`. Consecutive records mostly carry the same schema in the same bytes: all that
 * stands before the payload is then compared at once, and only the payload is read. Other schemas are found by
 * their text among the `cacheSize` used last.
 */
export class EnvelopeReader {
  /** Of the record read last. */
  schema: Schema | null = null
  readonly #cursor: JsonCursor
  readonly #replaceNullWithDefault: boolean
  readonly #cacheSize: number
  readonly #byText = new Map<string, KnownSchema>()
  #prefix = Buffer.alloc(0)
  #ofPrefix: KnownSchema | null = null

  constructor(cursor: JsonCursor, replaceNullWithDefault: boolean, cacheSize: number) {
    this.#cursor = cursor
    this.#replaceNullWithDefault = replaceNullWithDefault
    this.#cacheSize = cacheSize
  }

  /** The payload of the envelope that the cursor has been opened on. */
  read(): unknown {
    const cursor = this.#cursor
    const start = cursor.at
    const known = this.#ofPrefix
    if (known !== null && this.#startsWithPrefix(start)) {
      cursor.seek(start + this.#prefix.length, 1)
      const value = this.#readLast(known)
      if (value !== MISS) return value
      cursor.seek(start, 0)
    }
    return this.#readAnew(start)
  }

  /** The payload that comes next, where it is the last member of the envelope; else, and where it does not fit, it may not count. */
  #readLast(known: KnownSchema): unknown {
    try {
      const value = this.#readPayload(known)
      return this.#cursor.peek() === 0x7d ? value : MISS
    } catch {
      // Met again when the envelope is read from its beginning, unless another member takes its place.
      return MISS
    }
  }

  #startsWithPrefix(start: number): boolean {
    const { source, end } = this.#cursor
    const prefix = this.#prefix
    const length = prefix.length
    if (end - start <= length) return false
    if (length > loopLength) return source.compare(prefix, 0, length, start, start + length) === 0
    for (let i = 0; i < length; i++) if (source[start + i] !== prefix[i]) return false
    return true
  }

  #readAnew(start: number): unknown {
    const cursor = this.#cursor
    const members = findMembers(cursor)
    const known = this.#lookUp(members)
    cursor.seek(members.payloadAt, 1)
    const value = this.#readPayload(known)
    const { schemaAt, payloadAt, count } = members
    if (count === 2 && schemaAt < payloadAt && payloadAt - start <= longestPrefix) {
      this.#prefix = Buffer.from(cursor.source.subarray(start, payloadAt))
      this.#ofPrefix = known
    }
    return value
  }

  #readPayload({ schema, decoder }: KnownSchema): unknown {
    this.schema = schema
    const cursor = this.#cursor
    if (decoder === null) return readSchemaless(cursor)
    if (schema !== null && isPlainString(schema) && cursor.peek() === 0x22) {
      return cursor.readLastString(1)
    }
    return decoder.read(cursor)
  }

  #lookUp({ schemaAt, schemaEnd }: EnvelopeMembers): KnownSchema {
    const cursor = this.#cursor
    const text = cursor.source.latin1Slice(schemaAt, schemaEnd)
    let known = this.#byText.get(text)
    if (known === undefined) {
      cursor.seek(schemaAt, 1)
      const schema = readSchema(cursor, this.#replaceNullWithDefault)
      const decoder = schema && jsonDecoder(schema, this.#replaceNullWithDefault)
      known = { schema, decoder }
    } else this.#byText.delete(text)
    // Behind all others: the first is always the one not used for longest.
    this.#byText.set(text, known)
    for (const oldest of this.#byText.keys()) {
      if (this.#byText.size <= this.#cacheSize) break
      this.#byText.delete(oldest)
    }
    return known
  }
}

function isPlainString(schema: Schema): boolean {
  return schema.type === 'STRING' && schema.name === null
}

/** Passes a whole document and tells where its members lie; a DataError unless they are just the two. */
function findMembers(cursor: JsonCursor): EnvelopeMembers {
  const members = { schemaAt: -1, schemaEnd: 0, payloadAt: -1, count: 0, others: 0 }
  const kind = cursor.kind()
  if (kind === 'OBJECT') collectMembers(cursor, members)
  else if (kind !== 'MISSING') cursor.skipValue()
  if (members.schemaAt < 0 || members.payloadAt < 0 || members.others > 0) {
    throw new DataError(
      'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional ' +
        'fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter ' +
        'configuration.',
    )
  }
  return members
}

function collectMembers(cursor: JsonCursor, members: EnvelopeMembers): void {
  cursor.enter()
  for (let first = true; cursor.nextMember(first); first = false) {
    const name = cursor.readName()
    cursor.peek()
    const at = cursor.at
    cursor.skipValue()
    members.count++
    if (name === 'schema') {
      members.schemaAt = at
      members.schemaEnd = cursor.at
    } else if (name === 'payload') {
      members.payloadAt = at
    } else members.others++
  }
}
