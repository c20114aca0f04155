import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BOOLEAN_SCHEMA, DataError, SchemaBuilder } from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import { JsonConverter } from '../../src/converters/index.ts'
import { JsonCursor } from '../../src/converters/json/json-cursor.ts'
import { structReader } from '../../src/converters/json/json-decoder.ts'
import type { JsonDecoder } from '../../src/converters/json/json-decoder.ts'
import { compileShape } from '../../src/converters/json/predict/document-shape.ts'
import { hostileBytes } from '../fuzz/hostile-bytes.ts'

/** Documents of a topic mostly look alike: what is compiled for them must read each as it is read by itself. */

type Config = Readonly<Record<string, string>>

function converterOf(config: Config): JsonConverter {
  const converter = new JsonConverter()
  converter.configure(config, false)
  return converter
}

/** The value, or what is wrong with the document. */
function outcome(converter: JsonConverter, bytes: Buffer): unknown {
  try {
    const { schema, value } = converter.toConnectData('t', null, bytes)
    return { schema, value }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { message: error.message, cause: String(error.cause) }
  }
}

/** Reads all of them one after the other, and each by one that has read none before. */
function compare(config: Config, documents: readonly Buffer[], warm: readonly Buffer[]): void {
  const experienced = converterOf(config)
  for (const document of warm) experienced.toConnectData('t', null, document)
  for (const document of documents) {
    // Behind the document lies another, as in a fetch.
    const around = Buffer.concat([document, Buffer.from('12345"}]')])
    const found = outcome(experienced, around.subarray(0, document.length))
    expect(found).toEqual(outcome(converterOf(config), document))
  }
}

const texts = fc.oneof(
  fc.string({ maxLength: 40, unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('""', '"a"', '"Größe"', '"\\ud800"', '"x\\ny"', `"${'long '.repeat(20)}"`),
)
const numbers = fc.oneof(
  fc.integer().map(String),
  fc.maxSafeInteger().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.tuple(fc.integer(), fc.stringMatching(/^\d{1,9}$/)).map(([int, digits]) => `${int}.${digits}`),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '0.0',
    '100.0',
    '1e3',
    '-1E-2',
    '5.0',
    '00012',
    '1.',
    '.5',
    '-',
  ),
  fc.constantFrom('999999999', '9999999999', '123456789012345', '1234567890123456', '300', '-129'),
)
const others = fc.constantFrom('null', 'true', 'false', 'nul', 'truex', '[]', '{}', '[1,"a",{}]')
const anything = fc.oneof(texts, numbers, others)

/** Mostly of the kind that the name says; now and then of any other. */
const members = fc.record({
  s: fc.oneof({ weight: 6, arbitrary: texts }, anything),
  n: fc.oneof({ weight: 6, arbitrary: numbers }, anything),
  d: fc.oneof({ weight: 6, arbitrary: numbers }, anything),
  b: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('true', 'false') }, anything),
  l: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('[]', '[1,2]', '["a",[null]]') }, anything),
  i: fc.oneof(
    { weight: 6, arbitrary: fc.tuple(texts, numbers).map(([x, y]) => `{"x":${x},"y":${y}}`) },
    anything,
  ),
})
const documents = fc.oneof(
  {
    weight: 8,
    arbitrary: members.map(
      ({ s, n, d, b, l, i }) => `{"s":${s},"n":${n},"d":${d},"b":${b},"l":${l},"i":${i}}`,
    ),
  },
  members.map(({ s, n, b }) => `{"s":${s}, "n":${n},"b":${b} }`),
  members.map(({ s, n }) => `{"n":${n},"s":${s}}`),
)
const usual = '{"s":"a","n":1,"d":1.5,"b":true,"l":[],"i":{"x":"y","y":2}}'
const streams = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: documents.map((text) => Buffer.from(text)) },
    hostileBytes([Buffer.from(usual)]),
  ),
  { minLength: 1, maxLength: 30 },
)

const optional = { optional: true }
const schema = {
  type: 'struct',
  fields: [
    { field: 's', type: 'string', ...optional },
    { field: 'n', type: 'int8', ...optional, default: 7 },
    { field: 'd', type: 'double' },
    { field: 'b', type: 'boolean', ...optional },
    { field: 'l', type: 'array', items: { type: 'int32' }, ...optional },
    {
      field: 'i',
      type: 'struct',
      ...optional,
      fields: [
        { field: 'x', type: 'string' },
        { field: 'y', type: 'float', ...optional },
      ],
    },
  ],
}
const sized = {
  ...schema,
  fields: schema.fields.map((field) => ({
    ...field,
    ...(field.field === 'n' && { type: 'int64' }),
    ...(field.field === 'd' && { type: 'int32' }),
  })),
}
const warm = Array.from({ length: 50 }, () => Buffer.from(usual.replace('1.5', '15')))

describe.each([
  { name: 'without a schema', config: { 'schemas.enable': 'false' } },
  { name: 'of structs', config: { 'schema.content': JSON.stringify(schema) } },
  { name: 'of structs of integers', config: { 'schema.content': JSON.stringify(sized) } },
])('documents $name', ({ config }) => {
  test('are read as each is by itself, whatever came before', () => {
    fc.assert(fc.property(streams, (stream) => compare(config, stream, [])))
    fc.assert(fc.property(streams, (stream) => compare(config, stream, warm)))
  })
})

test('envelopes are read as each is by itself', () => {
  const wrap = (document: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`{"schema":${JSON.stringify(schema)},"payload":`),
      document,
      Buffer.from('}'),
    ])
  fc.assert(fc.property(streams, (stream) => compare({}, stream.map(wrap), warm.map(wrap))))
})

test('of two payloads the last counts, whatever came before', () => {
  const converter = converterOf({})
  const envelope = (rest: string): Buffer =>
    Buffer.from(`{"schema":{"type":"int32","optional":false},"payload":${rest}}`)
  for (let i = 0; i < 3; i++) {
    expect(converter.toConnectData('t', null, envelope('"x","payload":2')).value).toBe(2)
    expect(converter.toConnectData('t', null, envelope('1')).value).toBe(1)
    expect(() => converter.toConnectData('t', null, envelope('"x"'))).toThrow(DataError)
  }
})

test('the names of documents do not keep the documents', () => {
  const converter = converterOf({ 'schema.content': '{"type":"struct","fields":[]}' })
  const rest = `,"rest":"${'x'.repeat(60_000)}"}`
  const before = heapBytes()
  for (let i = 0; i < 600; i++) {
    converter.toConnectData('t', null, Buffer.from(`{"a name of its own ${i}":${i}${rest}`))
  }
  expect(heapBytes() - before).toBeLessThan(12_000_000)
})

/** Once what nobody holds is gone. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

test('documents of many shapes are read, and those of one again after them', () => {
  const converter = converterOf({ 'schemas.enable': 'false' })
  const read = (text: string): string => {
    const { value } = converter.toConnectData('t', null, Buffer.from(text))
    return JSON.stringify(value)
  }
  for (let i = 0; i < 20_000; i++) {
    const text = i < 5000 ? `{"a${i % 100}":${i},"b":"x"}` : `{"a":${i},"b":"x","c":{"d":null}}`
    expect(read(text)).toBe(text)
  }
})

test('names that would mean something to code are names', () => {
  const names = [
    '"',
    "'",
    '\\u0022',
    '`${1}`',
    '\\n',
    '\\u2028',
    'a;}',
    '//',
    'constructor',
    '__proto__',
    'M',
    'c',
  ]
  const text = `{${names.map((name, i) => `${JSON.stringify(name)}:${i}`).join()}}`
  const converter = converterOf({ 'schemas.enable': 'false' })
  for (let i = 0; i < 5; i++) {
    const { value } = converter.toConnectData('t', null, Buffer.from(text))
    expect(Object.entries(value as object)).toEqual(names.map((name, at) => [name, at]))
  }
})

/** The code of a megabyte would take tens of them: what is too long for it is read by the general way. */
describe('a document', () => {
  const spaces = ' '.repeat(20_000)
  const empty = Array.from({ length: 4000 }, (_, i) => `"a${i}":{}`).join()
  test.each([
    { what: 'with much space before a value', text: `{"a":${spaces}1,"b":2}` },
    { what: 'with much space before a name', text: `{"a":1,${spaces}"b":2}` },
    { what: 'with much space within', text: `{"a":1,"c":{"d":1,${spaces}"e":2},"b":2}` },
    { what: 'with much space at its end', text: `{"a":1,"b":2${spaces}}` },
    { what: 'of many objects without members', text: `{${empty},"b":2}` },
    { what: 'with a long name', text: `{"${'n'.repeat(20_000)}":{},"b":2}` },
    { what: 'with many values within', text: `{"c":{${empty.replaceAll('{}', '0')}},"b":2}` },
  ])('$what is read, and no code is made of it', ({ text }) => {
    expect(shapeOf(text)).toBeNull()
    expect(shapeOf('{"a":1,"c":{"d":1},"b":2}')).not.toBeNull()
    const converter = converterOf({ 'schemas.enable': 'false' })
    for (let i = 0; i < 3; i++) {
      const { value } = converter.toConnectData('t', null, Buffer.from(text))
      expect(value).toEqual(JSON.parse(text))
    }
  })
})

function shapeOf(text: string): unknown {
  const bytes = Buffer.from(text)
  const cursor = new JsonCursor()
  cursor.open(bytes, 0, bytes.length)
  return compileShape(cursor, 0)
}

test('structs that look otherwise at every level are read once for each level at the most', () => {
  let reads = 0
  const leaf: JsonDecoder = {
    absent: () => null,
    read(cursor) {
      reads++
      return cursor.readLiteral()
    },
  }
  const decoderOf = (schema: Schema): JsonDecoder => {
    if (schema.type !== 'STRUCT') return leaf
    const read = structReader(schema, decoderOf)
    return { absent: () => null, read: (cursor) => read(cursor, cursor.peek()) }
  }
  const levels = 10
  let nested = BOOLEAN_SCHEMA
  for (let i = 0; i < levels; i++) nested = SchemaBuilder.struct().field('a', nested).build()
  const decoder = decoderOf(nested)
  // Written otherwise than JsonConverter writes: there is a space.
  const text = Buffer.from(`${'{"a":'.repeat(levels)}true${' }'.repeat(levels)}`)
  const cursor = new JsonCursor()
  for (let i = 0; i < 200; i++) {
    reads = 0
    cursor.open(text, 0, text.length)
    decoder.read(cursor)
    expect(cursor.at).toBe(text.length)
    expect(reads).toBeLessThanOrEqual(levels + 1)
  }
})
