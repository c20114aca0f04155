import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  valueEquals,
} from '../../src/api/index.ts'
import type { Schema } from '../../src/api/index.ts'
import {
  AvroFormat,
  AvroReader,
  ParquetFormat,
  ParquetReader,
  loadAvroCodec,
  loadParquetCodec,
} from '../../connectors/storage/index.ts'
import { fileBytes, richSchema, richValues } from '../connectors/storage/rich-values.ts'
import { read } from '../connectors/storage/reading.ts'
import { installFileReaders } from '../services/storage/install.ts'
import { scratchDir } from '../support/sluice.ts'
import { JavaOracle } from './java-oracle.ts'

let oracle: JavaOracle

beforeAll(async () => {
  oracle = await JavaOracle.start('FilesOracle', [await installFileReaders()])
}, 300_000)

afterAll(() => oracle[Symbol.dispose]())

/** A file that Java has written of these records. */
async function byJava(
  kind: 'avro' | 'parquet',
  plain: Buffer,
  codec: string,
  oldLists = false,
): Promise<Buffer> {
  await using dir = await scratchDir()
  const [path, to] = [dir.file(`ours.${kind}`), dir.file(`theirs.${kind}`)]
  await writeFile(path, plain)
  await oracle.ask({ kind, path, to, codec, oldLists })
  return await readFile(to)
}

const parquet = async (schema: Schema, values: readonly Struct[]): Promise<Buffer> =>
  fileBytes(new ParquetFormat({}, await loadParquetCodec('none')), schema, values)

describe("what Avro's own writer wrote is read", () => {
  test.each(['null', 'deflate', 'snappy', 'bzip2', 'zstandard'])('with codec %s', async (codec) => {
    const format = new AvroFormat({}, await loadAvroCodec('null'))
    const file = await byJava('avro', fileBytes(format, richSchema, richValues()), codec)
    const { values, schema } = await read(new AvroReader(), file)
    expect(valueEquals(values, richValues())).toBe(true)
    expect(schema).toBe(richSchema)
  })
})

describe("what Parquet's own writer wrote is read", () => {
  test.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'])('with codec %s', async (codec) => {
    const file = await byJava('parquet', await parquet(richSchema, richValues()), codec)
    const { values, schema } = await read(new ParquetReader(), file)
    expect(valueEquals(values, richValues())).toBe(true)
    expect(schema).toBe(richSchema)
  })

  test('with lists of two levels, and from any row on', async () => {
    const item = SchemaBuilder.struct().name('item').field('x', INT32_SCHEMA).build()
    const schema = SchemaBuilder.struct()
      .name('lists')
      .field('id', INT32_SCHEMA)
      .field('tags', SchemaBuilder.array(STRING_SCHEMA).optional().build())
      .field('items', SchemaBuilder.array(item).build())
      .field('text', OPTIONAL_STRING_SCHEMA)
      .build()
    const rows = Array.from({ length: 20_000 }, (_, id) => {
      const tags = id % 3 === 0 ? null : Array.from({ length: id % 4 }, (_each, n) => `tag ${n}`)
      const items = Array.from({ length: id % 3 }, (_each, n) => new Struct(item, [n]))
      return new Struct(schema, [id, tags, items, id % 5 === 0 ? null : `text ${id % 50}`])
    })
    const file = await byJava('parquet', await parquet(schema, rows), 'SNAPPY', true)
    const all = await read(new ParquetReader(), file)
    expect(valueEquals(all.values, rows)).toBe(true)
    expect(all.schema).toBe(schema)
    const rest = await read(new ParquetReader(), file, { from: 12_345 })
    expect(valueEquals(rest.values, rows.slice(12_345))).toBe(true)
  })
})
