import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import {
  INT32_SCHEMA,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  valueEquals,
} from '../../../src/api/index.ts'
import type { Schema } from '../../../src/api/index.ts'
import { codecByName, loadCodec } from '../../../src/kafka/records/codecs.ts'
import {
  AvroFormat,
  BytesFormat,
  JsonFormat,
  ParquetFormat,
  TextFormat,
  loadAvroCodec,
  loadCompression,
  loadParquetCodec,
  readAvroFile,
} from '../../../connectors/storage/index.ts'
import type { FileCompression } from '../../../connectors/storage/index.ts'
import { fileBytes, richSchema, richValues } from './rich-values.ts'
import { record, struct } from './support.ts'

const pair = SchemaBuilder.struct()
  .name('r')
  .field('id', INT64_SCHEMA)
  .field('s', OPTIONAL_STRING_SCHEMA)
  .build()
const pairs = [
  [1, 'a'],
  [-2, null],
  [300, 'é'],
].map((values) => new Struct(pair, values))

describe('JSON', () => {
  const json = new JsonFormat('BASE64')
  test('is a line a record, numbers as Java prints them', () => {
    expect(fileBytes(json, struct().schema, [struct(), struct(7)]).toString()).toBe(
      '{"boolean":true,"int":12,"long":12,"float":12.2,"double":12.2}\n' +
        '{"boolean":true,"int":7,"long":12,"float":12.2,"double":12.2}\n',
    )
  })

  test('holds what has no schema, keys in their order', () => {
    const values = [{ b: 1, a: 1.5, c: ['x', null] }, 'text', 2n ** 60n]
    expect(fileBytes(json, null, values).toString()).toBe(
      '{"b":1,"a":1.5,"c":["x",null]}\n"text"\n1152921504606846976\n',
    )
  })

  test('decimals are numbers where that is asked for', () => {
    const [first] = richValues()
    const numeric = fileBytes(new JsonFormat('NUMERIC'), richSchema, [first]).toString()
    expect(numeric).toContain('"dec":-123.45,')
    expect(fileBytes(json, richSchema, [first]).toString()).toContain('"dec":"z8c=",')
  })

  test('a value that does not fit leaves no byte', () => {
    const file = json.open(pair)
    file.write(pairs[0], record({ offset: 0 }))
    expect(() => {
      file.write('text', record({ offset: 1 }))
    }).toThrow('Invalid type for STRUCT')
    expect(Buffer.concat(file.take()).toString()).toBe('{"id":1,"s":"a"}\n')
  })
})

test('bytes have a separator behind each, and texts a newline', () => {
  expect(
    fileBytes(new BytesFormat('.bin', '|'), null, [Buffer.from('a'), Buffer.alloc(0)]).toString(),
  ).toBe('a||')
  expect(fileBytes(new TextFormat(), null, ['a', { b: 1 }]).toString()).toBe('a\n{b=1}\n')
  expect(() => fileBytes(new BytesFormat('.bin', '|'), null, ['text'])).toThrow(
    'ByteArrayFormat is not compatible with objects of type class java.lang.String, found in test-topic-12 at offset 0',
  )
})

describe('Avro', () => {
  const payload = '020202610300d8040204c3a9'
  test.each([
    ['null', `0618${payload}`],
    ['snappy', `06240c2c${payload}e7d0641c`],
  ])('has the blocks of its specification with codec %s', async (codec, block) => {
    const bytes = fileBytes(new AvroFormat({}, await loadAvroCodec(codec)), pair, pairs)
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('Obj\x01')
    expect(bytes.subarray(0, -16).toString('hex')).toMatch(new RegExp(`${block}$`))
  })

  test.each(['null', 'deflate', 'snappy', 'bzip2', 'zstandard'])(
    'is read as it was written: %s',
    async (codec) => {
      const format = new AvroFormat({}, await loadAvroCodec(codec))
      const many = Array.from(
        { length: 20_000 },
        (_, id) => new Struct(pair, [id, `text ${id % 100}`]),
      )
      const found: unknown[] = []
      for await (const { value } of readAvroFile(fileBytes(format, pair, many))) found.push(value)
      expect(valueEquals(found, many)).toBe(true)
    },
  )

  test('is the same to the last byte when it is written again', async () => {
    const format = new AvroFormat({}, await loadAvroCodec('deflate'))
    expect(fileBytes(format, richSchema, richValues())).toEqual(
      fileBytes(format, richSchema, richValues()),
    )
  })

  test.each<[string, Schema | null, unknown[]]>([
    ['texts', STRING_SCHEMA, ['a', 'b']],
    ['values without a schema', null, [{ a: 1 }, 'b']],
  ])('holds %s', async (_name, schema, values) => {
    const format = new AvroFormat({}, await loadAvroCodec('null'))
    const found: unknown[] = []
    for await (const { value } of readAvroFile(fileBytes(format, schema, values))) found.push(value)
    expect(valueEquals(found, values)).toBe(true)
  })

  test('bytes that are none are refused', async () => {
    const bytes = fileBytes(new AvroFormat({}, await loadAvroCodec('null')), pair, pairs)
    const read = async (file: Buffer): Promise<void> => {
      for await (const each of readAvroFile(file)) expect(each).toBeDefined()
    }
    await expect(read(Buffer.from('nothing'))).rejects.toThrow('no Avro file')
    await expect(read(bytes.subarray(0, -1))).rejects.toThrow('cut off')
    await expect(loadAvroCodec('xz')).rejects.toThrow('this codec is not here')
  })
})

describe('Parquet', () => {
  const rowsOf = async (bytes: Buffer): Promise<Record<string, unknown>[]> => {
    const file = new Uint8Array(bytes).buffer
    return await parquetReadObjects({ file })
  }

  test('rows are read as they were written', async () => {
    const format = new ParquetFormat({}, await loadParquetCodec('snappy'))
    expect(format.extension).toBe('.snappy.parquet')
    const bytes = fileBytes(format, richSchema, richValues())
    const rows = await rowsOf(bytes)
    expect(rows[0]).toMatchObject({
      ...{ b: true, i8: -128, i64: 9223372036854775807n, s: 'grün', dec: -123.45 },
      ...{ list: [1, null, 3], map: { a: 1, b: 2 }, inner: { name: 'x', tags: [] } },
      pairs: [{ key: 7, value: 'seven' }],
    })
    expect(rows[1]).toMatchObject({ i64: -9223372036854775808n, dec: 0, map: {} })
    const { key_value_metadata: notes, schema } = parquetMetadata(new Uint8Array(bytes).buffer)
    expect(schema[0]?.name).toBe('com.example.Rich')
    expect(notes?.map(({ key }) => key)).toEqual(['parquet.avro.schema', 'writer.model.name'])
  })

  test('a row that does not fit leaves nothing in any column', async () => {
    const format = new ParquetFormat({}, await loadParquetCodec('none'))
    const schema = SchemaBuilder.struct().field('a', INT32_SCHEMA).field('b', INT32_SCHEMA).build()
    const file = format.open(schema)
    file.write(new Struct(schema, [1, 2]), record({ offset: 0 }))
    expect(() => {
      file.write(new Struct(schema, [3, null]), record({ offset: 1 }))
    }).toThrow("Found null value for the required field 'b'")
    file.finish()
    expect(await rowsOf(Buffer.concat(file.take()))).toEqual([{ a: 1, b: 2 }])
  })

  test('values that are no Structs are refused', async () => {
    const format = new ParquetFormat({}, await loadParquetCodec('none'))
    expect(() => format.open(null)).toThrow('Avro schema must be a record.')
    expect(() => format.open(STRING_SCHEMA)).toThrow('Avro schema must be a record.')
    await expect(loadParquetCodec('lzo')).rejects.toThrow('this codec is not here')
  })
})

describe('a file is compressed whole', () => {
  const decompress: Readonly<Record<FileCompression, (bytes: Buffer) => Buffer>> = {
    none: (bytes) => bytes,
    gzip: (bytes) => gunzipSync(bytes),
    snappy: (bytes) => codecByName('snappy').decompress(bytes),
    zstd: (bytes) => codecByName('zstd').decompress(bytes),
  }
  test.each<FileCompression>(['none', 'gzip', 'snappy', 'zstd'])('%s', async (name) => {
    const make = await loadCompression(name)
    if (name !== 'none' && name !== 'gzip') await loadCodec(name)
    const compress = async (pieces: readonly Buffer[]): Promise<Buffer> => {
      const compressor = make()
      const parts: Buffer[] = []
      for (const piece of pieces) parts.push(...(await compressor.push([piece])))
      return Buffer.concat([...parts, ...(await compressor.end())])
    }
    const all = Buffer.from('a line of a file\n'.repeat(200_000))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: all.length }), { maxLength: 5 }),
        async (cuts) => {
          const ends = [...cuts.sort((a, b) => a - b), all.length]
          const pieces = ends.map((end, index) => all.subarray(ends[index - 1] ?? 0, end))
          const packed = await compress(pieces)
          // However the bytes come, the file is the same.
          expect(packed.equals(await compress([all]))).toBe(true)
          expect(decompress[name](packed).equals(all)).toBe(true)
        },
      ),
      { numRuns: 4 },
    )
  })

  test('nothing makes an empty file', async () => {
    const compressor = (await loadCompression('gzip', 9))()
    expect(gunzipSync(Buffer.concat(await compressor.end()))).toHaveLength(0)
  })
})
