import { ConnectError } from '../errors/connect-error.ts'
import { capacityFor } from '../util/java-hash-order.ts'

/**
 * Reads and writes a serialized `java.util.HashMap<byte[], byte[]>` (Java Object Serialization Stream Protocol, version 5).
 *
 *     stream   = aced 0005 object
 *     object   = 73 classDesc 3f400000 int32:threshold 77 08 int32:capacity int32:size (bytes bytes){size} 78
 *     classDesc= 72 utf:name int64:serialVersionUID 03 int16:2 46 utf:"loadFactor" 49 utf:"threshold" 78 70
 *     bytes    = 75 (72 utf:"[B" int64:uid 02 0000 78 70 | 71 int32:handle) int32:length byte{length} | 71 int32:handle | 70
 *
 * All integers are big-endian. Handles count from 0x7e0000: the class of the map, the map, the class of its first
 * array, then every array. The order of entries is that of identity hashes, so it says nothing.
 */

export type JavaEntry = readonly [key: Buffer, value: Buffer | null]

const magic = 0xaced0005
const mapClass = 'java.util.HashMap'
const mapClassUid = 0x0507dac1c31660d1n
const bytesClass = '[B'
const bytesClassUid = 0xacf317f8060854e0n
const firstHandle = 0x7e0000
const bytesClassHandle = firstHandle + 2
const loadFactor = 0.75

const tcNull = 0x70
const tcReference = 0x71
const tcClassDesc = 0x72
const tcObject = 0x73
const tcBlockData = 0x77
const tcEndBlockData = 0x78
const tcArray = 0x75

/** What was read; `truncated` where the file ends before the map does. */
export interface JavaHashMap {
  readonly entries: readonly JavaEntry[]
  readonly truncated: boolean
}

/** Throws a ConnectError for anything but such a map, or the beginning of one. */
export function readJavaHashMap(bytes: Buffer): JavaHashMap {
  const entries: JavaEntry[] = []
  try {
    new Reader(bytes).readInto(entries)
    return { entries, truncated: false }
  } catch (error) {
    if (error instanceof EndOfFile) return { entries, truncated: true }
    throw error
  }
}

/** The bytes that Java writes for a map of these entries, in this order. */
export function writeJavaHashMap(entries: readonly JavaEntry[]): Buffer {
  const capacity = capacityFor(entries.length)
  const head = Buffer.concat([
    int32(magic),
    Buffer.from([tcObject, tcClassDesc]),
    utf(mapClass),
    int64(mapClassUid),
    Buffer.from([0x03, 0x00, 0x02, 0x46]),
    utf('loadFactor'),
    Buffer.from([0x49]),
    utf('threshold'),
    Buffer.from([tcEndBlockData, tcNull, 0x3f, 0x40, 0x00, 0x00]),
    int32(entries.length === 0 ? 0 : capacity * loadFactor),
    Buffer.from([tcBlockData, 0x08]),
    int32(capacity),
    int32(entries.length),
  ])
  const parts: Buffer[] = [head]
  let described = false
  for (const entry of entries) {
    for (const bytes of entry) {
      parts.push(...arrayParts(bytes, described))
      described = true
    }
  }
  parts.push(Buffer.from([tcEndBlockData]))
  return Buffer.concat(parts)
}

/** The first array, always a key, brings its class along; the others refer to it. */
function arrayParts(bytes: Buffer | null, described: boolean): Buffer[] {
  if (bytes === null) return [Buffer.from([tcNull])]
  const description = described
    ? [Buffer.from([tcReference]), int32(bytesClassHandle)]
    : [
        Buffer.from([tcClassDesc]),
        utf(bytesClass),
        int64(bytesClassUid),
        Buffer.from([0x02, 0x00, 0x00, tcEndBlockData, tcNull]),
      ]
  return [Buffer.from([tcArray]), ...description, int32(bytes.length), bytes]
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

/** ASCII names only: Java's modified UTF-8 is the same there. */
function utf(text: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([length, Buffer.from(text, 'latin1')])
}

class EndOfFile extends Error {}

class Reader {
  readonly #bytes: Buffer
  #at = 0
  /** What handles refer to, from {@link firstHandle} on: a class by name, an array, or the map itself. */
  readonly #handles: (string | Buffer | null)[] = []

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  readInto(entries: JavaEntry[]): void {
    this.#expect(this.#uint32(), magic, 'the magic number of a Java object stream')
    this.#expect(this.#uint8(), tcObject, 'an object')
    const name = this.#classDesc()
    if (name !== mapClass) throw new ConnectError(`Expected HashMap but found class ${name}`)
    this.#handles.push(null)
    this.#skip(8) // Load factor and threshold, which follow from the number of entries.
    this.#expect(this.#uint8(), tcBlockData, 'the size of the map')
    this.#expect(this.#uint8(), 8, 'eight bytes of sizes')
    this.#skip(4)
    const size = this.#uint32()
    for (let i = 0; i < size; i++) {
      const key = this.#array()
      const value = this.#array()
      if (key !== null) entries.push([key, value])
    }
    this.#expect(this.#uint8(), tcEndBlockData, 'the end of the map')
  }

  #classDesc(): string {
    const tag = this.#uint8()
    if (tag === tcReference) {
      const known = this.#reference()
      return typeof known === 'string' ? known : this.#fail('a reference to a class')
    }
    this.#expect(tag, tcClassDesc, 'the description of a class')
    const name = this.#utf()
    if (name !== mapClass && name !== bytesClass) return name // Nothing of it is known.
    this.#handles.push(name)
    this.#skip(9) // Serial version and flags.
    for (let fields = this.#uint16(); fields > 0; fields--) {
      this.#skip(1)
      this.#utf()
    }
    this.#expect(this.#uint8(), tcEndBlockData, 'the end of a class')
    this.#expect(this.#uint8(), tcNull, 'a class without a super class')
    return name
  }

  #array(): Buffer | null {
    const tag = this.#uint8()
    if (tag === tcNull) return null
    if (tag === tcReference) {
      const known = this.#reference()
      return Buffer.isBuffer(known) ? known : this.#fail('a reference to an array')
    }
    this.#expect(tag, tcArray, 'an array of bytes')
    if (this.#classDesc() !== bytesClass) this.#fail('an array of bytes')
    const length = this.#uint32()
    const start = this.#at
    this.#skip(length)
    const bytes = this.#bytes.subarray(start, this.#at)
    this.#handles.push(bytes)
    return bytes
  }

  #reference(): string | Buffer | null | undefined {
    return this.#handles[this.#uint32() - firstHandle]
  }

  #utf(): string {
    const start = this.#at + 2
    this.#skip(this.#uint16())
    return this.#bytes.toString('latin1', start, this.#at)
  }

  #uint8(): number {
    this.#skip(1)
    return this.#bytes.readUInt8(this.#at - 1)
  }

  #uint16(): number {
    this.#skip(2)
    return this.#bytes.readUInt16BE(this.#at - 2)
  }

  #uint32(): number {
    this.#skip(4)
    return this.#bytes.readUInt32BE(this.#at - 4)
  }

  #skip(length: number): void {
    if (this.#at + length > this.#bytes.length) throw new EndOfFile()
    this.#at += length
  }

  #expect(found: number, expected: number, what: string): void {
    if (found !== expected) this.#fail(what)
  }

  #fail(expected: string): never {
    throw new ConnectError(
      `Not a serialized java.util.HashMap of byte arrays: expected ${expected} before byte ${this.#at}.`,
    )
  }
}
