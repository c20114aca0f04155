import { describe, expect, test } from 'vitest'
import {
  BYTES_SCHEMA,
  ConfigError,
  DataError,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_BOOLEAN_SCHEMA,
  OPTIONAL_BYTES_SCHEMA,
  OPTIONAL_FLOAT32_SCHEMA,
  OPTIONAL_FLOAT64_SCHEMA,
  OPTIONAL_INT16_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  schemalessNumber,
} from '../../src/api/index.ts'
import type { Converter, Schema } from '../../src/api/index.ts'
import {
  BooleanConverter,
  ByteArrayConverter,
  DoubleConverter,
  FloatConverter,
  IntegerConverter,
  LongConverter,
  ShortConverter,
  SimpleHeaderConverter,
  StringConverter,
} from '../../src/converters/index.ts'

function bytesOf(converter: Converter, schema: Schema | null, value: unknown): Buffer | null {
  const bytes = converter.fromConnectData('t', null, schema, value)
  if (bytes instanceof Promise) throw new Error('a built-in converter answered with a promise')
  return bytes && Buffer.from(bytes)
}

function stringConverter(encoding?: string): StringConverter {
  const converter = new StringConverter()
  converter.configure(encoding === undefined ? {} : { 'converter.encoding': encoding }, false)
  return converter
}

describe('StringConverter', () => {
  const struct = SchemaBuilder.struct().field('i', INT8_SCHEMA).build()

  test.each<[Schema | null, unknown, string]>([
    [null, 'é😀', 'é😀'],
    [INT32_SCHEMA, 5, '5'],
    [FLOAT64_SCHEMA, 5, '5.0'],
    [null, { a: 1 }, '{a=1}'],
    [struct, new Struct(struct).put('i', 1), 'Struct{i=1}'],
    [null, ['a', 1], '[a, 1]'],
    [null, schemalessNumber('FLOAT64', 100), '100.0'],
    [STRING_SCHEMA, '', ''],
  ])('%s %s is written as %s', (schema, value, text) => {
    expect(bytesOf(stringConverter(), schema, value)?.toString()).toBe(text)
  })

  test('reads an optional string, and null of a tombstone', () => {
    const converter = stringConverter()
    expect(converter.toConnectData('t', null, Buffer.from('é'))).toEqual({
      schema: OPTIONAL_STRING_SCHEMA,
      value: 'é',
    })
    expect(converter.toConnectData('t', null, null)).toEqual({
      schema: OPTIONAL_STRING_SCHEMA,
      value: null,
    })
    expect(bytesOf(converter, STRING_SCHEMA, null)).toBeNull()
  })

  test('reads what is no UTF-8 with U+FFFD, as Java does', () => {
    const bytes = Buffer.of(0x61, 0xff, 0xc3, 0x62)
    expect(stringConverter().toConnectData('t', null, bytes).value).toBe('a\ufffd\ufffdb')
  })

  test('writes and reads in place', () => {
    const converter = stringConverter()
    const text = 'é😀 text'
    const target = Buffer.alloc(100)
    const end = converter.encodeAt(target, 3, null, text)
    expect(end - 3).toBeLessThanOrEqual(converter.maxEncodedBytes(null, text))
    expect(converter.decodeAt(target, 3, end)).toBe(text)
    expect(converter.maxEncodedBytes(null, 5)).toBe(-1)
    expect(converter.maxEncodedBytes(null, null)).toBe(-1)
  })

  test.each<[string, string, string]>([
    ['ISO-8859-1', 'aé\x80', '61e980'],
    ['latin1', 'é€😀', 'e93f3f'],
    ['US-ASCII', 'aé', '613f'],
    ['utf8', 'é', 'c3a9'],
    ['UTF-16', 'a', 'feff0061'],
    ['UTF-16BE', 'a', '0061'],
    ['UTF-16LE', 'a', '6100'],
    ['windows-1252', '€', '80'],
    ['Cp1251', 'Ж?', 'c63f'],
    ['KOI8-R', 'ж', 'd6'],
  ])('in %s, %s is %s', (encoding, text, hex) => {
    const converter = stringConverter(encoding)
    expect(bytesOf(converter, null, text)?.toString('hex')).toBe(hex)
    const back = converter.toConnectData('t', null, Buffer.from(hex, 'hex')).value
    expect(back).toBe(
      text
        .replaceAll(/[€😀]/gu, (c) => (encoding === 'latin1' ? '?' : c))
        .replace('aé', encoding === 'US-ASCII' ? 'a?' : 'aé'),
    )
    expect(converter.maxEncodedBytes(null, text)).toBe(encoding === 'utf8' ? text.length * 3 : -1)
  })

  test.each([
    ['US-ASCII', 'ff', '\ufffd'],
    ['UTF-16', 'fffe6100', 'a'],
    ['UTF-16', '0061', 'a'],
    ['Shift_JIS', '8341', 'ア'],
  ])('in %s, %s reads as %s', (encoding, hex, text) => {
    expect(stringConverter(encoding).toConnectData('t', null, Buffer.from(hex, 'hex')).value).toBe(
      text,
    )
  })

  test('a set that can only be read says so when something is to be written', () => {
    expect(() => bytesOf(stringConverter('Shift_JIS'), null, 'ア')).toThrow(
      new DataError('Failed to serialize to a string: '),
    )
  })

  test('an unknown set is refused when it is configured', () => {
    expect(() => stringConverter('bogus')).toThrow('Unsupported encoding bogus')
    expect(() => new StringConverter().configure({ 'converter.type': 'foo' }, false)).toThrow(
      ConfigError,
    )
  })
})

describe('ByteArrayConverter', () => {
  const converter = new ByteArrayConverter()

  test('passes bytes through, and copies what it reads', () => {
    const bytes = Buffer.of(1, 2)
    expect(bytesOf(converter, BYTES_SCHEMA, bytes)).toEqual(bytes)
    expect(bytesOf(converter, null, null)).toBeNull()
    const { schema, value } = converter.toConnectData('t', null, bytes)
    bytes[0] = 9
    expect({ schema, value }).toEqual({ schema: OPTIONAL_BYTES_SCHEMA, value: Buffer.of(1, 2) })
    expect(converter.toConnectData('t', null, null)).toEqual({
      schema: OPTIONAL_BYTES_SCHEMA,
      value: null,
    })
  })

  test('writes and reads in place', () => {
    const target = Buffer.alloc(4)
    expect(converter.maxEncodedBytes(null, Buffer.of(7, 8))).toBe(2)
    expect(converter.encodeAt(target, 1, null, Buffer.of(7, 8))).toBe(3)
    expect(converter.decodeAt(target, 1, 3)).toEqual(Buffer.of(7, 8))
    expect(converter.maxEncodedBytes(STRING_SCHEMA, Buffer.of(7))).toBe(-1)
  })

  test.each<[Schema | null, unknown, string]>([
    [STRING_SCHEMA, Buffer.of(1), 'Invalid schema type for ByteArrayConverter: STRING'],
    [null, 'x', 'ByteArrayConverter is not compatible with objects of type class java.lang.String'],
  ])('%s %s is refused', (schema, value, message) => {
    expect(() => bytesOf(converter, schema, value)).toThrow(new DataError(message))
  })
})

describe('the converters of numbers and booleans', () => {
  test.each<[string, Converter, unknown, string, Schema]>([
    ['short', new ShortConverter(), 256, '0100', OPTIONAL_INT16_SCHEMA],
    ['integer', new IntegerConverter(), 258, '00000102', OPTIONAL_INT32_SCHEMA],
    ['integer', new IntegerConverter(), -1, 'ffffffff', OPTIONAL_INT32_SCHEMA],
    ['long', new LongConverter(), 258, '0000000000000102', OPTIONAL_INT64_SCHEMA],
    ['long', new LongConverter(), 2n ** 62n, '4000000000000000', OPTIONAL_INT64_SCHEMA],
    ['float', new FloatConverter(), 1, '3f800000', OPTIONAL_FLOAT32_SCHEMA],
    ['double', new DoubleConverter(), 1.5, '3ff8000000000000', OPTIONAL_FLOAT64_SCHEMA],
    ['boolean', new BooleanConverter(), true, '01', OPTIONAL_BOOLEAN_SCHEMA],
    ['boolean', new BooleanConverter(), false, '00', OPTIONAL_BOOLEAN_SCHEMA],
  ])('%s: %s', (name, converter, value, hex, schema) => {
    expect(bytesOf(converter, null, value)?.toString('hex')).toBe(hex)
    expect(converter.toConnectData('t', null, Buffer.from(hex, 'hex'))).toEqual({ schema, value })
    expect(converter.toConnectData('t', null, null)).toEqual({ schema, value: null })
    expect(bytesOf(converter, null, null)).toBeNull()
    expect(() => converter.toConnectData('t', null, Buffer.alloc(3))).toThrow(
      new DataError(`Failed to deserialize ${name}: `),
    )
  })

  test.each<[Converter, Schema | null, unknown, string]>([
    [new LongConverter(), null, 'x', 'Failed to serialize to long (was class java.lang.String): '],
    [
      new IntegerConverter(),
      null,
      2 ** 31,
      'Failed to serialize to integer (was class java.lang.Long): ',
    ],
    [
      new LongConverter(),
      null,
      schemalessNumber('INT32', 5),
      'Failed to serialize to long (was class java.lang.Integer): ',
    ],
    [
      new BooleanConverter(),
      STRING_SCHEMA,
      true,
      'Invalid schema type for BooleanConverter: STRING',
    ],
    [
      new BooleanConverter(),
      null,
      'x',
      'BooleanConverter is not compatible with objects of type class java.lang.String',
    ],
  ])('%o refuses %s %s', (converter, schema, value, message) => {
    expect(() => bytesOf(converter, schema, value)).toThrow(new DataError(message))
  })

  test('a byte that is neither 0 nor 1 is no boolean', () => {
    expect(() => new BooleanConverter().toConnectData('t', null, Buffer.of(2))).toThrow(
      new DataError('Failed to deserialize boolean: '),
    )
  })

  test('a typed number is of its own type', () => {
    expect(
      bytesOf(new FloatConverter(), null, schemalessNumber('FLOAT32', 1))?.toString('hex'),
    ).toBe('3f800000')
  })
})

describe('SimpleHeaderConverter', () => {
  const converter = new SimpleHeaderConverter()

  test.each<[unknown, string | null]>([
    [null, null],
    ['x', 'x'],
    [Buffer.of(1, 2), 'AQI='],
    [['a', 1], '["a",1]'],
    [{ k: 'v' }, '{"k":"v"}'],
    [schemalessNumber('FLOAT64', 1), '1.0'],
  ])('%s is written as %s', (value, text) => {
    const bytes = converter.fromConnectHeader('t', 'h', null, value)
    expect(bytes && Buffer.from(bytes).toString()).toBe(text)
  })

  test.each<[Buffer | null, unknown, Schema | null]>([
    [null, null, null],
    [Buffer.from('null'), null, null],
    [Buffer.from(''), '', STRING_SCHEMA],
    [Buffer.from('[1'), '[1', STRING_SCHEMA],
    [Buffer.of(0xff, 0xfe), '\ufffd\ufffd', STRING_SCHEMA],
    [Buffer.from('5'), 5, INT8_SCHEMA],
  ])('%s is read as %s', (bytes, value, schema) => {
    expect(converter.toConnectHeader('t', 'h', bytes)).toEqual({ schema, value })
  })
})
