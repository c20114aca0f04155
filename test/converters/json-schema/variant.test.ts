import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError } from '../../../src/api/index.ts'
import type { Struct } from '../../../src/api/index.ts'
import { JsonSchemaData } from '../../../src/converters/json-schema/json-schema-data.ts'
import { variantText } from '../../../src/converters/json-schema/variant-reader.ts'

const data = new JsonSchemaData()
const anything = data.parse('{}', [])
const decoder = data.decoder(anything)
const encoder = data.encoder(decoder.schema, anything)

function read(text: string): Struct {
  return decoder.decode(Buffer.from(text)).value as Struct
}
const hex = (struct: Struct): readonly string[] =>
  struct.values.map((part) => Buffer.from(part as Uint8Array).toString('hex'))

describe('a JSON value of any kind', () => {
  test.each<[string, string, string]>([
    ['true', '010000', '04'],
    ['42', '010000', '142a000000'],
    ['-1', '010000', '14ffffffff'],
    ['4294967296', '010000', '180000000001000000'],
    ['1.50', '010000', '200296000000'],
    ['"hi"', '010000', '096869'],
    ['[1]', '010000', '03010005' + '1401000000'],
    ['{"b":1,"a":true}', '01020001026261', '0202' + '0100' + '000106' + '04' + '1401000000'],
  ])('%s is the bytes of a variant', (text, metadata, value) => {
    expect(hex(read(text))).toEqual([metadata, value])
  })

  test.each([
    ['"x" and all that JSON has', '{"a":[1,-2.5,"x",{"b":{}}],"c":false,"d":[],"e":{"f":null}}'],
    ['a long text', JSON.stringify('Größe '.repeat(50))],
    ['digits beyond a double', '123456789012345678901234567890.12345678'],
    ['an integer of many digits', '12345678901234567890123456789012345678'],
    ['many elements', JSON.stringify(Array.from({ length: 300 }, (_, n) => n * 1000))],
    [
      'many names',
      JSON.stringify(
        Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`n${1000 + n}`, n])),
      ),
    ],
    ['a name like a member of every object', '{"__proto__":1,"toString":2}'],
  ])('is written again as it was: %s', (_what, text) => {
    const value = read(text)
    expect(encoder.encode(value).toString()).toBe(text)
  })

  test.each([
    ['1e5', '100000'],
    ['1e100', '1.0E100'],
    ['-0', '0'],
    ['2.5e-3', '0.0025'],
  ])('%s keeps its value', (text, again) => {
    expect(encoder.encode(read(text)).toString()).toBe(again)
  })

  test.each([
    ['a number of too many digits', '0.' + '1234567890'.repeat(5)],
    ['a number beyond all', '1e999'],
    ['half of a pair of surrogates', '"\\ud800"'],
    ['half of a pair in a name', '{"\\ud800":1}'],
    ['null, which its field does not allow', 'null'],
  ])('is refused where it is %s', (_what, text) => {
    expect(() => read(text)).toThrow(DataError)
  })

  test('round trips', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4, noUnicodeString: false }).filter((text) => text !== 'null'),
        (text) => {
          const value = JSON.parse(text) as unknown
          let struct: Struct
          try {
            struct = read(JSON.stringify(value))
          } catch (error) {
            expect(error).toBeInstanceOf(DataError)
            return
          }
          const again = JSON.parse(encoder.encode(struct).toString()) as unknown
          expect(again).toEqual(JSON.parse(JSON.stringify(value).replaceAll('-0,', '0,')))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a variant of others', () => {
  const text = (value: string, metadata = '010000'): string =>
    variantText(Buffer.from(metadata, 'hex'), Buffer.from(value, 'hex'))

  test.each([
    ['int8', '0cff', '-1'],
    ['int16', '10ff7f', '32767'],
    ['a float', '380000c03f', '1.5'],
    ['a double', '1c000000000000f87f', '"NaN"'],
    ['a date', '2cffffffff', '"1969-12-31"'],
    ['a time stamp', '3040420f0000000000', '"1970-01-01T00:00:01Z"'],
    ['a time stamp without a zone', '3401' + '00'.repeat(7), '"1970-01-01T00:00:00.000001"'],
    ['nanoseconds', '48ffffffffffffffff', '"1969-12-31T23:59:59.999999999Z"'],
    ['a time', '4440420f0000000000', '"00:00:01"'],
    ['bytes', '3c02000000' + '0102', '"AQI="'],
    ['a UUID', '5000112233445566778899aabbccddeeff', '"00112233-4455-6677-8899-aabbccddeeff"'],
    ['a long string', '4002000000' + '6869', '"hi"'],
  ])('is written as JSON: %s', (_what, value, expected) => {
    expect(text(value)).toBe(expected)
  })

  test.each([
    ['no bytes', ''],
    ['bytes that end', '14ff'],
    ['a text that ends', '0d61'],
    ['a type that nobody knows', 'fc'],
    ['a name that is not there', '02010000' + '0104'],
    ['more elements than bytes', '13ffffff7f'],
    ['elements that overlap', '0302000000'],
    ['a short text that is no UTF-8', '05ff'],
    ['a long text that is no UTF-8', '4001000000ff'],
  ])('is refused where it is %s', (_what, value) => {
    expect(() => text(value)).toThrow(DataError)
  })

  test('is refused where a name is no UTF-8', () => {
    const value = '02' + '01' + '00' + '0001' + '00'
    expect(text(value, '010100' + '01' + '6e')).toBe('{"n":null}')
    expect(() => text(value, '010100' + '01' + 'ff')).toThrow(DataError)
  })

  test('never makes anything but a DataError of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
        try {
          JSON.parse(variantText(Buffer.from(a), Buffer.from(b)))
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
