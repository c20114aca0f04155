import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { DataError } from '../../../src/api/index.ts'
import { AvroFormat, AvroReader, loadAvroCodec } from '../../../connectors/storage/index.ts'
import { bzip2Compress } from '../../../connectors/storage/formats/bzip2/compress.ts'
import { bzip2Decompress } from '../../../connectors/storage/formats/bzip2/decompress.ts'
import { fileBytes } from './rich-values.ts'
import { pair, pairs, read } from './reading.ts'

const text = 'The quick brown fox jumps over the lazy dog. '.repeat(40)

// Packed by bzip2 1.0.8.
const recorded: readonly (readonly [string, string, string])[] = [
  [
    'a text',
    'QlpoOTFBWSZTWeW18wkAAARRAAAQQAACRKAAIbUYDAKQacKjC7kinChIctr5hIA=',
    'hello hello hello\n',
  ],
  [
    'long runs',
    'QlpoOTFBWSZTWbY5mPUAAAbRAOAAACA4AAAIIAAhtQxCGA5zQqk5ELRteLuSKcKEhbHMx6g=',
    'a'.repeat(300) + 'bbbb' + 'ccccc' + 'a'.repeat(259),
  ],
  ['nothing', 'QlpoORdyRThQkAAAAAA=', ''],
]
/** The same in four tables. */
const letters =
  'QlpoOTFBWSZTWcyhhX8AACPbjEAAQAAAEAQAP8uYoAEACAAwATgVDJKfmmlQ0MEKNGQNGmRoRMwSU1TTAHLaq828I889MjIT4rTWGx6d9TqIAYmLnRMrOf7n3w8+uLac89WKmeZeYo/GNzCZVlQXmzOFXOe/HWd23pMO9KAGXe0RmzJquIlbq06xuZgVWDe5G7Yd3TNh09abA2o6koXWxCjpN6RuKnxASKhdQua1rn1x7vcXVzoFB2c2pcoNTq2KGht5FVTLgxVXBzw4iXoZc5IWfk4cvDOKZd3UIIJYbJBo4qtlR06aGbhU2GAWo5KTDvJwZNVuVUi1mm7gav2bLMHoGzoHk9g9g/xdyRThQkMyhhX8'

test('what was written is read', () => {
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 97))
  const run = fc.tuple(byte, fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 600 })))
  fc.assert(
    fc.property(fc.array(run, { maxLength: 60 }), (runs) => {
      const bytes = Buffer.concat(runs.map(([value, count]) => Buffer.alloc(count, value)))
      expect(bzip2Decompress(bzip2Compress(bytes)).equals(bytes)).toBe(true)
    }),
  )
})

test('more than a block holds is written in several', () => {
  const bytes = Buffer.alloc(910_000)
  for (let at = 0, state = 1; at < bytes.length; at++) {
    state = Math.imul(state, 1_103_515_245) + 12_345
    bytes[at] = state >>> 24
  }
  expect(bzip2Decompress(bzip2Compress(bytes)).equals(bytes)).toBe(true)
})

describe('streams of others', () => {
  test.each(recorded)('%s', (_name, packed, expected) => {
    expect(bzip2Decompress(Buffer.from(packed, 'base64')).toString()).toBe(expected)
  })

  test('with several tables', () => {
    const found = bzip2Decompress(Buffer.from(letters, 'base64')).toString()
    expect(found.startsWith('The wörk of many wörds: '.repeat(3))).toBe(true)
    expect(Buffer.byteLength(found)).toBe(478)
  })
})

describe('what is damaged', () => {
  const packed = bzip2Compress(Buffer.from(text))

  test('is cut off', () => {
    for (const length of [0, 3, 10, packed.length - 1]) {
      expect(() => bzip2Decompress(packed.subarray(0, length))).toThrow(DataError)
    }
  })

  test('never gives other bytes', () => {
    const given = (bytes: Buffer): string => {
      try {
        return bzip2Decompress(bytes).toString()
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
        return 'refused'
      }
    }
    const found = Array.from({ length: packed.length }, (_, at) => {
      const copy = Buffer.from(packed)
      copy[at] = (copy[at] ?? 0) ^ 0x10
      return given(copy)
    })
    // Of a table that is not used, and of the last bits, nothing depends on.
    expect(new Set(found)).toEqual(new Set(['refused', text]))
  })
})

test('Avro is packed with it, as Java packs it', async () => {
  const format = new AvroFormat({}, await loadAvroCodec('bzip2'))
  const file = fileBytes(format, pair, pairs(5000))
  expect(file.includes('bzip2')).toBe(true)
  expect((await read(new AvroReader(), file, { from: 4000 })).values).toEqual(
    pairs(5000).slice(4000),
  )
})
