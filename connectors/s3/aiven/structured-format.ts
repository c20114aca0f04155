import type { Schema, SinkRecord } from 'sluice/api'
import type { FileEncoder, FileFormat } from 'sluice/storage'
import type { Envelopes } from './envelope.ts'
import type { RecordFormat } from './record-format.ts'

/** Files with a schema: `format` writes what `envelopes` make of the records. */
export class StructuredFormat implements RecordFormat {
  readonly extension: string
  readonly #format: FileFormat
  readonly #envelopes: Envelopes

  constructor(format: FileFormat, envelopes: Envelopes) {
    this.extension = format.extension
    this.#format = format
    this.#envelopes = envelopes
  }

  schemaOf(record: SinkRecord, current: Schema | null): Schema | null {
    return this.#envelopes.schemaOf(record, current)
  }

  open(schema: Schema | null): FileEncoder {
    const file = this.#format.open(schema)
    const envelopes = this.#envelopes
    return {
      get heldBytes() {
        return file.heldBytes
      },
      get memoryBytes() {
        return file.memoryBytes
      },
      write(_value, record) {
        file.write(schema === null ? null : envelopes.valueOf(schema, record), record)
      },
      take: (release) => file.take(release),
      finish: () => file.finish(),
    }
  }
}
