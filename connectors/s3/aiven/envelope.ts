import { DataError, SchemaBuilder, Struct } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import { place } from '../record-sides.ts'
import type { OutputField } from './record-format.ts'

const int64 = SchemaBuilder.int64().build()
const string = SchemaBuilder.string().build()

/** What a file of records holds, and the way of a record there. One for each combination of schemas. */
interface Envelope {
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
    if (current !== null && this.#bySchema.get(current)?.fits(record) === true) return current
    const made = this.#isBare ? this.#bare(record) : this.#whole(record)
    this.#bySchema.set(made.schema, made)
    return made.schema
  }

  /** What the file of this schema, which {@link schemaOf} made, holds of a record. */
  valueOf(schema: Schema, record: SinkRecord): unknown {
    return this.#bySchema.get(schema)?.valueOf(record)
  }

  #whole(record: SinkRecord): Envelope {
    const fields = this.#fields
    const builder = SchemaBuilder.struct().name(this.#name)
    for (const field of fields) builder.field(field, schemaOfField(field, record))
    const schema = builder.build()
    const fits = sameSchemas(fields, record)
    return {
      ...{ schema, fits },
      valueOf: (each) =>
        new Struct(
          schema,
          fields.map((field) => fieldOf(field, each)),
        ),
    }
  }

  /** A Struct is taken as it is, a map becomes a record of its entries, and anything else the only field of one. */
  #bare(record: SinkRecord): Envelope {
    const [field = 'value'] = this.#fields
    const schema = schemaOfField(field, record)
    if (schema.type === 'STRUCT' && !schema.optional) {
      const fits = sameSchemas(this.#fields, record)
      return { schema, fits, valueOf: (each) => fieldOf(field, each) }
    }
    const { valueSchema } = schema
    if (schema.type !== 'MAP' || schema.optional || valueSchema === null) return this.#whole(record)
    return this.#entries(field, valueSchema, record)
  }

  #entries(field: OutputField, valueSchema: Schema, record: SinkRecord): Envelope {
    const names = namesIn(fieldOf(field, record))
    const builder = SchemaBuilder.struct().name(this.#name)
    for (const name of names) builder.field(name, valueSchema)
    const schema = builder.build()
    const hasSameSchemas = sameSchemas(this.#fields, record)
    return {
      schema,
      fits: (each) =>
        hasSameSchemas(each) && namesIn(fieldOf(field, each)).join('\n') === names.join('\n'),
      valueOf(each) {
        const map = fieldOf(field, each) as ReadonlyMap<unknown, unknown>
        return new Struct(schema, [...map.values()])
      },
    }
  }
}

function namesIn(map: unknown): readonly string[] {
  return map instanceof Map ? Array.from(map.keys(), String) : []
}

/** Schemas are interned: the same one is the same object. A record without headers fits any. */
function sameSchemas(
  fields: readonly OutputField[],
  { keySchema, valueSchema, headers }: SinkRecord,
): (record: SinkRecord) => boolean {
  const holdsHeaders = fields.includes('headers')
  const [first] = headers ?? []
  const ofHeaders = first?.schema ?? string
  return (record) =>
    record.keySchema === keySchema &&
    record.valueSchema === valueSchema &&
    (!holdsHeaders ||
      record.headers === null ||
      record.headers.size === 0 ||
      headerSchemaOf(record) === ofHeaders)
}

function schemaOfField(field: OutputField, record: SinkRecord): Schema {
  const { keySchema, valueSchema } = record
  if (field === 'key' && keySchema !== null) return keySchema
  if (field === 'value' && valueSchema !== null) return valueSchema
  return field === 'headers' ? SchemaBuilder.map(string, headerSchemaOf(record)).build() : int64
}

/** All headers of a record must have values of one type. Where there are none it is text. */
function headerSchemaOf(record: SinkRecord): Schema {
  let schema: Schema | null = null
  for (const header of record.headers ?? []) {
    if (header.schema === null) {
      throw new DataError(`Header ${header.key} without schema: ${place(record)}.`)
    }
    schema ??= header.schema
    if (schema.type !== header.schema.type) {
      throw new DataError(
        `Header schema ${header.schema.type} is not the same as ${schema.type}: ${place(record)}. The headers of a record need values of one type in Avro and Parquet.`,
      )
    }
  }
  return schema ?? string
}

function fieldOf(field: OutputField, record: SinkRecord): unknown {
  switch (field) {
    case 'key':
      return record.key
    case 'value':
      return record.value
    case 'offset':
      return record.kafkaOffset
    case 'timestamp':
      return record.timestamp
    case 'headers':
      return new Map(Array.from(record.headers ?? [], ({ key, value }) => [key, value]))
  }
}
