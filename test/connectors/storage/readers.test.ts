import { describe, expect, test } from 'vitest'
import { DataError, STRING_SCHEMA, valueEquals } from '../../../src/api/index.ts'
import type { Schema, Struct } from '../../../src/api/index.ts'
import { JsonConverter } from '../../../src/converters/json/index.ts'
import {
  AvroFormat,
  AvroReader,
  JsonFormat,
  ParquetFormat,
  ParquetReader,
  UnreadableError,
  jsonDocumentsReader,
  jsonReader,
  loadAvroCodec,
  loadParquetCodec,
  rangedBytes,
} from '../../../connectors/storage/index.ts'
import type { FileFormat, FileReader } from '../../../connectors/storage/index.ts'
import { fileBytes, richSchema, richValues } from './rich-values.ts'

import { failure, never, pair, pairs, read } from './reading.ts'

const kinds: [string, () => Promise<FileFormat>, () => FileReader, Schema | null][] = [
  [
    'Avro',
    async () => new AvroFormat({}, await loadAvroCodec('null')),
    () => new AvroReader(),
    pair,
  ],
  [
    'Avro, deflate',
    async () => new AvroFormat({}, await loadAvroCodec('deflate')),
    () => new AvroReader(),
    pair,
  ],
  [
    'Avro, snappy',
    async () => new AvroFormat({}, await loadAvroCodec('snappy')),
    () => new AvroReader(),
    pair,
  ],
  [
    'Avro, zstandard',
    async () => new AvroFormat({}, await loadAvroCodec('zstandard')),
    () => new AvroReader(),
    pair,
  ],
  [
    'Parquet',
    async () => new ParquetFormat({}, await loadParquetCodec('none')),
    () => new ParquetReader(),
    pair,
  ],
  [
    'Parquet, gzip',
    async () => new ParquetFormat({}, await loadParquetCodec('gzip')),
    () => new ParquetReader(),
    pair,
  ],
  [
    'Parquet, snappy',
    async () => new ParquetFormat({}, await loadParquetCodec('snappy')),
    () => new ParquetReader(),
    pair,
  ],
  [
    'Parquet, zstd',
    async () => new ParquetFormat({}, await loadParquetCodec('zstd')),
    () => new ParquetReader(),
    pair,
  ],
  [
    'Parquet, brotli',
    async () => new ParquetFormat({}, await loadParquetCodec('brotli')),
    () => new ParquetReader(),
    pair,
  ],
  ['JSON', () => Promise.resolve(new JsonFormat('BASE64')), () => jsonReader(false), null],
  [
    'JSON documents',
    () => Promise.resolve(new JsonFormat('BASE64')),
    () => jsonDocumentsReader(false),
    null,
  ],
]

describe.each(kinds)('%s', (_name, format, reader, schema) => {
  const expected = (list: readonly Struct[]): unknown[] =>
    schema === null ? list.map(({ values: [id, s] }) => ({ id, s })) : [...list]

  test('is read as our writer wrote it, in batches, from any record on', async () => {
    const list = pairs(5000)
    const file = fileBytes(await format(), pair, list)
    const all = await read(reader(), file)
    expect(valueEquals(all.values, expected(list))).toBe(true)
    expect(all.schema).toBe(schema)
    expect(Math.max(...all.sizes)).toBe(100)
    for (const from of [1, 99, 2500, 4999, 5000, 6000]) {
      const { values } = await read(reader(), file, { from, batchRecords: 700 })
      expect(valueEquals(values, expected(list.slice(from)))).toBe(true)
    }
  })

  test('that is cut off says where', async () => {
    const file = fileBytes(await format(), pair, pairs(5000))
    const error = await failure(reader(), file.subarray(0, file.length - 9))
    expect(error).toBeInstanceOf(DataError)
    expect(error.file).toBe('the/file')
    expect(error.message).toContain('of the/file: ')
  })
})

describe('values of every kind', () => {
  test.each<[string, () => Promise<FileFormat>, FileReader]>([
    ['Avro', async () => new AvroFormat({}, await loadAvroCodec('null')), new AvroReader()],
    [
      'Parquet',
      async () => new ParquetFormat({}, await loadParquetCodec('none')),
      new ParquetReader(),
    ],
  ])('come out of %s as they went in, with their schema', async (_name, format, reader) => {
    const { values, schema } = await read(
      reader,
      fileBytes(await format(), richSchema, richValues()),
    )
    expect(valueEquals(values, richValues())).toBe(true)
    expect(schema).toBe(richSchema)
  })
})

describe('JSON', () => {
  test('with schemas is read by its envelopes, a batch for each schema', async () => {
    const converter = new JsonConverter()
    converter.configure({ 'schemas.enable': 'true' }, false)
    const line = (schema: Schema, value: unknown): string =>
      Buffer.from(converter.fromConnectData('t', null, schema, value) ?? '').toString()
    const [first] = pairs(1)
    const text = [line(pair, first), line(pair, first), line(STRING_SCHEMA, 'x')].join('\n')
    const { values, sizes, schema } = await read(jsonReader(true), Buffer.from(text))
    expect(valueEquals(values, [first, first, 'x'])).toBe(true)
    expect(sizes).toEqual([2, 1])
    expect(schema).toBe(STRING_SCHEMA)
  })

  test('lines that are blank are no records, and a last one needs no end', async () => {
    const { values } = await read(jsonReader(false), Buffer.from('\n{"a":1}\r\n  \n"x"\n\n[2]'))
    expect(values).toEqual([{ a: 1 }, 'x', [2]])
  })

  test('documents may have any layout', async () => {
    const text = '{"a": {\n "b": "}\\"{"}}\n{"a":2}[1,\n2]"x" 7\n  null'
    const { values } = await read(jsonDocumentsReader(false), Buffer.from(text))
    expect(values).toEqual([{ a: { b: '}"{' } }, { a: 2 }, [1, 2], 'x', 7, null])
  })

  test.each([
    ['lines', jsonReader(false)],
    ['documents', jsonDocumentsReader(false)],
  ])('a damaged line hurts no other: %s', async (_name, reader) => {
    const file = Buffer.from('{"a":1}\n{"a":\n{"a":3}\n')
    const error = await failure(reader, file)
    expect([error.record, error.next]).toEqual([1, 2])
    expect(error.message).toContain('Cannot read the record with the index 1 of the/file: ')
    expect((await read(reader, file, { from: 2 })).values).toEqual([{ a: 3 }])
  })
})

test('what precedes a damaged record is given first', async () => {
  const file = rangedBytes('f', Buffer.from('1\n2\nx{\n4\n'))
  const values: unknown[] = []
  const options = { from: 0, batchRecords: 100, compression: 'none', signal: never } as const
  await expect(async () => {
    for await (const batch of jsonReader(false).read(file, options)) values.push(...batch.values)
  }).rejects.toThrow(UnreadableError)
  expect(values).toEqual([1, 2])
})

test('a damaged block of Avro does not hide those behind it', async () => {
  const format = new AvroFormat({}, await loadAvroCodec('snappy'))
  const list = pairs(20_000)
  const file = fileBytes(format, pair, list)
  // The last byte of the first block: its checksum.
  const marker = file.subarray(-16)
  const second = file.indexOf(marker, file.indexOf(marker) + 16)
  file.writeUInt8(file.readUInt8(second - 1) ^ 1, second - 1)
  const error = await failure(new AvroReader(), file)
  expect(error.record).toBe(0)
  expect(error.next).toBeGreaterThan(1000)
  const from = error.next ?? 0
  const { values } = await read(new AvroReader(), file, { from })
  expect(valueEquals(values, list.slice(from))).toBe(true)
})

test.each([
  ['Avro', new AvroReader(), 'no Avro file'],
  ['Parquet', new ParquetReader(), 'PAR1'],
])('what is no file of %s is unreadable, and nothing behind it', async (_name, reader, text) => {
  const error = await failure(reader, Buffer.from('this is something else, of some length'))
  expect(error.next).toBeNull()
  expect(error.message).toContain(text)
  expect((await failure(reader, Buffer.alloc(0))).next).toBeNull()
})
