import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataError, isConnectError, schemalessNumber } from '../../src/api/index.ts'
import { JsonConverter } from '../../src/converters/index.ts'
import { bare, read, write } from './json-support.ts'

const broken = 'Converting byte[] to Kafka Connect data failed due to serialization error: '
const float = (value: number): unknown => schemalessNumber('FLOAT64', value)

test('a name that is a backslash is not taken for the beginning of another', () => {
  const converter = new JsonConverter()
  converter.configure({ 'schemas.enable': 'false' }, false)
  const valueOf = (json: string): unknown =>
    converter.toConnectData('t', null, Buffer.from(json)).value
  expect(valueOf(String.raw`{"\\":1}`)).toEqual({ '\\': 1 })
  expect(valueOf(String.raw`{"\"a":1}`)).toEqual({ '"a': 1 })
  expect(() => valueOf(String.raw`{"\":""}`)).toThrow(DataError)
})

describe('JSON without schema is read as in Java', () => {
  test.each<[string, unknown]>([
    ['', null],
    [' ', null],
    ['null', null],
    ['true x', true],
    ['5', 5],
    ['007', 7],
    ['-007', -7],
    ['-0', 0],
    ['01.5', 1.5],
    ['1.10', 1.1],
    ['1e2', float(100)],
    ['1.0', float(1)],
    ['1E+2', float(100)],
    ['-0.0', float(-0)],
    ['9007199254740993', 9007199254740993n],
    ['123456789012345.6', 123456789012345.6],
    ['0.1234567890123456789', 0.12345678901234568],
    ['"x"', 'x'],
    ['""', ''],
    ['"é😀\u2028"', 'é😀\u2028'],
    [String.raw`"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"`, '"\\/\b\f\n\r\té😀'],
    [String.raw`"é\n\ud83d"`, 'é\n\ud83d'],
    ['[]x', []],
    ['[1, [2] ,"a",null,true,false]', [1, [2], 'a', null, true, false]],
    ['{"a":1} x', { a: 1 }],
    ['false]', false],
    ['null:', null],
    ['{"a":1}{"b":2}', { a: 1 }],
    ['{"a":1,"a":2}', { a: 2 }],
    ['{"a":{"b":[1.0]}}', { a: { b: [float(1)] } }],
    ['\ufeff5', 5],
    ['\ufeff{}', {}],
    ['\t\r\n 5\n', 5],
  ])('%s', (text, value) => {
    expect(read(text, bare)).toStrictEqual({ schema: null, value })
  })
})

describe('what is no JSON is a DataError', () => {
  test.each([
    ...['NaN', '+1', '.5', '5.', '1e', '1e+', '--1', '-', '5x', '0x10', '5"'],
    ...['[1,]', '[,1]', '[1,,2]', '[1 2]', '[1', '[5x]', '[truex]', ']', '}'],
    ...["{'a':1}", '{a:1}', '{"a" 1}', '{"a":1,}', '{,}', '{"a"}', '{"a":}', '{"a":1', '{"a":1]'],
    ...['// c', '/', "'a'", 'tru', 'truex', 'nullx', 'nul', 'True'],
    ...[
      '"',
      '"abc',
      '"\\',
      '"\\x"',
      '"\\u12"',
      '"\\u12g4"',
      '"a\nb"',
      '"é\u0000"',
      '\u0000',
      '\u00a05',
    ],
    `${'['.repeat(1001)}${']'.repeat(1001)}`,
    `${'{"a":'.repeat(1001)}1${'}'.repeat(1001)}`,
    '9'.repeat(1001),
    `1.${'9'.repeat(1000)}`,
    `{"${'x'.repeat(50_001)}":1}`,
  ])('%.20s', (text) => {
    expect(() => read(text, bare)).toThrow(new DataError(broken))
  })

  test.each([
    ['a byte that never stands in UTF-8', [0x22, 0xff, 0x22]],
    ['a cut sequence', [0x22, 0xc3, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong zero', [0x22, 0xc0, 0x80, 0x22]],
  ])('%s', (_, bytes) => {
    expect(() => read(Buffer.from(bytes), bare)).toThrow(new DataError(broken))
  })

  test('whose cause tells where it is and what should be there', () => {
    let cause: unknown
    try {
      read('{"a":1,}', bare)
    } catch (error) {
      cause = error instanceof Error ? error.cause : null
    }
    expect(cause).toMatchObject({
      javaName: 'org.apache.kafka.common.errors.SerializationException',
      message: 'At byte 7 unexpected "}": expected a name in double quotes.',
    })
  })
})

test('a thousand levels, and a U+FFFD that is there, can be read', () => {
  expect(() => read('['.repeat(1000) + ']'.repeat(1000), bare)).not.toThrow()
  expect(read('"\ufffdé"', bare).value).toBe('\ufffdé')
  expect(read(`"${'x'.repeat(100_000)}"`, bare).value).toHaveLength(100_000)
})

describe('objects', () => {
  test('keep the order of names that look like indexes', () => {
    const { value } = read('{"b":1,"10":2,"9":{"1":3},"a":4}', bare)
    expect([...(value as Map<string, unknown>)]).toEqual([
      ['b', 1],
      ['10', 2],
      ['9', new Map([['1', 3]])],
      ['a', 4],
    ])
    expect(write(null, value, bare)).toBe('{"b":1,"10":2,"9":{"1":3},"a":4}')
  })

  test('hold __proto__ as a name like any other', () => {
    const text = '{"__proto__":{"polluted":true},"constructor":1,"toString":2}'
    const { value } = read(text, bare)
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(write(null, value, bare)).toBe(text)
  })
})

/** JSON text of any shape whose numbers stand as Java would print them, so that it comes out as it went in. */
const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('null', 'true', 'false'),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((value) => write(null, float(value), bare) ?? ''),
    fc.string({ unit: 'grapheme' }).map((text) => write(null, text, bare) ?? ''),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => `[${items.join()}]`),
    fc
      .uniqueArray(fc.tuple(fc.oneof(fc.string(), fc.nat().map(String)), tie('value')), {
        selector: ([name]) => name,
        maxLength: 5,
      })
      .map((members) => `{${members.map(([n, v]) => `${JSON.stringify(n)}:${v}`).join()}}`),
  ),
})).value

test('what was read comes out to the letter', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      fc.pre(text !== 'null')
      expect(write(null, read(text, bare).value, bare)).toBe(text)
    }),
    { numRuns: 500 },
  )
})

test('what JSON.parse reads is read alike, and what it refuses is refused', () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 })
  fc.assert(
    fc.property(jsonText, edits, (text, changes) => {
      const bytes = Buffer.from(text)
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      const plain = outcome(() =>
        JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
      )
      const ours = outcome(() => read(bytes, bare).value)
      // Java's parser stops behind the document, and lets numbers begin with zeros.
      if (plain === undefined || hasInfinity(plain)) return
      expect(JSON.stringify(toPlain(ours))).toBe(JSON.stringify(plain))
    }),
    { numRuns: 500 },
  )
})

/** Whether JSON.parse made infinity of a number too large. */
function hasInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinity)
}

function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** With JSON.parse's numbers and objects. */
function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Map) return toPlain(Object.fromEntries(value))
  if (typeof value !== 'object' || value === null || 'type' in Object.getPrototypeOf(value))
    return value
  if (Symbol.for('sluice.TypedNumber') in value) return Number(value)
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toPlain(v)]))
}

test('hostile bytes are a value or a DataError, never anything else', () => {
  const envelope = Buffer.from(write(null, { a: [1.5, 'x'] }) ?? '')
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .tuple(fc.nat(envelope.length - 1), fc.uint8Array({ maxLength: 6 }))
      .map(([at, put]) =>
        Buffer.concat([envelope.subarray(0, at), put, envelope.subarray(at + put.length)]),
      ),
  )
  const converters = [
    bare,
    {},
    { 'schema.content': '{"type":"struct","fields":[{"type":"int8","field":"a"}]}' },
  ]
  fc.assert(
    fc.property(bytes, fc.constantFrom(...converters), (input, settings) => {
      const converter = new JsonConverter()
      converter.configure(settings, false)
      try {
        converter.toConnectData('t', null, input)
      } catch (error) {
        if (!isConnectError(error)) throw error
        expect(error.javaName).toMatch(/^org\.apache\.kafka\.connect\.errors\./)
      }
    }),
    { numRuns: 2000 },
  )
})
