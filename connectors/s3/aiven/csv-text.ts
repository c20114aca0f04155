import { DataError } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import { place } from '../record-sides.ts'
import { LineFormat } from './line-file.ts'
import type { RecordText } from './line-file.ts'
import type { OutputField, RecordFormat } from './record-format.ts'

const comma = 0x2c
const empty = Buffer.alloc(0)

/** A record a line, its fields in the order given, without one behind the last. Nothing is escaped. */
export function csvLines(
  fields: readonly OutputField[],
  valueEncoding: 'base64' | 'none',
): RecordFormat {
  const text = new CsvRecords(fields, valueEncoding === 'base64')
  return new LineFormat({ before: '', between: '\n', behind: '' }, text)
}

class CsvRecords implements RecordText {
  readonly #fields: readonly OutputField[]
  readonly #encodesValue: boolean
  readonly #cells: Uint8Array[] = []

  constructor(fields: readonly OutputField[], encodesValue: boolean) {
    this.#fields = fields
    this.#encodesValue = encodesValue
  }

  maxBytes(record: SinkRecord): number {
    let most = 0
    for (let index = 0; index < this.#fields.length; index++) {
      const cell = this.#cellOf(this.#fields[index] ?? 'value', record)
      this.#cells[index] = cell
      most += cell.length + 1
    }
    return most
  }

  write(_record: SinkRecord, target: Buffer, start: number): number {
    let at = start
    for (let index = 0; index < this.#cells.length; index++) {
      if (index > 0) target[at++] = comma
      const cell = this.#cells[index] ?? empty
      target.set(cell, at)
      at += cell.length
    }
    return at
  }

  #cellOf(field: OutputField, record: SinkRecord): Uint8Array {
    switch (field) {
      case 'key':
        return keyCell(record)
      case 'value':
        return valueCell(record, this.#encodesValue)
      case 'offset':
        return Buffer.from(String(record.kafkaOffset))
      case 'timestamp':
        return record.timestamp === null ? empty : Buffer.from(String(record.timestamp))
      case 'headers':
        return Buffer.from(headersText(record))
    }
  }
}

function keyCell(record: SinkRecord): Uint8Array {
  const { key, keySchema } = record
  if (keySchema?.type !== 'BYTES' && keySchema?.type !== 'STRING') {
    throw wrongType('key', 'BYTES or STRING', keySchema, record)
  }
  if (key === null || key === undefined) return empty
  return base64(typeof key === 'string' ? Buffer.from(key) : bytesOf(key, 'Key', record))
}

function valueCell(record: SinkRecord, encodes: boolean): Uint8Array {
  const { value, valueSchema } = record
  if (valueSchema?.type !== 'BYTES') throw wrongType('value', 'BYTES', valueSchema, record)
  if (value === null || value === undefined) return empty
  const bytes = bytesOf(value, 'Value', record)
  return encodes ? base64(bytes) : bytes
}

function wrongType(
  what: string,
  expected: string,
  schema: Schema | null,
  record: SinkRecord,
): DataError {
  return new DataError(
    `Record ${what} schema type must be ${expected}, ${schema?.type ?? 'none'} given: ${place(record)}. Use ByteArrayConverter, or another format.output.type.`,
  )
}

/** `name:value;` of each, both in base64. */
function headersText(record: SinkRecord): string {
  let text = ''
  for (const { key, schema, value } of record.headers ?? []) {
    if (schema !== null && schema.type !== 'BYTES') {
      throw new DataError(
        `The header ${key} is of the type ${schema.type}, and csv holds bytes alone: ${place(record)}. Set header.converter to org.apache.kafka.connect.converters.ByteArrayConverter.`,
      )
    }
    const bytes = value === null || value === undefined ? empty : bytesOf(value, 'Header', record)
    text += `${base64(Buffer.from(key)).toString()}:${base64(bytes).toString()};`
  }
  return text
}

function bytesOf(value: unknown, what: string, record: SinkRecord): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new DataError(`${what} is not a byte array: ${place(record)}.`)
}

function base64({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(buffer, byteOffset, length).toString('base64'), 'latin1')
}
