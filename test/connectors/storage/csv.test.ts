import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { ConnectTimestamp, Decimal, SchemaBuilder, isStruct } from '../../../src/api/index.ts'
import { CsvReader } from '../../../connectors/storage/index.ts'
import type { CsvOptions } from '../../../connectors/storage/index.ts'
import { CsvSplitter } from '../../../connectors/storage/formats/readers/csv/csv-splitter.ts'
import { failure, read } from './reading.ts'

const defaults: CsvOptions = {
  ...{ separator: 44, quote: 34, escape: 92, isRfc4180: true, strictQuotes: false },
  ...{ ignoreLeadingWhitespace: true, ignoreQuotations: false, keepCarriageReturn: false },
  ...{ nullFields: { plain: false, quoted: false }, skipLines: 0, hasHeader: true },
  ...{ caseSensitive: false, charset: 'UTF-8', schema: null },
}
const reader = (options: Partial<CsvOptions> = {}): CsvReader =>
  new CsvReader({ ...defaults, ...options })

/** Rows as lists of their fields. */
async function rows(
  text: string | Buffer,
  options: Partial<CsvOptions> = {},
  from = 0,
): Promise<unknown[][]> {
  const { values } = await read(reader(options), Buffer.from(text), { from })
  return values.map((value) =>
    isStruct(value) ? (value.schema.fields ?? []).map(({ name }) => value.get(name)) : [],
  )
}

/** The rows of bytes that come in chunks of this size. */
function cut(bytes: Buffer, size: number): string[] {
  const splitter = new CsvSplitter(defaults)
  const found: string[] = []
  const take = (): void => {
    found.push(splitter.bytes.toString('utf8', splitter.start, splitter.end))
  }
  for (let at = 0; at < bytes.length; at += size) {
    splitter.push(bytes.subarray(at, at + size))
    while (splitter.next()) take()
  }
  splitter.finish()
  while (splitter.next()) take()
  if (splitter.takeRest()) take()
  return found
}

describe('rows', () => {
  const loose = { isRfc4180: false }
  test.each<[string, string, Partial<CsvOptions>, unknown[][]]>([
    [
      'plain',
      'a,b\n1,2\n3,4',
      {},
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'of Windows, with a mark of their order',
      '\ufeffa,b\r\n1,2\r\n\r\n3,4\r\n',
      {},
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'with separators, newlines and quotes in quotes',
      'a,b\n"1,\n""2""",x\n',
      {},
      [['1,\n"2"', 'x']],
    ],
    ['with a quote in a field that has none around it', 'a,b\nx"y,2\n', {}, [['x"y', '2']]],
    ['with empty fields', 'a,b,c\n,"",\n', {}, [['', '', '']]],
    [
      'of which empty fields are null',
      'a,b\n,""\n',
      { nullFields: { plain: true, quoted: false } },
      [[null, '']],
    ],
    [
      'of which empty quotes are null',
      'a,b\n,""\n',
      { nullFields: { plain: false, quoted: true } },
      [['', null]],
    ],
    ['behind lines that are no rows', 'it"s\nso\na,b\n1,2\n', { skipLines: 2 }, [['1', '2']]],
    [
      'without names',
      '1,2\n3,4\n',
      { hasHeader: false },
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'by tabs and single quotes',
      "a\tb\n'x\ty'\tz\n",
      { separator: 9, quote: 39 },
      [['x\ty', 'z']],
    ],
    [
      'with carriage returns that are kept',
      'a\n"x\r\ny"\r\n',
      { keepCarriageReturn: true },
      [['x\r\ny\r']],
    ],
    ['with escaped quotes', 'a,b\n"1\\"\n",2\n', loose, [['1"\n', '2']]],
    ['with white space before quotes', 'a,b\n1,  "x,y"\n', loose, [['1', 'x,y']]],
    [
      'with white space that counts',
      'a,b\n1,  "x"\n',
      { ...loose, ignoreLeadingWhitespace: false },
      [['1', '  "x']],
    ],
    [
      'of which only what is quoted counts',
      '"a","b"\nx"1"y,"2"\n',
      { ...loose, strictQuotes: true },
      [['1', '2']],
    ],
    [
      'of which quotes hold nothing together',
      'a,b,c\n"1,2",3\n',
      { ...loose, ignoreQuotations: true },
      [['1', '2', '3']],
    ],
  ])('%s', async (_name, text, options, expected) => {
    expect(await rows(text, options)).toEqual(expected)
  })

  test('in another encoding', async () => {
    const latin = Buffer.from('n\u00e4me\nM\u00fcller\n', 'latin1')
    const { values } = await read(reader({ charset: 'ISO-8859-1' }), latin)
    expect(values.map(String)).toEqual(['Struct{n\u00e4me=M\u00fcller}'])
  })

  test('come out as they went in, from any of them on, wherever chunks end', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é'), maxLength: 6 })
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 12 }),
        fc.nat(12),
        fc.integer({ min: 1, max: 7 }),
        async (all, from, chunk) => {
          const text = all.map((row) => `${row.map(quoted).join(',')}\n`).join('')
          const bytes = Buffer.from(`a,b\n${text}`)
          const found = await rows(bytes, {}, Math.min(from, all.length))
          expect(found).toEqual(all.slice(from))
          expect(cut(bytes, chunk)).toEqual(['a,b', ...all.map((row) => row.map(quoted).join(','))])
        },
      ),
    )
  })
})

describe('a schema', () => {
  const schema = SchemaBuilder.struct()
    .field('id', SchemaBuilder.int64().build())
    .field('Small', SchemaBuilder.int8().optional().build())
    .field('on', SchemaBuilder.bool().optional().build())
    .field('price', Decimal.builder(2).optional().build())
    .field('at', ConnectTimestamp.builder().optional().build())
    .field('missing', SchemaBuilder.string().optional().defaultValue('d').build())
    .build()

  test('says what texts are, whatever their order', async () => {
    const text =
      'at,ON,more,price,small,id\n2024-05-06T07:08:09.000Z,TRUE,x,1.5,-7,9007199254740993\n,,,,,2\n'
    const found = await rows(text, { schema })
    expect(found).toEqual([
      [9007199254740993n, -7, true, new Decimal(150n, 2), new Date('2024-05-06T07:08:09Z'), 'd'],
      [2, null, null, null, null, 'd'],
    ])
  })

  test('without names of fields has them in its order', async () => {
    const two = SchemaBuilder.struct()
      .field('a', SchemaBuilder.int32().build())
      .field('b', SchemaBuilder.float64().build())
      .build()
    expect(await rows('1,0.5\n', { schema: two, hasHeader: false })).toEqual([[1, 0.5]])
  })

  test.each([
    [
      'that is too large',
      'id,small\n1,128\n',
      'The field Small cannot be read: "128" is no value of',
    ],
    ['that is no number', 'id\nx\n', 'The field id cannot be read: "x" is no value of'],
    ['that is not there', 'small\n1\n', 'The field id cannot be read: It has nothing'],
    ['with more digits than its scale', 'id,price\n1,1.555\n', 'The field price cannot be read'],
  ])('refuses a value %s', async (_name, text, message) => {
    const error = await failure(reader({ schema }), Buffer.from(text))
    expect(error.message).toContain(message)
    expect([error.record, error.next]).toEqual([0, 1])
  })
})

test('a row with too few fields, or that is not of its encoding, fails alone', async () => {
  const text = Buffer.concat([
    Buffer.from('a,b\n1,2\n3\n'),
    Buffer.from([0xff, 0x2c, 0x0a]),
    Buffer.from('5,6\n'),
  ])
  const short = await failure(reader(), text)
  expect(short.message).toContain('The row has 1 fields, and 2 are expected.')
  expect([short.record, short.next]).toEqual([1, 2])
  const damaged = await failure(reader(), text, 2)
  expect([damaged.record, damaged.next]).toEqual([2, 3])
  expect(await rows(text, {}, 3)).toEqual([['5', '6']])
})

test('names that are there twice make a file that cannot be read', async () => {
  const error = await failure(reader(), Buffer.from('a,a\n1,2\n'))
  expect([error.record, error.next]).toEqual([0, null])
})
