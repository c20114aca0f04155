import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseProperties, readPropertiesFile } from '../../src/config/java-properties.ts'

describe('the syntax of Java properties', () => {
  test.each<[string, Record<string, string>]>([
    ['a=b', { a: 'b' }],
    ['a = b', { a: 'b' }],
    ['a:b', { a: 'b' }],
    ['a b', { a: 'b' }],
    ['a\tb', { a: 'b' }],
    ['  a=b', { a: 'b' }],
    ['a  =  b  ', { a: 'b  ' }],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['=b', { '': 'b' }],
    [':b', { '': 'b' }],
    ['a==b', { a: '=b' }],
    ['a=:b', { a: ':b' }],
    ['a :=b', { a: '=b' }],
    ['a=b # not comment', { a: 'b # not comment' }],
    ['a=b\\\n   c', { a: 'bc' }],
    ['a=b\\\n  \\\n  c', { a: 'bc' }],
    ['a=b \\\n c', { a: 'b c' }],
    ['a=b\\\\\nc=d', { a: 'b\\', c: 'd' }],
    ['a=b\\\n#c', { a: 'b#c' }],
    ['a=b\\\n\n c=d', { a: 'b', c: 'd' }],
    ['#c\\\na=b', { a: 'b' }],
    ['!c\n\n \t\f\na=b', { a: 'b' }],
    ['a=b\\', { a: 'b' }],
    ['a=\\', { a: '' }],
    ['\\\n a=b', { a: 'b' }],
    ['\\', { '': '' }],
    ['a\\ b=c', { 'a b': 'c' }],
    ['a\\=b=c', { 'a=b': 'c' }],
    ['a\\:b=c', { 'a:b': 'c' }],
    ['\\#a=b', { '#a': 'b' }],
    ['a=\\t\\n\\r\\f\\q\\\\', { a: '\t\n\r\fq\\' }],
    ['a=\\u0041', { a: 'A' }],
    ['a=C:\\path\\new', { a: 'C:path\new' }],
    ['a=1\na=2', { a: '2' }],
    ['a=1\rb=2\r\nc=3', { a: '1', b: '2', c: '3' }],
    ['a\\\r\n  b=c', { ab: 'c' }],
    ['', {}],
  ])('%j', (text, expected) => {
    expect({ ...parseProperties(text) }).toEqual(expected)
  })

  test('a key called __proto__ is a key like any other', () => {
    expect(Object.entries(parseProperties('__proto__=x'))).toEqual([['__proto__', 'x']])
  })

  test('\\u without four digits is an error that names the line', () => {
    expect(() => parseProperties('a=b\n\nb=1\\\n\\u41', 'worker.properties')).toThrow(
      'Malformed \\uxxxx encoding in worker.properties, line 3: expected four hexadecimal digits',
    )
  })

  test('whatever is escaped as Java stores it comes back', () => {
    const stored = (text: string): string =>
      Array.from(text, (char) =>
        /[ -~]/.test(char)
          ? char.replace(/[\s=:#!\\]/, '\\$&')
          : Array.from(
              { length: char.length },
              (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`,
            ).join(''),
      ).join('')
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string()), (entries) => {
        const text = Object.entries(entries).map(([k, v]) => `${stored(k)}=${stored(v)}\n`)
        expect(Object.entries(parseProperties(text.join('')))).toEqual(
          expect.arrayContaining(Object.entries(entries)),
        )
      }),
    )
  })
})

describe('a properties file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'properties-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('is read as ISO-8859-1', async () => {
    const file = path.join(folder, 'utf8.properties')
    await writeFile(file, 'a=é\n')
    expect({ ...(await readPropertiesFile(file)) }).toEqual({ a: 'Ã©' })
  })

  test.each([
    [
      'missing.properties',
      /Cannot read the properties file .*missing\.properties: there is no such file\./,
    ],
    ['.', /Cannot read the properties file .*: it is a folder\./],
  ])('that cannot be read says why: %s', async (name, message) => {
    await expect(readPropertiesFile(path.join(folder, name))).rejects.toThrow(message)
  })
})
