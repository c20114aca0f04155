import { DataError, SchemaBuilder, Struct } from 'sluice/api'
import type { Header, Schema, SinkRecord } from 'sluice/api'
import { place } from '../record-sides.ts'
import type { OutputField } from './record-format.ts'

const int64 = SchemaBuilder.int64().build()
const string = SchemaBuilder.string().build()

/** What a file of records holds, and the way of a record there. One for each combination of schemas. */
export interface Envelope {
  readonly schema: Schema
  /** Whether a record belongs to files of this schema. */
  fits(record: SinkRecord): boolean
  valueOf(record: SinkRecord): unknown
}

/** Makes the records of Avro and Parquet files: `connector_records` of the fields asked for, or one of them bare. */
export class Envelopes {
  readonly #fields: readonly OutputField[]
  readonly #isBare: boolean
  readonly #name: string
  readonly #bySchema = new WeakMap<Schema, Envelope>()

  /** `namespace` is where the record is named. */
  constructor(fields: readonly OutputField[], envelope: boolean, namespace: string) {
    this.#fields = fields
    this.#isBare = !envelope
    this.#name = `${namespace}.connector_records`
  }

  /** The schema that a record needs: `current` where it fits. A DataError for a record without schemas. */
  schemaOf(record: SinkRecord, current: Schema | null): Schema {
    if (record.keySchema === null || record.valueSchema === null) {
      throw new DataError(
        `Record must have schemas for key and value: ${place(record)}. Use converters that give them, or another format.output.type.`,
      )
    }
    if (current !== null && this.of(current).fits(record)) return current
    const made = this.#isBare ? this.#bare(record) : this.#whole(record)
    this.#bySchema.set(made.schema, made)
    return made.schema
  }

  of(schema: Schema): Envelope {
    const found = this.#bySchema.get(schema)
    if (found === undefined) throw new Error('A file was opened with a schema of another.')
    return found
  }

  #whole(record: SinkRecord): Envelope {
    const { keySchema, valueSchema } = record
    const holdsHeaders = this.#fields.includes('headers')
    const headerSchema = holdsHeaders ? headerSchemaOf(record) : null
    const builder = SchemaBuilder.struct().name(this.#name)
    for (const field of this.#fields) builder.field(field, schemaOfField(field, record))
    return {
      schema: builder.build(),
      fits: (other) =>
        other.keySchema === keySchema &&
        other.valueSchema === valueSchema &&
        (!holdsHeaders || fitsHeaders(other, headerSchema)),
      valueOf: (other) => this.#structOf(this.of(other === record ? this.#whole(other).schema : schemaKept).schema, other),
    }
  }

  #bare(record: SinkRecord): Envelope {
    throw new Error(String(record))
  }
}
