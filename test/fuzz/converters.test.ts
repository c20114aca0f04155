import { describe, expect, test } from 'vitest'
import { DataError } from '../../src/errors/connect-error.ts'
import { JsonConverter, SimpleHeaderConverter } from '../../src/converters/index.ts'
import { converterDecoders } from './converters.ts'
import { fuzz } from './fuzz.ts'
import { avroConverter } from './hostile-avro.ts'

describe('hostile bytes end in a value or in a DataError, in bounded memory', () => {
  test.each(converterDecoders)('$name', async (decoder) => {
    await fuzz(decoder, 700)
  })
})

test.each(converterDecoders)('$name is read where nothing is wrong with it', async (decoder) => {
  expect(decoder.samples.length).toBeGreaterThan(0)
  for (const sample of decoder.samples) await decoder.decode(sample)
})

/** What it is read as, or `refused`; and the same of what is written of that. */
function outcome(json: string, config: Readonly<Record<string, string>> = bare): unknown {
  const converter = new JsonConverter()
  converter.configure(config, false)
  try {
    const { schema, value } = converter.toConnectData('t', null, Buffer.from(json))
    return String(converter.fromConnectData('t', null, schema, value))
  } catch (error) {
    if (error instanceof DataError) return 'refused'
    throw error
  }
}

const bare = { 'schemas.enable': 'false' }
const decimal = (scale: string): string =>
  `{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"${scale}"}}`

describe('JSON that is made to do harm', () => {
  test.each([
    ['{"__proto__":{"polluted":1},"a":1}'],
    ['{"constructor":{"prototype":{"polluted":1}}}'],
    ['{"a":{"__proto__":[1],"toString":null,"9":1}}'],
  ])('%s is data and changes nothing else', (json) => {
    expect(outcome(json)).toBe(json)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect('polluted' in {}).toBe(false)
  })

  test('a member that comes twice counts once, the last time', () => {
    expect(outcome('{"a":1,"b":2,"a":3}')).toBe('{"a":3,"b":2}')
  })

  test('the same names are data in structs and maps with a schema', () => {
    const int = { type: 'int32' }
    const fields = [
      { field: '__proto__', ...int },
      { field: 'm', type: 'map', keys: { type: 'string' }, values: int },
    ]
    const schema = JSON.stringify({ type: 'struct', fields })
    const payload = '{"__proto__":1,"m":{"__proto__":2,"constructor":3}}'
    expect(outcome(`{"schema":${schema},"payload":${payload}}`, {})).toContain(payload)
  })

  test.each([
    ['arrays', '['],
    ['objects', '{"a":'],
    ['arrays in an envelope', '{"schema":null,"payload":['],
    ['schemas of arrays', '{"schema":{"items":'],
  ])('a hundred thousand %s within each other are refused', (_what, open) => {
    expect(outcome(open.repeat(100_000))).toBe('refused')
    expect(outcome(open.repeat(100_000), {})).toBe('refused')
  })

  test('a thousand within each other are read and written', () => {
    const json = `${'['.repeat(1000)}${']'.repeat(1000)}`
    expect(outcome(json)).toBe(json)
  })

  test.each([
    ['1e999999999', 'refused'],
    ['-1e999999999', 'refused'],
    ['1e-999999999', '0.0'],
    ['1E99999999999999999999', 'refused'],
    ['NaN', 'refused'],
    ['-Infinity', 'refused'],
    ['"\\ud800"', '"\\uD800"'],
    ['"\\udc00\\ud800"', '"\\uDC00\\uD800"'],
  ])('%s is %s', (json, expected) => {
    expect(outcome(json)).toBe(expected)
  })

  test('a number of a thousand digits is kept', () => {
    expect(outcome('9'.repeat(1000))).toBe('9'.repeat(1000))
  })

  test.each([
    ['a number of more than a thousand digits', '9'.repeat(1001)],
    ['ten megabytes of digits', '9'.repeat(10_000_000)],
    ['ten megabytes of zeros behind a point', `0.${'0'.repeat(10_000_000)}1`],
    ['a string beyond twenty million characters', `"${'a'.repeat(20_000_001)}"`],
    ['a name beyond fifty thousand', `{"${'a'.repeat(50_001)}":1}`],
  ])('%s: refused', (_what, json) => {
    expect(outcome(json)).toBe('refused')
  })

  test.each([
    ['AQ==', '2147483647', '1E-2147483647'],
    ['AQ==', '-2147483648', '1E+2147483648'],
    ['AQ==', '2147483648', 'refused'],
    ['AQ==', '99999999999', 'refused'],
  ])('a decimal %s of scale %s is %s', (payload, scale, expected) => {
    const json = `{"schema":${decimal(scale)},"payload":"${payload}"}`
    const numeric = outcome(json, { 'decimal.format': 'NUMERIC' })
    expect(String(numeric).replace(/^.*"payload":(.*)\}$/, '$1')).toBe(expected)
    if (expected !== 'refused') expect(outcome(json, {})).toContain('"payload":"AQ=="')
  })

  test.each([['1e2147483648'], ['1e-2147483647'], ['1e-2147483648'], ['1e99999999999']])(
    'a decimal written as %s takes no more than its text does',
    (payload) => {
      const json = `{"schema":${decimal('2')},"payload":${payload}}`
      const result = outcome(json, { 'decimal.format': 'NUMERIC' })
      expect(String(result).length).toBeLessThan(300)
    },
  )
})

describe('Avro that claims more than it has', () => {
  const [empties, nothings, vast] = [3, 4, 6]
  const most = 'ffffffffffffffff7f'
  test.each([
    ['items that take no byte', empties, `${most}00`],
    ['items of a fixed of no bytes', nothings, `${most}00`],
    ['a block of a negative count', empties, 'ffffffffffffffffff0100'],
    ['a billion bytes', vast, '00'],
    ['an index of a union', 7, 'feffffff0f'],
    ['a negative index of a union', 7, '01'],
    ['an index of an enum', 7, '04fe01'],
    ['a length of a string', 2, 'feffffff0f61'],
    ['a negative length of a string', 2, '0161'],
    ['arrays within each other without end', 1, `${'00'.repeat(7)}0202`.repeat(5000)],
  ])('%s: a DataError', async (_what, id, hex) => {
    const bytes = avroConverter.framed(id, Buffer.from(hex, 'hex'))
    const read = async (): Promise<unknown> =>
      await avroConverter.converter.toConnectData('t', null, bytes)
    await expect(read()).rejects.toThrow(DataError)
  })
})

describe('a header whose text is made to do harm', () => {
  const converter = new SimpleHeaderConverter()
  const read = (text: string) => converter.toConnectHeader('t', 'h', Buffer.from(text))

  test.each([
    ['digits', '9'.repeat(1_000_000)],
    ['decimals', `0.${'9'.repeat(1_000_000)}`],
    ['digits of another script', '٣'.repeat(300_000)],
    ['arrays', '['.repeat(1_000_000)],
    ['maps', '{"a":'.repeat(300_000)],
    ['arrays that end', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['quotes', '"'.repeat(1_000_000)],
    ['backslashes', '\\'.repeat(1_000_000)],
    ['blanks', ' '.repeat(1_000_000)],
    ['items', `[${'1,'.repeat(300_000)}1]`],
    ['blank tokens', `[${' ,'.repeat(300_000)}1]`],
  ])('a megabyte of %s is read, and written again', (_what, text) => {
    const { schema, value } = read(text)
    expect(value).not.toBe(undefined)
    expect(() => converter.fromConnectHeader('t', 'h', schema, value)).not.toThrow()
  })

  test.each([['1e999999999'], ['-1e2147483647'], ['1e-999999999'], ['{"__proto__":1}']])(
    '%s',
    (text) => {
      const { schema, value } = read(text)
      const again = converter.fromConnectHeader('t', 'h', schema, value)
      expect(String(again).length).toBeLessThan(60)
      expect('polluted' in {}).toBe(false)
    },
  )
})
