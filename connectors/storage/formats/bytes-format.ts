import { DataError, javaClassName, javaToString } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import { ByteOutput } from './byte-output.ts'
import type { FileEncoder, FileFormat } from './file-format.ts'

/** The bytes of values as they are, a separator behind each. What a value holds of the separator is not escaped. */
export class BytesFormat implements FileFormat {
  readonly extension: string
  readonly #separator: Buffer

  constructor(extension: string, separator: string) {
    this.extension = extension
    this.#separator = Buffer.from(separator)
  }

  open(): FileEncoder {
    return new SeparatedBytes(this.#separator, bytesOf)
  }
}

/** The text of values, a line each. */
export class TextFormat implements FileFormat {
  readonly extension = '.txt'

  open(schema: Schema | null): FileEncoder {
    const textOf = (value: unknown): Uint8Array =>
      Buffer.from(typeof value === 'string' ? value : javaToString(value, schema))
    return new SeparatedBytes(Buffer.from('\n'), textOf)
  }
}

class SeparatedBytes implements FileEncoder {
  readonly #output = new ByteOutput()
  readonly #separator: Buffer
  readonly #toBytes: (value: unknown, record: SinkRecord) => Uint8Array

  constructor(separator: Buffer, toBytes: (value: unknown, record: SinkRecord) => Uint8Array) {
    this.#separator = separator
    this.#toBytes = toBytes
  }

  get heldBytes(): number {
    return this.#output.length
  }

  get memoryBytes(): number {
    return this.#output.memoryBytes
  }

  write(value: unknown, record: SinkRecord): void {
    const bytes = this.#toBytes(value, record)
    const output = this.#output
    output.reserve(bytes.length + this.#separator.length)
    output.target.set(bytes, output.at)
    output.at += bytes.length
    output.target.set(this.#separator, output.at)
    output.at += this.#separator.length
  }

  take(release?: boolean): Buffer[] {
    return this.#output.take(release)
  }

  finish(): void {
    // There is nothing behind the last separator.
  }
}

function bytesOf(value: unknown, record: SinkRecord): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new DataError(
    `ByteArrayFormat is not compatible with objects of type class ${javaClassName(value)}, found in ${record.topic}-${record.kafkaPartition} at offset ${record.kafkaOffset}. Use ByteArrayConverter, or another format.`,
  )
}
