import { ConnectError, DataError, SchemaBuilder, Struct, isStruct } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import { truncation } from '../acceptance.ts'
import type { PkMode } from '../settings.ts'

export type KeyMode = 'none' | 'kafka' | 'record_key' | 'record_value' | 'record_header'

export interface DebeziumRecordSettings {
  readonly keyMode: KeyMode
  readonly keyFields: readonly string[]
  readonly deleteEnabled: boolean
  readonly truncateEnabled: boolean
  readonly nameFormat: string
}

type Kind = 'flat' | 'event' | 'ignored'

/** Schemas of what is about changes and is none: of tables, heartbeats, the beginnings and ends of transactions. */
const ignored =
  /(?:\.SchemaChange(?:Key|Value)|\.Heartbeat(?:Value)?|\.TransactionMetadata(?:Key|Value))$/

const sourceField = /\$\{source\.([^}]+)\}/g

/** What of one schema goes into the key, made once for it. */
interface KeyPlan {
  readonly schema: Schema
  readonly indexes: readonly number[]
}

/**
 * Makes of change events, and of records that are flat already, what the sink takes: the row as value, its key as key. What
 * says nothing about a row becomes null.
 */
export class DebeziumRecords {
  readonly #settings: DebeziumRecordSettings
  readonly #keyPlans = new WeakMap<Schema, KeyPlan>()
  /** The schema seen last, and what its records are. */
  #lastSchema: Schema | null = null
  #lastKind: Kind = 'flat'
  #headerSchema: Schema | null = null

  constructor(settings: DebeziumRecordSettings) {
    this.#settings = settings
  }

  /** Whether the records' topics are replaced by the names of tables, which differ within a topic. */
  get namesTables(): boolean {
    return this.#settings.nameFormat.includes('${source.')
  }

  /** What is left for the sink to do to a topic's name. */
  get tableNameFormat(): string {
    return this.namesTables ? '${topic}' : this.#settings.nameFormat
  }

  /** The key that the records given back have. */
  get pkMode(): PkMode {
    const { keyMode } = this.#settings
    if (this.#makesKeys()) return 'record_key'
    return keyMode === 'record_header' ? 'record_key' : keyMode
  }

  get pkFields(): readonly string[] {
    return this.#makesKeys() ? [] : this.#settings.keyFields
  }

  /** Hot: the record as the sink takes it; null where it is not to be written. A ConnectError where it cannot be. */
  adapt(record: SinkRecord): SinkRecord | null {
    const { value, valueSchema } = record
    if (value === null || value === undefined) return this.#tombstone(record)
    const kind = this.#kindOf(valueSchema)
    if (kind === 'ignored') return null
    if (kind === 'event' && isStruct(value)) return this.#event(record, value)
    return this.#row(record, {
      topic: this.#topicOf(record, null),
      image: value,
      schema: valueSchema,
    })
  }

  #kindOf(schema: Schema | null): Kind {
    if (schema === this.#lastSchema) return this.#lastKind
    const name = schema?.name ?? ''
    this.#lastSchema = schema
    this.#lastKind = 'flat'
    if (name.endsWith('Envelope')) this.#lastKind = 'event'
    else if (ignored.test(name)) this.#lastKind = 'ignored'
    return this.#lastKind
  }

  /** What follows the event of a delete; of a flat topic it is the delete. A key is all it has. */
  #tombstone(record: SinkRecord): SinkRecord | null {
    const { deleteEnabled, keyMode } = this.#settings
    if (!deleteEnabled || keyMode === 'record_value' || this.namesTables) return null
    return keyMode === 'record_header' ? this.#withHeaderKey(record, record.topic) : record
  }

  #event(record: SinkRecord, event: Struct): SinkRecord | null {
    const operation = event.get('op')
    switch (operation) {
      case 'c':
      case 'u':
      case 'r': {
        const schema = fieldSchema(event, 'after')
        const image = event.getStruct('after')
        if (image === null) throw new DataError(`${placeOf(record)} is a change without "after".`)
        return this.#row(record, { topic: this.#topicOf(record, event), image, schema })
      }
      case 'd':
        return this.#settings.deleteEnabled ? this.#delete(record, event) : null
      case 't':
        return this.#settings.truncateEnabled ? this.#truncate(record, event) : null
      case 'm':
        return null
      default:
        throw new DataError(
          `${placeOf(record)} is a change event with op ${JSON.stringify(operation)}: expected c, u, r, d or t.`,
        )
    }
  }

  #row(
    record: SinkRecord,
    { topic, image, schema }: { topic: string; image: unknown; schema: Schema | null },
  ): SinkRecord {
    const row = { topic, value: image, valueSchema: schema, headers: record.headers }
    if (!this.#makesKeys()) {
      return image === record.value && topic === record.topic ? record : record.newRecord(row)
    }
    const key = this.#settings.keyMode === 'record_header' ? this.#headerKey(record) : keyIn(image)
    const keySchema = this.#settings.keyMode === 'record_header' ? key.schema : null
    if (keySchema !== null) return record.newRecord({ ...row, key, keySchema })
    return record.newRecord({ ...row, ...this.#projected(record, key) })
  }

  #delete(record: SinkRecord, event: Struct): SinkRecord {
    const topic = this.#topicOf(record, event)
    const none = { topic, value: null, valueSchema: null, headers: record.headers }
    if (this.#settings.keyMode === 'record_header') return this.#withHeaderKey(record, topic)
    if (this.#settings.keyMode !== 'record_value') return record.newRecord(none)
    const before = event.getStruct('before')
    if (before === null) {
      throw new DataError(
        `${placeOf(record)} is a delete without "before", in which primary.key.mode=record_value looks for the key.`,
      )
    }
    return record.newRecord({ ...none, ...this.#projected(record, before) })
  }

  #truncate(record: SinkRecord, event: Struct): SinkRecord {
    return record.newRecord({
      topic: this.#topicOf(record, event),
      ...{ key: null, keySchema: null, value: truncation, valueSchema: null },
      headers: record.headers,
    })
  }

  #withHeaderKey(record: SinkRecord, topic: string): SinkRecord {
    const key = this.#headerKey(record)
    return record.newRecord({
      ...{ topic, key, keySchema: key.schema, value: null, valueSchema: null },
      headers: record.headers,
    })
  }

  /** Keys of headers, and of values where a row may be deleted by one, become keys of records. */
  #makesKeys(): boolean {
    const { keyMode, deleteEnabled } = this.#settings
    return keyMode === 'record_header' || (keyMode === 'record_value' && deleteEnabled)
  }

  #projected(record: SinkRecord, image: Struct): { key: Struct; keySchema: Schema } {
    let plan = this.#keyPlans.get(image.schema)
    if (plan === undefined) {
      plan = keyPlan(record, image.schema, this.#settings.keyFields)
      this.#keyPlans.set(image.schema, plan)
    }
    const key = new Struct(
      plan.schema,
      plan.indexes.map((index) => image.values[index] ?? null),
    )
    return { key, keySchema: plan.schema }
  }

  #headerKey(record: SinkRecord): Struct {
    const found = this.#settings.keyFields.map((name) => {
      const header = [...(record.headers ?? [])].findLast(({ key }) => key === name)
      if (header?.schema) return { name, schema: header.schema, value: header.value }
      throw new ConnectError(
        `${placeOf(record)} has no header "${name}" with a schema, which primary.key.fields names.`,
      )
    })
    const known = this.#headerSchema
    const isKnown = found.every(({ schema }, at) => known?.fields?.[at]?.schema === schema)
    const schema = known !== null && isKnown ? known : structOf(found)
    this.#headerSchema = schema
    return new Struct(
      schema,
      found.map(({ value }) => value),
    )
  }

  /** The topic, or the name of the table in its place where that depends on the event. */
  #topicOf(record: SinkRecord, event: Struct | null): string {
    if (!this.namesTables) return record.topic
    const source = event?.getStruct('source') ?? null
    return this.#settings.nameFormat
      .replaceAll('${topic}', () => record.topic.replaceAll('.', '_'))
      .replace(sourceField, (_, name: string) => {
        const value = source?.schema.field(name) === undefined ? null : source.get(name)
        if (typeof value === 'string' || typeof value === 'number') return String(value)
        throw new ConnectError(
          `${placeOf(record)} has no source field "${name}", which the name of its table (${this.#settings.nameFormat}) needs.`,
        )
      })
  }
}

function keyIn(image: unknown): Struct {
  if (isStruct(image)) return image
  throw new ConnectError(
    'primary.key.mode is record_value, which needs values that are structs with a schema.',
  )
}

function keyPlan(record: SinkRecord, schema: Schema, names: readonly string[]): KeyPlan {
  const fields = schema.fields ?? []
  const missing = names.filter((name) => !fields.some((field) => field.name === name))
  if (missing.length > 0) {
    throw new ConnectError(
      `${placeOf(record)} has no field ${missing.join(', ')}, which primary.key.fields names; it has ${fields.map(({ name }) => name).join(', ')}.`,
    )
  }
  const chosen = fields.filter(({ name }) => names.length === 0 || names.includes(name))
  return { schema: structOf(chosen), indexes: chosen.map(({ index }) => index) }
}

function structOf(fields: readonly { readonly name: string; readonly schema: Schema }[]): Schema {
  const builder = SchemaBuilder.struct()
  for (const { name, schema } of fields) builder.field(name, schema)
  return builder.build()
}

function fieldSchema(event: Struct, name: string): Schema | null {
  return event.schema.field(name)?.schema ?? null
}

function placeOf({
  originalTopic,
  originalKafkaPartition,
  originalKafkaOffset,
}: SinkRecord): string {
  return `The record at topic '${originalTopic}', partition ${originalKafkaPartition}, offset ${originalKafkaOffset}`
}
