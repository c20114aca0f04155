import { DataError } from 'sluice/api'
import type { Schema } from 'sluice/api'
import { JsonWriter } from 'sluice/json'
import type { JsonEncoderOptions } from 'sluice/json'
import { ByteOutput } from './byte-output.ts'
import type { FileEncoder, FileFormat } from './file-format.ts'

const newline = 0x0a

/** A record a line, as JsonConverter writes values without their schemas. */
export class JsonFormat implements FileFormat {
  readonly extension = '.json'
  readonly #writer: JsonWriter

  constructor(decimalFormat: JsonEncoderOptions['decimalFormat']) {
    this.#writer = new JsonWriter({ decimalFormat, replaceNullWithDefault: true }, false)
  }

  open(schema: Schema | null): FileEncoder {
    return new JsonLines(this.#writer, schema)
  }
}

class JsonLines implements FileEncoder {
  readonly #output = new ByteOutput()
  readonly #writer: JsonWriter
  readonly #schema: Schema | null

  constructor(writer: JsonWriter, schema: Schema | null) {
    this.#writer = writer
    this.#schema = schema
  }

  get heldBytes(): number {
    return this.#output.length
  }

  get memoryBytes(): number {
    return this.#output.memoryBytes
  }

  write(value: unknown): void {
    const output = this.#output
    const most = this.#writer.maxBytes(this.#schema, value)
    if (most < 0) {
      this.#writeOther(value)
      return
    }
    output.reserve(most + 1)
    const end = this.#writer.write(output.target, output.at, this.#schema, value)
    output.target[end] = newline
    output.at = end + 1
  }

  /** Null, and what cannot be written: that throws here. */
  #writeOther(value: unknown): void {
    const bytes = this.#writer.toBytes(this.#schema, value) ?? Buffer.from('null')
    if (bytes.length === 0) throw new DataError('A value has no text in JSON.')
    this.#output.append(bytes)
    this.#output.append(Buffer.of(newline))
  }

  take(release?: boolean): Buffer[] {
    return this.#output.take(release)
  }

  finish(): void {
    // Every line is whole.
  }
}
