import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import type { AsyncBuffer, Compressors, FileMetaData, RowGroup } from 'hyparquet'
import { DataError } from 'sluice/api'
import type { Schema } from 'sluice/api'
import { AvroData, parseAvroSchema } from 'sluice/avro'
import { BatchBuilder, throwUnreadable } from './file-reader.ts'
import type { FileReader, ReadOptions, RecordBatch } from './file-reader.ts'
import { loadPageCodecs } from './parquet-pages.ts'
import { plainElements, schemaOfNode } from './parquet-schema.ts'
import type { ParquetNode } from './parquet-schema.ts'
import { rowReader } from './parquet-values.ts'
import { readWhole } from './ranged-bytes.ts'
import type { RangedBytes } from './ranged-bytes.ts'

const mostFooterBytes = 64 * 1024 * 1024
const mostGroupBytes = 512 * 1024 * 1024
/** So much of a row group, as its footer counts it, becomes rows at once. */
const windowBytes = 16 * 1024 * 1024
const tailBytes = 64 * 1024

/** What was read of a file's footer. */
interface Layout {
  /** Without the types that the library would convert to. */
  readonly metadata: FileMetaData
  readonly schema: Schema
  /** Hot. Throws a DataError. */
  readonly toRow: (row: Readonly<Record<string, unknown>>) => unknown
}

/** A file on its way, and where it stands. */
interface Run {
  readonly file: RangedBytes
  readonly options: ReadOptions
  readonly layout: Layout
  readonly place: { file: string; record: number; next: number | null }
}

/** Apache Parquet: the footer, then row group after row group, each by a few ranged reads. */
export class ParquetReader implements FileReader {
  readonly #data: AvroData

  /** `config` may hold the keys of the mapping from Avro, e.g. `enhanced.avro.schema.support`. */
  constructor(config: Readonly<Record<string, string>> = {}) {
    this.#data = new AvroData(config)
  }

  async *read(
    file: RangedBytes,
    options: ReadOptions,
  ): AsyncGenerator<RecordBatch, void, undefined> {
    const { from, signal } = options
    const place: Run['place'] = { file: file.name, record: 0, next: null }
    try {
      const layout = this.#layoutOf(await readFooter(file, signal))
      let start = 0
      for (const group of layout.metadata.row_groups) {
        const end = start + Number(group.num_rows)
        place.record = start
        place.next = end
        if (end > from) yield* readGroup({ file, options, layout, place }, group, start)
        start = end
      }
    } catch (error) {
      throwUnreadable(error, place, signal)
    }
  }

  #layoutOf(found: FileMetaData): Layout {
    const tree = parquetSchema(found) as ParquetNode
    const schema = this.#noted(found, tree) ?? schemaOfNode(tree)
    const metadata = { ...found, schema: plainElements(found.schema) }
    return { metadata, schema, toRow: rowReader(tree, schema) }
  }

  /** The schema that writers of Avro's records note beside that of Parquet, where it is the one of these columns. */
  #noted(metadata: FileMetaData, tree: ParquetNode): Schema | null {
    const noted = metadata.key_value_metadata?.find(
      ({ key }) => key === 'parquet.avro.schema' || key === 'avro.schema',
    )?.value
    if (noted === undefined) return null
    const schema = this.#data.toConnectSchema(parseAvroSchema(noted))
    if (schema?.type !== 'STRUCT') return null
    const names = new Set(tree.children.map(({ element }) => element.name))
    return schema.fields?.every(({ name }) => names.has(name)) === true ? schema : null
  }
}

async function readFooter(file: RangedBytes, signal: AbortSignal): Promise<FileMetaData> {
  if (file.size < 12) throw new DataError(`A Parquet file has more than ${file.size} bytes.`)
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    async slice(start, end = file.size) {
      if (end - start > mostFooterBytes) {
        throw new DataError(`The footer takes more than ${mostFooterBytes} bytes.`)
      }
      const bytes = await file.read(start, end, signal)
      return arrayBufferOf(bytes, 0, bytes.length)
    },
  }
  return await parquetMetadataAsync(buffer, { initialFetchSize: tailBytes, geoparquet: false })
}

/** Rows of a group, a part of them at a time; its bytes are read once. */
async function* readGroup(
  run: Run,
  group: RowGroup,
  groupStart: number,
): AsyncGenerator<RecordBatch, void, undefined> {
  const { options, layout } = run
  const { start, end } = rangeOf(group)
  if (start < 0 || end > run.file.size || end - start > mostGroupBytes) {
    throw new DataError(
      `A row group takes the bytes from ${start} to ${end}: expected at most ${mostGroupBytes} of a file of ${run.file.size}.`,
    )
  }
  const compressors = await loadPageCodecs(group)
  const bytes = await readWhole(run.file, start, end, options.signal)
  const buffer: AsyncBuffer = {
    byteLength: run.file.size,
    slice: (from, to = run.file.size) => arrayBufferOf(bytes, from - start, to - start),
  }
  const rows = Number(group.num_rows)
  const size = windowRows(group, rows)
  for (let at = groupStart; at < groupStart + rows; at += size) {
    const windowEnd = Math.min(groupStart + rows, at + size)
    const from = Math.max(at, options.from)
    if (from >= windowEnd) continue
    const window = { buffer, metadata: layout.metadata, compressors }
    yield* batchesOf(run, await readRows(window, from, windowEnd), from)
  }
}

function windowRows(group: RowGroup, rows: number): number {
  const windows = Math.max(1, Math.ceil(Number(group.total_byte_size) / windowBytes))
  return Math.max(1, Math.ceil(rows / windows))
}

function rangeOf(group: RowGroup): { readonly start: number; readonly end: number } {
  let start = Number.MAX_SAFE_INTEGER
  let end = 0
  for (const { meta_data: column } of group.columns) {
    if (column === undefined) throw new DataError('A column of the row group is not described.')
    const begin = Number(column.dictionary_page_offset ?? 0n) || Number(column.data_page_offset)
    start = Math.min(start, begin)
    end = Math.max(end, begin + Number(column.total_compressed_size))
  }
  return { start, end }
}

interface Window {
  readonly buffer: AsyncBuffer
  readonly metadata: FileMetaData
  readonly compressors: Compressors
}

async function readRows(
  { buffer, metadata, compressors }: Window,
  rowStart: number,
  rowEnd: number,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found = await parquetReadObjects({
    ...{ file: buffer, metadata, compressors, rowStart, rowEnd },
    ...{ utf8: false, geoparquet: false },
    parsers: { timestampFromNanoseconds: (nanos) => nanos },
  })
  if (found.length === rowEnd - rowStart) return found
  throw new DataError(
    `The row group has ${found.length} rows where its footer says ${rowEnd - rowStart}.`,
  )
}

function* batchesOf(
  { layout, options, place }: Run,
  rows: readonly Readonly<Record<string, unknown>>[],
  first: number,
): Generator<RecordBatch, void, undefined> {
  const batch = new BatchBuilder(options.batchRecords)
  const groupEnd = place.next
  place.record = first
  for (const row of rows) {
    let value: unknown
    try {
      value = layout.toRow(row)
    } catch (error) {
      // One row alone.
      place.next = place.record + 1
      const before = batch.take()
      if (before !== null) yield before
      throw error
    }
    const done = batch.add(place.record++, layout.schema, value)
    if (done !== null) yield done
  }
  place.next = groupEnd
  const rest = batch.take()
  if (rest !== null) yield rest
}

function arrayBufferOf(bytes: Buffer, start: number, end: number): ArrayBuffer {
  const copy = new ArrayBuffer(end - start)
  new Uint8Array(copy).set(bytes.subarray(start, end))
  return copy
}
