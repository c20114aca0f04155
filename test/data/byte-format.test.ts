import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { byteFormatOf, describeBytes, hexOf } from '../../src/data/byte-format.ts'

const registry = (id: number, payload: string): Buffer => {
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return Buffer.concat([head, Buffer.from(payload, 'latin1')])
}
const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}
const protobuf = Buffer.concat([
  Buffer.from('0a02', 'hex'),
  Buffer.from('\u00e4'),
  Buffer.from('1801', 'hex'),
])

describe('bytes are told by how they begin', () => {
  test.each([
    { name: 'nothing', bytes: Buffer.alloc(0), kind: 'empty' },
    { name: 'an object', bytes: Buffer.from('{"a":1}'), kind: 'json' },
    { name: 'an object behind a space', bytes: Buffer.from(' \n{ "a":1}'), kind: 'json' },
    { name: 'an array', bytes: Buffer.from('[1,2]'), kind: 'json' },
    { name: 'a JSON number', bytes: Buffer.from('12.5'), kind: 'json' },
    { name: 'a JSON string', bytes: Buffer.from('"a"'), kind: 'json' },
    {
      name: 'an envelope',
      bytes: Buffer.from('{"schema":null,"payload":1}'),
      kind: 'connect-json',
    },
    { name: 'an envelope, cut', bytes: Buffer.from('{"payload" : {"a'), kind: 'connect-json' },
    { name: 'Avro of a registry', bytes: registry(42, '\u0002a\u0000'), kind: 'schema-registry' },
    { name: 'a small long', bytes: long(42n), kind: 'number' },
    { name: 'a timestamp as a long', bytes: long(1_700_000_000_000n), kind: 'number' },
    { name: 'an int', bytes: Buffer.from('0000002a', 'hex'), kind: 'number' },
    { name: 'gzip', bytes: gzipSync('a'), kind: 'container' },
    { name: 'an Avro file', bytes: Buffer.from('Obj\u0001\u0004', 'latin1'), kind: 'container' },
    { name: 'words', bytes: Buffer.from('Grüße, 世界'), kind: 'text' },
    { name: 'XML', bytes: Buffer.from('<?xml version="1.0"?><a/>'), kind: 'text' },
    { name: 'braces that are no JSON', bytes: Buffer.from('{a: 1}'), kind: 'text' },
    { name: 'a message', bytes: protobuf, kind: 'protobuf' },
    { name: 'noise', bytes: Buffer.from('fdfcfb0102', 'hex'), kind: 'binary' },
  ])('$name', ({ bytes, kind }) => {
    expect(byteFormatOf(bytes).kind).toBe(kind)
  })

  test('a character cut off where the looking ends is no mistake', () => {
    expect(byteFormatOf(Buffer.from(`a${'ä'.repeat(4000)}`)).kind).toBe('text')
    expect(byteFormatOf(Buffer.from(`a${'ä'.repeat(4000)}`).subarray(0, 4000)).kind).not.toBe(
      'text',
    )
  })

  test('the id of the schema is read', () => {
    const format = byteFormatOf(registry(70_000, '{"a":1}'))
    expect(format.schemaId).toBe(70_000)
    expect(format.text).toBe(
      'the schema registry format (magic byte 0, schema id 70000, then JSON)',
    )
  })
})

describe('a description', () => {
  test('shows the marks of a format and nothing of the content', () => {
    expect(describeBytes(Buffer.from('{"secret":1}'), false)).toBe('12 bytes (7b …) look like JSON')
    expect(describeBytes(Buffer.from('secret'), false)).toBe('6 bytes look like text in UTF-8')
    expect(describeBytes(registry(7, 'secret'), false)).toBe(
      '11 bytes (00 00 00 00 07 …) look like the schema registry format (magic byte 0, schema id 7)',
    )
    expect(describeBytes(Buffer.from([255]), false)).toBe('1 byte looks like a number of 1 byte')
    expect(describeBytes(Buffer.alloc(0), false)).toBe('0 bytes')
  })

  test('shows the first sixteen bytes where it may', () => {
    const bytes = Buffer.from('0123456789abcdefg')
    expect(describeBytes(bytes, true)).toBe(
      '17 bytes (30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 …) look like text in UTF-8',
    )
  })
})

test('any bytes can be described, with no more of their content than their format', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { signatureLength } = byteFormatOf(bytes)
      const text = describeBytes(bytes, false)
      expect(signatureLength).toBeLessThanOrEqual(Math.min(10, bytes.length))
      if (signatureLength > 0) expect(text).toContain(hexOf(bytes, signatureLength))
    }),
  )
})
