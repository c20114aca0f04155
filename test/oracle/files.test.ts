import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  AvroFormat,
  ParquetFormat,
  loadAvroCodec,
  loadCompression,
  loadParquetCodec,
} from '../../connectors/storage/index.ts'
import type { FileCompression, FileFormat } from '../../connectors/storage/index.ts'
import { fileBytes, richSchema, richValues } from '../connectors/storage/rich-values.ts'
import { installFileReaders } from '../services/storage/install.ts'
import { scratchDir } from '../support/sluice.ts'
import { JavaOracle } from './java-oracle.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('FilesOracle', [await installFileReaders()])
}, 300_000)

afterAll(() => oracle[Symbol.dispose]())

interface Read {
  readonly schema: string
  readonly codec: string
  readonly records: readonly string[]
}

async function readByJava(kind: 'avro' | 'parquet', format: FileFormat): Promise<Read> {
  await using dir = await scratchDir()
  const path = dir.file(`file${format.extension}`)
  await writeFile(path, fileBytes(format, richSchema, richValues()))
  return (await oracle.ask({ kind, path })) as Read
}

/** What Avro's classes print of the values. */
const expected = [
  {
    ...{ b: true, i8: -128, i16: 32767, i32: -2147483648, i64: 9223372036854775807n },
    ...{ f: 1.5, d: -0.25, s: 'grün', bytes: '\u0001ÿ' },
    ...{ day: 19000, time: 86399999, at: 1700000000123 },
    ...{ list: [1, null, 3], map: { a: 1, b: 2 }, inner: { name: 'x', tags: [] } },
    pairs: [{ key: 7, value: 'seven' }],
  },
  {
    ...{ b: false, i8: 127, i16: -1, i32: 0, i64: -9223372036854775808n },
    ...{ f: 0, d: 1e300, s: '', bytes: '' },
    ...{ day: -1, time: 0, at: -1 },
    ...{ list: null, map: {}, inner: null, pairs: [] },
  },
]

/** Java's text of records, without the decimals, whose bytes it does not print as JSON. */
function comparable(text: string): unknown {
  const exact = text.replace(/"i64": (-?\d+)/, '"i64": "$1"').replace(/, "dec": [^,]*/, '')
  return JSON.parse(exact) as unknown
}

const wanted = JSON.parse(
  JSON.stringify(expected, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  ),
) as unknown

describe("Avro's own reader", () => {
  test.each(['null', 'deflate', 'snappy', 'bzip2', 'zstandard'])(
    'reads files of codec %s',
    async (codec) => {
      const format = new AvroFormat({}, await loadAvroCodec(codec))
      const read = await readByJava('avro', format)
      expect(read.codec).toBe(codec)
      expect(read.records.map(comparable)).toEqual(wanted)
    },
  )
})

describe("Parquet's own reader", () => {
  test.each(['none', 'snappy', 'gzip', 'zstd'])('reads files of codec %s', async (codec) => {
    const format = new ParquetFormat({}, await loadParquetCodec(codec))
    const read = await readByJava('parquet', format)
    expect(read.codec).toBe(codec === 'none' ? 'UNCOMPRESSED' : codec.toUpperCase())
    expect(read.records.map(comparable)).toEqual(wanted)
  })
})

describe('files that are compressed as a whole', () => {
  // More than a piece of what is compressed at once.
  const text = Array.from(
    { length: 40_000 },
    (_, n) => `{"n":${n},"text":"grün ${n * 7919}"}\n`,
  ).join('')

  test.each<FileCompression>(['none', 'gzip', 'snappy', 'zstd'])(
    "are read by Java's streams: %s",
    async (compression) => {
      const compressor = (await loadCompression(compression))()
      const lines = Buffer.from(text)
      const parts = [
        ...(await compressor.push([lines.subarray(0, 700_000)])),
        ...(await compressor.push([lines.subarray(700_000)])),
        ...(await compressor.end()),
      ]
      await using dir = await scratchDir()
      const path = dir.file('file')
      await writeFile(path, Buffer.concat(parts))
      const read = (await oracle.ask({ kind: compression, path })) as { readonly text: string }
      expect(read.text === text).toBe(true)
    },
  )
})
