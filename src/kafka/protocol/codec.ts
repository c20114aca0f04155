import { isDeepStrictEqual } from 'node:util'
import type { Int64 } from '../../util/int64.ts'
import type { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { WireError } from './wire-error.ts'

/**
 * How a value of type T lies in a message of a given version: the cells that the message tables are made of.
 * Wire grammar: https://kafka.apache.org/protocol, with the flexible versions of KIP-482.
 */
export interface Codec<T> {
  readonly shape: Shape
  write(to: ByteWriter, value: T, version: number): void
  read(from: ByteReader, version: number): T
}

/** What a codec stands for, so that tables can be held against the definitions of the protocol. */
export interface Shape {
  readonly type: PrimitiveType | 'array' | 'struct'
  readonly nullable?: boolean
  /** Of an array. */
  readonly element?: Shape
  /** Of a struct, in their order. */
  readonly fields?: Readonly<Record<string, Shape>>
  /** Of a field that not every version has: which do, and what it reads as in the others. */
  readonly first?: number
  readonly last?: number
  readonly fallback?: unknown
  /** Of a tagged field. */
  readonly tag?: number
}

type PrimitiveType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'safeInt64'
  | 'string'
  | 'bytes'
  | 'records'
  | 'uuid'

/** The value that a codec reads and writes. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never

export const bool: Codec<boolean> = {
  shape: { type: 'bool' },
  write: (to, value) => to.int8(value ? 1 : 0),
  read: (from) => from.int8() !== 0,
}
export const int8: Codec<number> = {
  shape: { type: 'int8' },
  write: (to, value) => to.int8(value),
  read: (from) => from.int8(),
}
export const int16: Codec<number> = {
  shape: { type: 'int16' },
  write: (to, value) => to.int16(value),
  read: (from) => from.int16(),
}
export const int32: Codec<number> = {
  shape: { type: 'int32' },
  write: (to, value) => to.int32(value),
  read: (from) => from.int32(),
}
/** A number where it is a safe integer, else a bigint: producer ids. */
export const int64: Codec<Int64> = {
  shape: { type: 'int64' },
  write: (to, value) => to.int64(value),
  read: (from) => from.int64(),
}
/** An int64 that is always a number: offsets and times. Beyond 2^53 it is a WireError. */
export const safeInt64: Codec<number> = {
  shape: { type: 'safeInt64' },
  write: (to, value) => to.int64(value),
  read: (from) => from.safeInt64(),
}

export const nullableString: Codec<string | null> = {
  shape: { type: 'string', nullable: true },
  write: (to, value) => {
    const length = value === null ? -1 : Buffer.byteLength(value)
    if (length > 0x7fff) {
      throw new WireError(`Expected a text of at most 32767 bytes, found one of ${length}.`)
    }
    to.length(length, 2)
    if (value !== null) to.utf8(value, length)
  },
  read: (from) => {
    const length = from.length(2)
    return length < 0 ? null : from.utf8(length)
  },
}
export const string: Codec<string> = notNull(nullableString, 'a text')

/** Bytes, copied out of the frame. */
export const nullableBytes: Codec<Buffer | null> = {
  shape: { type: 'bytes', nullable: true },
  write: (to, value) => {
    to.length(value === null ? -1 : value.length, 4)
    if (value !== null) to.bytes(value)
  },
  read: (from) => {
    const length = from.length(4)
    return length < 0 ? null : Buffer.from(from.view(length))
  },
}
export const bytes: Codec<Buffer> = notNull(nullableBytes, 'bytes')

/** A record set as a view of the frame: the request that reads one keeps its frame (`keepsFrame`). */
export const recordsView: Codec<Buffer | null> = {
  shape: { type: 'records', nullable: true },
  write: (to, value, version) => nullableBytes.write(to, value, version),
  read: (from) => {
    const length = from.length(4)
    return length < 0 ? null : from.view(length)
  },
}

/** A UUID in the URL-safe Base64 that Kafka prints. */
export const uuid: Codec<string> = {
  shape: { type: 'uuid' },
  write: (to, value) => to.bytes(Buffer.from(value, 'base64url')),
  read: (from) => from.view(16).toString('base64url'),
}
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

export function nullableArray<T>(element: Codec<T>): Codec<readonly T[] | null> {
  return {
    shape: { type: 'array', nullable: true, element: element.shape },
    write: (to, values, version) => {
      to.length(values === null ? -1 : values.length, 4)
      if (values !== null) for (const value of values) element.write(to, value, version)
    },
    read: (from, version) => {
      const count = from.length(4)
      if (count < 0) return null
      const values: T[] = []
      for (let i = 0; i < count; i++) values.push(element.read(from, version))
      return values
    },
  }
}

export function array<T>(element: Codec<T>): Codec<readonly T[]> {
  return notNull(nullableArray(element), 'an array')
}

/** A field of the versions from `first` on (to `last`): left out of the others, where it reads as `fallback`. */
export function since<T>(
  first: number,
  codec: Codec<T>,
  fallback: T,
  last = Number.MAX_SAFE_INTEGER,
): Codec<T> {
  return {
    shape: { ...codec.shape, first, last, fallback },
    write: (to, value, version) => {
      if (version >= first && version <= last) codec.write(to, value, version)
    },
    read: (from, version) =>
      version >= first && version <= last ? codec.read(from, version) : fallback,
  }
}

/** A tagged field (KIP-482) of the versions from `first` on; a value that is `fallback` is not sent. */
export interface TaggedCodec<T> extends Codec<T> {
  readonly tag: number
  readonly first: number
  readonly fallback: T
}

export function tagged<T>(
  tag: number,
  first: number,
  codec: Codec<T>,
  fallback: T,
): TaggedCodec<T> {
  return {
    tag,
    first,
    fallback,
    shape: { ...codec.shape, tag, first, fallback },
    write: (to, value, version) => codec.write(to, value, version),
    read: (from, version) => codec.read(from, version),
  }
}

export type Fields = Readonly<Record<string, Codec<unknown>>>
export type StructOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> }

/** Fields in the order of the table, then the tagged ones where the version has them. */
export function struct<F extends Fields>(fields: F): Codec<StructOf<F>> {
  const entries = Object.entries(fields)
  const plain = entries.filter(([, codec]) => !isTagged(codec))
  const tags = entries.filter((entry): entry is [string, TaggedCodec<unknown>] =>
    isTagged(entry[1]),
  )
  return {
    shape: {
      type: 'struct',
      fields: Object.fromEntries(entries.map(([name, { shape }]) => [name, shape])),
    },
    write: (to, value, version) => {
      const values = value as Readonly<Record<string, unknown>>
      for (const [name, codec] of plain) codec.write(to, values[name], version)
      if (to.flexible) writeTags(to, values, tags, version)
    },
    read: (from, version) => {
      const values: Record<string, unknown> = {}
      for (const [name, codec] of plain) values[name] = codec.read(from, version)
      for (const [name, codec] of tags) values[name] = codec.fallback
      if (from.flexible) readTags(from, values, tags, version)
      return values as StructOf<F>
    },
  }
}

/** Reads past a section of tagged fields that nobody asked for. */
export function skipTags(from: ByteReader): void {
  readTags(from, {}, [], 0)
}

type Tags = readonly (readonly [string, TaggedCodec<unknown>])[]

function writeTags(
  to: ByteWriter,
  values: Readonly<Record<string, unknown>>,
  tags: Tags,
  version: number,
): void {
  const sent = tags.filter(
    ([name, codec]) => version >= codec.first && !isDeepStrictEqual(values[name], codec.fallback),
  )
  to.uvarint(sent.length)
  for (const [name, codec] of sent) {
    const body = new ByteWriter(64)
    body.flexible = true
    codec.write(body, values[name], version)
    to.uvarint(codec.tag)
    to.uvarint(body.position)
    to.bytes(body.view())
  }
}

function readTags(
  from: ByteReader,
  values: Record<string, unknown>,
  tags: Tags,
  version: number,
): void {
  for (let count = from.uvarint(); count > 0; count--) {
    const tag = from.uvarint()
    const size = from.uvarint()
    const known = tags.find(([, codec]) => codec.tag === tag)
    const end = from.position + size
    if (known === undefined) from.skip(size)
    else values[known[0]] = known[1].read(from, version)
    if (from.position !== end) {
      throw new WireError(`Expected ${size} bytes in tagged field ${tag}, found another size.`)
    }
  }
}

function isTagged(codec: Codec<unknown>): codec is TaggedCodec<unknown> {
  return 'tag' in codec
}

function notNull<T>(codec: Codec<T | null>, what: string): Codec<T> {
  return {
    shape: { ...codec.shape, nullable: false },
    write: (to, value, version) => codec.write(to, value, version),
    read: (from, version) => {
      const at = from.position
      const value = codec.read(from, version)
      if (value === null) throw new WireError(`Expected ${what} at byte ${at}, found null.`)
      return value
    },
  }
}
