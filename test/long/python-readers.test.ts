import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  AvroFormat,
  ParquetFormat,
  loadAvroCodec,
  loadParquetCodec,
} from '../../connectors/storage/index.ts'
import type { FileFormat } from '../../connectors/storage/index.ts'
import { fileBytes, richSchema, richValues } from '../connectors/storage/rich-values.ts'
import { PythonReaders } from '../services/storage/python-readers.ts'
import { scratchDir } from '../support/sluice.ts'

let readers: PythonReaders

beforeAll(async () => {
  readers = await PythonReaders.start()
}, 900_000)

afterAll(() => readers[Symbol.dispose]())

/** What both read of {@link richValues}. */
const expected = [
  {
    ...{ b: true, i8: -128, i16: 32767, i32: -2147483648, i64: '9223372036854775807' },
    ...{ f: 1.5, d: -0.25, s: 'grün', bytes: 'Af8=', dec: '-123.45' },
    ...{ day: 19000, time: 86399999, at: 1700000000123, list: [1, null, 3], map: { a: 1, b: 2 } },
    ...{ inner: { name: 'x', tags: [] }, pairs: [{ key: 7, value: 'seven' }] },
  },
  {
    ...{ b: false, i8: 127, i16: -1, i32: 0, i64: '-9223372036854775808' },
    ...{ f: 0, d: 1e300, s: '', bytes: '', dec: '0.00', day: -1, time: 0, at: -1 },
    ...{ list: null, inner: null, pairs: [] },
  },
]

async function read(kind: 'avro' | 'parquet', format: FileFormat): Promise<readonly unknown[]> {
  await using dir = await scratchDir()
  const path = dir.file(`file${format.extension}`)
  await writeFile(path, fileBytes(format, richSchema, richValues()))
  return await readers.read(kind, path)
}

test.each(['null', 'deflate', 'snappy', 'bzip2', 'zstandard'])(
  'fastavro reads Avro files of codec %s',
  async (codec) => {
    const records = await read('avro', new AvroFormat({}, await loadAvroCodec(codec)))
    expect(records).toMatchObject(expected)
  },
)

test.each(['none', 'snappy', 'gzip', 'zstd', 'brotli'])(
  'pyarrow reads Parquet files of codec %s',
  async (codec) => {
    const records = await read('parquet', new ParquetFormat({}, await loadParquetCodec(codec)))
    expect(records).toMatchObject(expected)
  },
)
