import type { Schema, SinkRecord } from 'sluice/api'
import { ByteOutput } from 'sluice/storage'
import type { FileEncoder } from 'sluice/storage'
import type { RecordFormat } from './record-format.ts'

/** What stands around records, and between them. */
export interface Framing {
  readonly before: string
  readonly between: string
  readonly behind: string
}

/** Writes one record. */
export interface RecordText {
  /** Hot. Most bytes that {@link write} needs. A DataError for a record that has no text. */
  maxBytes(record: SinkRecord): number
  /** Hot. Writes the record that was just measured; answers with the end. */
  write(record: SinkRecord, target: Buffer, at: number): number
}

/** Files of text, without a schema. */
export class LineFormat implements RecordFormat {
  readonly extension = ''
  readonly #framing: Framing
  readonly #text: RecordText

  constructor(framing: Framing, text: RecordText) {
    this.#framing = framing
    this.#text = text
  }

  schemaOf(): Schema | null {
    return null
  }

  open(): FileEncoder {
    return new LineFile(this.#framing, this.#text)
  }
}

class LineFile implements FileEncoder {
  readonly #output = new ByteOutput()
  readonly #before: Buffer
  readonly #between: Buffer
  readonly #behind: Buffer
  readonly #text: RecordText
  #isEmpty = true

  constructor({ before, between, behind }: Framing, text: RecordText) {
    this.#before = Buffer.from(before)
    this.#between = Buffer.from(between)
    this.#behind = Buffer.from(behind)
    this.#text = text
  }

  get heldBytes(): number {
    return this.#output.length
  }

  get memoryBytes(): number {
    return this.#output.memoryBytes
  }

  write(_value: unknown, record: SinkRecord): void {
    const output = this.#output
    const first = this.#isEmpty ? this.#before : this.#between
    output.reserve(first.length + this.#text.maxBytes(record))
    output.target.set(first, output.at)
    output.at = this.#text.write(record, output.target, output.at + first.length)
    this.#isEmpty = false
  }

  take(release?: boolean): Buffer[] {
    return this.#output.take(release)
  }

  finish(): void {
    this.#output.append(this.#behind)
  }
}
