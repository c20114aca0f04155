import { TextDecoder } from 'node:util'
import { DataError, SchemaBuilder, Struct, asError } from 'sluice/api'
import type { Schema } from 'sluice/api'
import type { FileReader, ReadOptions, RecordBatch } from '../file-reader.ts'
import type { RangedBytes } from '../ranged-bytes.ts'
import { SeparatedReader } from '../separated-reader.ts'
import type { PieceDecoder } from '../separated-reader.ts'
import { fieldsOf } from './csv-fields.ts'
import type { CsvField } from './csv-fields.ts'
import type { CsvOptions } from './csv-options.ts'
import { CsvSplitter } from './csv-splitter.ts'
import { valueOfText } from './csv-values.ts'

const carriageReturn = 0x0d
const optionalText = SchemaBuilder.string().optional().build()

/** Comma separated values: a record for each row that is not blank, but for the one that names the fields. */
export class CsvReader implements FileReader {
  readonly #options: CsvOptions

  constructor(options: CsvOptions) {
    this.#options = options
  }

  read(file: RangedBytes, options: ReadOptions): AsyncGenerator<RecordBatch, void, undefined> {
    const splitter = (): CsvSplitter => new CsvSplitter(this.#options)
    return new SeparatedReader(splitter, new CsvRows(this.#options)).read(file, options)
  }
}

/** The rows of one file. */
class CsvRows implements PieceDecoder {
  schema: Schema | null
  readonly #options: CsvOptions
  readonly #text: TextDecoder
  /** Of each field of the schema: its place in a row, or -1. */
  #places: readonly number[] = []
  /** How many fields a row has; null until that is known. */
  #width: number | null = null

  constructor(options: CsvOptions) {
    this.#options = options
    this.schema = options.schema
    this.#text = new TextDecoder(options.charset, { fatal: true })
  }

  isRecord(bytes: Buffer, start: number, end: number): boolean {
    if (end === start || (end === start + 1 && bytes[start] === carriageReturn)) return false
    if (this.#width !== null || !this.#options.hasHeader) return true
    this.#begin(this.#fields(bytes, start, end).map(({ text }) => text.trim()))
    return false
  }

  decode(bytes: Buffer, start: number, end: number): Struct {
    const fields = this.#fields(bytes, start, end)
    if (this.#width === null) this.#begin(this.#defaultNames(fields.length))
    const { schema } = this
    if (fields.length !== this.#width || schema === null) {
      throw new DataError(
        `The row has ${fields.length} fields, and ${this.#width ?? 0} are expected. Check the separator and the quotes.`,
      )
    }
    const values: unknown[] = []
    for (const { name, schema: of, index } of schema.fields ?? []) {
      values.push(this.#valueOf(name, of, fields[this.#places[index] ?? -1]))
    }
    return new Struct(schema, values)
  }

  #valueOf(name: string, schema: Schema, found: CsvField | undefined): unknown {
    const { plain, quoted } = this.#options.nullFields
    const isNull = found === undefined || (found.text === '' && (found.isQuoted ? quoted : plain))
    try {
      return valueOfText(schema, isNull ? null : found.text)
    } catch (cause) {
      throw new DataError(`The field ${name} cannot be read: ${asError(cause).message}`, { cause })
    }
  }

  #fields(bytes: Buffer, start: number, end: number): CsvField[] {
    const keeps = this.#options.keepCarriageReturn
    const last = !keeps && bytes[end - 1] === carriageReturn ? end - 1 : end
    let row: string
    try {
      row = this.#text.decode(bytes.subarray(start, last))
    } catch (cause) {
      throw new DataError(`The row is not ${this.#options.charset}.`, { cause })
    }
    return fieldsOf(keeps ? row : row.replaceAll('\r\n', '\n'), this.#options)
  }

  #begin(names: readonly string[]): void {
    const { schema, caseSensitive } = this.#options
    this.#width = names.length
    if (schema === null) {
      const builder = SchemaBuilder.struct()
      for (const name of names) builder.field(name, optionalText)
      this.schema = builder.build()
      this.#places = names.map((_, index) => index)
      return
    }
    const known = caseSensitive ? names : names.map((name) => name.toLowerCase())
    this.#places = (schema.fields ?? []).map(({ name }) =>
      known.indexOf(caseSensitive ? name : name.toLowerCase()),
    )
  }

  /** Where no row has names: those of the schema, or numbers. */
  #defaultNames(count: number): readonly string[] {
    const { schema } = this.#options
    if (schema !== null) return (schema.fields ?? []).map(({ name }) => name)
    return Array.from(
      { length: count },
      (_, index) => `column${String(index + 1).padStart(2, '0')}`,
    )
  }
}
