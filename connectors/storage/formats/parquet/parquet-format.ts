import { DataError, isStruct, schemaText } from 'sluice/api'
import type { Schema } from 'sluice/api'
import { AvroData, avroSchemaText } from 'sluice/avro'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet'
import type { FileEncoder, FileFormat } from '../file-format.ts'
import type { ParquetCodec } from './parquet-codec.ts'
import { parquetColumn } from './parquet-column.ts'
import type { ParquetColumn } from './parquet-column.ts'

/** A row group is written once its values take about so many bytes. Of these, and not of what memory there is: files are to come out the same. */
const rowGroupBytes = 64 * 1024 * 1024

/** A column of the message, and the values that wait for their row group. */
interface OpenColumn {
  readonly name: string
  readonly index: number
  readonly column: ParquetColumn
  values: unknown[]
}

/** Apache Parquet, with the schema in Avro beside it as Java's writer notes it. */
export class ParquetFormat implements FileFormat {
  readonly extension: string
  readonly #data: AvroData
  readonly #codec: ParquetCodec

  constructor(config: Readonly<Record<string, string>>, codec: ParquetCodec) {
    this.#data = new AvroData(config)
    this.#codec = codec
    this.extension = `${codec.extension}.parquet`
  }

  open(schema: Schema | null): FileEncoder {
    if (schema?.type !== 'STRUCT' || schema.fields === null) {
      throw new DataError(
        `Avro schema must be a record. Parquet files hold Structs, and the value has ${schema === null ? 'no schema' : schemaText(schema)}. Use a converter that gives one.`,
      )
    }
    const avro = this.#data.fromConnectSchema(schema)
    const record =
      avro.type === 'union' ? avro.branches.find(({ type }) => type === 'record') : avro
    if (record?.type !== 'record') throw new DataError('Avro schema must be a record.')
    return new ParquetFile({
      schema,
      codec: this.#codec,
      messageName: record.name,
      avroText: avroSchemaText(record),
    })
  }
}

interface ParquetFileOptions {
  readonly schema: Schema
  readonly codec: ParquetCodec
  readonly messageName: string
  readonly avroText: string
}

class ParquetFile implements FileEncoder {
  readonly #columns: OpenColumn[]
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter
  readonly #elements: SchemaElement[]
  readonly #row: unknown[] = []
  #rows = 0
  #estimate = 0

  constructor({ schema, codec, messageName, avroText }: ParquetFileOptions) {
    this.#columns = (schema.fields ?? []).map((field) => ({
      name: field.name,
      index: field.index,
      column: parquetColumn(field.name, field.schema),
      values: [],
    }))
    this.#elements = [
      { name: messageName, num_children: this.#columns.length },
      ...this.#columns.flatMap(({ column }) => column.elements),
    ]
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: this.#elements,
      codec: codec.name,
      compressors: codec.compress === null ? {} : { [codec.name]: codec.compress },
      kvMetadata: [
        { key: 'parquet.avro.schema', value: avroText },
        { key: 'writer.model.name', value: 'avro' },
      ],
      createdBy: 'sluice version 1.0.0 (build 0)',
    })
  }

  get heldBytes(): number {
    return this.#bytes.index
  }

  get memoryBytes(): number {
    return this.#bytes.buffer.byteLength + this.#estimate
  }

  write(value: unknown): void {
    if (!isStruct(value)) throw new DataError('A Parquet file holds Structs alone.')
    const row = this.#row
    let size = 0
    // All of a row is converted before any of it is kept.
    for (let index = 0; index < this.#columns.length; index++) {
      const open = this.#columns[index]
      if (open === undefined) continue
      const converted = open.column.convert(value.values[open.index])
      row[index] = converted
      size += sizeOf(converted)
    }
    for (let index = 0; index < this.#columns.length; index++) {
      this.#columns[index]?.values.push(row[index])
    }
    this.#rows++
    this.#estimate += size
    if (this.#estimate >= rowGroupBytes) this.#writeRowGroup()
  }

  take(): Buffer[] {
    const { buffer, index } = this.#bytes
    if (index === 0) return []
    const taken = Buffer.from(Buffer.from(buffer, 0, index))
    this.#bytes.index = 0
    return [taken]
  }

  finish(): void {
    if (this.#rows > 0) this.#writeRowGroup()
    for (const element of this.#elements) noteDecimal(element)
    void this.#writer.finish()
  }

  #writeRowGroup(): void {
    const columnData = this.#columns.map(({ name, column, values }) => ({
      name,
      data: values,
      statistics: !column.holdsDecimals,
    }))
    void this.#writer.write({ columnData, rowGroupSize: this.#rows })
    for (const column of this.#columns) column.values = []
    this.#rows = 0
    this.#estimate = 0
  }
}

/** See `decimalColumn`: older readers look for these. */
function noteDecimal(element: SchemaElement): void {
  if (element.logical_type?.type !== 'DECIMAL') return
  element.converted_type = 'DECIMAL'
  element.scale = element.logical_type.scale
  element.precision = element.logical_type.precision
}

/** About how many bytes a value takes in memory. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 16
  if (typeof value !== 'object' || value === null) return 8
  if (value instanceof Uint8Array) return value.length + 64
  let size = 16
  for (const each of Object.values(value)) size += sizeOf(each)
  return size
}
