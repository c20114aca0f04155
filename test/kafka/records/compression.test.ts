import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readClientConfig } from '../../../src/config/client-values.ts'
import { compressionOf } from '../../../src/kafka/producer/compression-config.ts'
import type { Compression } from '../../../src/kafka/producer/compression-config.ts'
import {
  codecById,
  codecByName,
  codecNames,
  loadCodec,
  loadCodecById,
} from '../../../src/kafka/records/compression.ts'
import type { CodecName } from '../../../src/kafka/records/compression.ts'
import { BatchCursor } from '../../../src/kafka/records/batch-cursor.ts'
import { at, headerBytes, logOverheadBytes } from '../../../src/kafka/records/batch-format.ts'
import {
  BatchTooLargeError,
  UnsupportedCompressionError,
} from '../../../src/kafka/records/errors.ts'
import { decompressLz4 } from '../../../src/kafka/records/lz4-frame.ts'
import { limitDecompressed } from '../../../src/kafka/records/most-decompressed.ts'
import { zstdFrames } from '../../../src/kafka/records/zstd-frames.ts'
import { wasmZstd } from '../../../src/kafka/records/zstd.ts'
import { batchOf } from './support.ts'

beforeAll(async () => {
  for (const name of codecNames) await loadCodec(name)
})

/** Texts that repeat, bytes that do not, and sizes around those of blocks. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 6000 }))
    .map(([text, times]) => Buffer.from(text.repeat(times))),
  fc
    .tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 60_000, max: 140_000 }))
    .map(([seed, length]) => noise(seed, length)),
  fc
    .constantFrom(0, 1, 4, 5, 12, 13, 65_535, 65_536, 65_537)
    .map((size) => Buffer.alloc(size, 'ab')),
)

function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed + 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    // Every other stretch repeats, so that matches and literals take turns.
    bytes[i] = (i >> 9) & 1 ? (bytes[i - 400] ?? 0) : state >>> 16
  }
  return bytes
}

describe.each(codecNames)('%s', (name) => {
  const codec = () => codecByName(name)

  test('gives back what it was given', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const compressed = codec().compress(bytes)
        expect(codec().decompress(compressed).equals(bytes)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('makes what repeats smaller', () => {
    const bytes = Buffer.from('{"id":1,"name":"user"}'.repeat(4000))
    expect(codec().compress(bytes).length).toBeLessThan(bytes.length / 10)
  })

  test('only throws where bytes are damaged, and takes no more memory than they can mean', () => {
    const whole = codec().compress(Buffer.from('some text, some more text, '.repeat(200)))
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] ?? 0) ^ flip
        const cut = whole.subarray(0, at)
        for (const bytes of [damaged, cut]) {
          try {
            expect(codec().decompress(bytes).length).toBeLessThan(8_000_000)
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
          }
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('zstd in WebAssembly, for a Node that has none', () => {
  test('reads what Java wrote: a frame that does not say how much it holds', async () => {
    const zstd = await wasmZstd()
    const bytes = Buffer.from('0123456789'.repeat(400_000))
    const compressed = zstd.compress(bytes, 3)
    expect(zstd.decompress(compressed).equals(bytes)).toBe(true)
    expect(zstd.decompress(withoutSize(compressed)).equals(bytes)).toBe(true)
  })
})

/** The frame without its content size, four bytes behind the window descriptor. */
function withoutSize(frame: Buffer): Buffer {
  expect(frame.readUInt8(4) >> 5).toBe(0b100)
  return Buffer.concat([
    frame.subarray(0, 4),
    Buffer.from([0]),
    frame.subarray(5, 6),
    frame.subarray(10),
  ])
}

describe('a batch that fills the memory of who reads it', () => {
  const MIB = 1024 * 1024

  beforeAll(() => limitDecompressed(0))
  afterAll(() => limitDecompressed(256 * MIB))

  test.each([...codecNames, 'zstd in WebAssembly'])('is refused, by %s', async (name) => {
    const codec = name === 'zstd in WebAssembly' ? await wasmZstd() : codecByName(name as CodecName)
    const compress = (bytes: number): Buffer => codec.compress(Buffer.alloc(bytes), 3)
    expect(codec.decompress(compress(60 * MIB)).length).toBe(60 * MIB)
    const bomb = compress(66 * MIB)
    expect(() => codec.decompress(bomb)).toThrow(BatchTooLargeError)
    expect(() => codec.decompress(bomb)).toThrow('compressed bytes become more than 64 MiB.')
  })

  test('is refused with its offset', () => {
    const batch = batchOf(['x'], 42)
    const records = codecByName('gzip').compress(Buffer.alloc(66 * MIB))
    const bomb = Buffer.concat([batch.subarray(0, headerBytes), records])
    bomb.writeInt32BE(bomb.length - logOverheadBytes, at.length)
    bomb[at.attributes + 1] = codecByName('gzip').id
    const open = (): boolean => new BatchCursor().open(bomb, 0, bomb.length, false)
    expect(open).toThrow(BatchTooLargeError)
    expect(open).toThrow('Cannot decompress the batch at offset 42: ')
  })
})

describe('a zstd frame', () => {
  const whole = (): Buffer => codecByName('zstd').compress(Buffer.alloc(4_000_000, '0123456789'))

  test('that does not say what it holds can hold as much as its blocks', () => {
    const frame = withoutSize(whole())
    const blocks = Math.ceil(4_000_000 / (128 * 1024))
    const mostBytes = blocks * 128 * 1024
    expect(zstdFrames(frame)).toEqual([{ start: 0, end: frame.length, mostBytes }])
  })

  test('that says it holds more than it can is refused before memory is taken', async () => {
    const frame = whole()
    frame.writeUInt32LE(60 * 1024 * 1024, 6)
    const wasm = await wasmZstd()
    expect(() => wasm.decompress(frame)).toThrow('claims to hold 62914560')
  })

  test('may be followed by others, and by what is to be skipped', async () => {
    const parts = ['one, ', 'two, ', 'three'].map((text) =>
      codecByName('zstd').compress(Buffer.from(text)),
    )
    const skipped = Buffer.from('5a2a4d1803000000616263', 'hex')
    const wasm = await wasmZstd()
    expect(wasm.decompress(Buffer.concat([skipped, ...parts])).toString()).toBe('one, two, three')
  })
})

test('an LZ4 frame with linked blocks and a sum, as other clients write it, is read', () => {
  const header = Buffer.from('04224d1844405e', 'hex')
  const literals = block([0x80, ...Buffer.from('abcdefgh')])
  // Eight bytes back, eight long, then the five literals that end a block.
  const linked = block([0x04, 8, 0, 0x50, ...Buffer.from('vwxyz')])
  const end = Buffer.from([0, 0, 0, 0, 1, 2, 3, 4])
  const frame = Buffer.concat([header, literals, linked, end])
  expect(decompressLz4(frame).toString()).toBe('abcdefghabcdefghvwxyz')
})

function block(bytes: readonly number[]): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, Buffer.from(bytes)])
}

test('a codec that does not exist is named, with those that do', () => {
  expect(() => codecById(7)).toThrow(UnsupportedCompressionError)
  expect(() => codecById(7)).toThrow(
    'Found compression 7 in a record batch, expected one of 1 (gzip)',
  )
})

test('a codec that cannot be read is left for the reader to refuse', async () => {
  await expect(loadCodecById(6)).resolves.toBeUndefined()
})

const read = (config: Record<string, string>): Compression | null =>
  compressionOf(readClientConfig('producer', { 'bootstrap.servers': 'broker:9092', ...config }))

describe('the configuration', () => {
  test.each([
    [{}, null],
    [{ 'compression.type': 'none' }, null],
    [{ 'compression.type': 'gzip' }, { name: 'gzip', level: -1 }],
    [
      { 'compression.type': ' gzip ', 'compression.gzip.level': '9' },
      { name: 'gzip', level: 9 },
    ],
    [
      { 'compression.type': 'zstd', 'compression.zstd.level': '-5' },
      { name: 'zstd', level: -5 },
    ],
    [{ 'compression.type': 'snappy' }, { name: 'snappy' }],
    [
      { 'compression.type': 'lz4', 'compression.lz4.level': '12' },
      { name: 'lz4', level: 12 },
    ],
  ])('%j', (config, expected) => {
    expect(read(config)).toEqual(expected)
  })

  test.each([
    [
      { 'compression.type': 'brotli' },
      'Invalid value brotli for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd',
    ],
    [
      { 'compression.type': 'zstd', 'compression.zstd.level': '23' },
      'Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22',
    ],
  ])('%j is refused', (config, message) => {
    expect(() => read(config)).toThrow(message)
  })

  test('the level is used', () => {
    const bytes = Buffer.from(
      Array.from({ length: 20_000 }, (_, i) => `${(i * 7919) % 997}`).join(),
    )
    const size = (level: number): number => codecByName('gzip', level).compress(bytes).length
    expect(size(9)).toBeLessThan(size(1))
  })
})
