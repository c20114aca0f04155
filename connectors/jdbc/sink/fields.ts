import { ConnectError, INT32_SCHEMA, INT64_SCHEMA, STRING_SCHEMA } from 'sluice/api'
import type { Field, Schema, SinkRecord, Struct } from 'sluice/api'
import type { SinkSettings } from './settings.ts'

/** Where in a record the value of a column stands. */
export type FieldOrigin =
  | 'topic'
  | 'partition'
  | 'offset'
  | 'originalTopic'
  | 'originalPartition'
  | 'originalOffset'
  | 'key'
  | 'keyField'
  | 'value'
  | 'valueField'

/** A column as a record has it. */
export interface SinkField {
  readonly name: string
  readonly schema: Schema
  readonly isKey: boolean
  readonly origin: FieldOrigin
  /** The place in the values of the struct that it comes from; 0 where it comes from none. */
  readonly index: number
}

/** The columns that records of one key and value schema have. */
export interface RecordFields {
  readonly keys: readonly SinkField[]
  readonly nonKeys: readonly SinkField[]
  /** All of them in the order in which a new table has them. */
  readonly created: readonly SinkField[]
}

const kafkaColumns = ['__connect_topic', '__connect_partition', '__connect_offset'] as const
const kafkaSchemas = [STRING_SCHEMA, INT32_SCHEMA, INT64_SCHEMA] as const
const kafkaOrigins = ['topic', 'partition', 'offset'] as const
const originalOrigins = ['originalTopic', 'originalPartition', 'originalOffset'] as const

/** Which columns the records of a key and a value schema have; a ConnectError where the settings do not fit them. */
export function fieldsOf(
  table: string,
  settings: SinkSettings,
  keySchema: Schema | null,
  valueSchema: Schema | null,
): RecordFields {
  const keys = keyFields(table, settings, keySchema, valueSchema)
  const taken = new Set(keys.map(({ name }) => name))
  const nonKeys = valueFields(settings, valueSchema).filter((field) => {
    if (!taken.has(field.name)) return true
    if (field.origin !== 'value') return false
    throw new ConnectError(
      `The value of records for table ${table} is a string that would go to column "${field.name}", and the primary key has a column of that name. Give one of them another name by string.output.value.column.name or pk.fields.`,
    )
  })
  if (keys.length + nonKeys.length === 0) {
    throw new ConnectError(`No fields found using key and value schemas for table: ${table}`)
  }
  return { keys, nonKeys, created: creationOrder(settings, keys, nonKeys, valueSchema) }
}

function keyFields(
  table: string,
  settings: SinkSettings,
  keySchema: Schema | null,
  valueSchema: Schema | null,
): SinkField[] {
  switch (settings.pkMode) {
    case 'none':
      return []
    case 'kafka':
      return kafkaKey(table, settings)
    case 'record_key':
      return recordKey(table, settings.pkFields, keySchema)
    case 'record_value':
      return recordValueKey(table, settings.pkFields, valueSchema)
  }
}

function kafkaKey(table: string, { pkFields, originalCoordinates }: SinkSettings): SinkField[] {
  const origins = originalCoordinates ? originalOrigins : kafkaOrigins
  const names = pkFields.length === 0 ? kafkaColumns : pkFields
  if (names.length !== 3) {
    throw new ConnectError(
      `PK mode for table '${table}' is kafka, and pk.fields names ${names.length} columns: ${names.join(', ')}. Expected three, for topic, partition and offset, or none for ${kafkaColumns.join(', ')}.`,
    )
  }
  return kafkaSchemas.map((schema, at) => ({
    name: names[at] ?? '',
    schema,
    isKey: true,
    origin: origins[at] ?? 'topic',
    index: 0,
  }))
}

function recordKey(
  table: string,
  pkFields: readonly string[],
  keySchema: Schema | null,
): SinkField[] {
  if (keySchema === null) {
    throw new ConnectError(
      `PK mode for table '${table}' is record_key, but record key schema is missing. Use a key converter that keeps schemas.`,
    )
  }
  if (keySchema.type === 'STRUCT') {
    return chosen(table, 'record_key', pkFields, keySchema.fields ?? [], 'keyField')
  }
  if (keySchema.type === 'MAP' || keySchema.type === 'ARRAY') {
    throw new ConnectError(
      `Key schema must be primitive type or Struct, but is of type: ${keySchema.type} (table '${table}').`,
    )
  }
  const [name] = pkFields
  if (name === undefined || pkFields.length !== 1) {
    throw new ConnectError(
      `Need exactly one PK column defined since the key schema for records is a primitive type, defined columns are: [${pkFields.join(', ')}] (table '${table}'). Name it by pk.fields.`,
    )
  }
  return [{ name, schema: keySchema, isKey: true, origin: 'key', index: 0 }]
}

function recordValueKey(
  table: string,
  pkFields: readonly string[],
  valueSchema: Schema | null,
): SinkField[] {
  if (valueSchema?.type !== 'STRUCT') {
    throw new ConnectError(
      `PK mode for table '${table}' is record_value, which needs values that are structs with a schema.`,
    )
  }
  return chosen(table, 'record_value', pkFields, valueSchema.fields ?? [], 'valueField')
}

/** The fields that `pk.fields` names, in the order of the schema; all where it names none. */
function chosen(
  table: string,
  mode: string,
  pkFields: readonly string[],
  fields: readonly Field[],
  origin: FieldOrigin,
): SinkField[] {
  const there = new Set(fields.map(({ name }) => name))
  const missing = pkFields.filter((name) => !there.has(name))
  if (missing.length > 0) {
    throw new ConnectError(
      `PK mode for table '${table}' is ${mode} with configured PK fields [${pkFields.join(', ')}], but record ${mode === 'record_key' ? 'key' : 'value'} schema does not contain field: ${missing.join(', ')}`,
    )
  }
  const names = pkFields.length === 0 ? there : new Set(pkFields)
  return fields
    .filter(({ name }) => names.has(name))
    .map(({ name, schema, index }) => ({ name, schema, isKey: true, origin, index }))
}

function valueFields(settings: SinkSettings, valueSchema: Schema | null): SinkField[] {
  if (valueSchema === null) return []
  if (valueSchema.type === 'STRING' && settings.stringColumn !== null) {
    const name = settings.stringColumn
    return [{ name, schema: valueSchema, isKey: false, origin: 'value', index: 0 }]
  }
  const { whitelist } = settings
  return (valueSchema.fields ?? [])
    .filter(({ name }) => whitelist === null || whitelist.has(name))
    .map(({ name, schema, index }) => ({
      name,
      schema,
      isKey: false,
      origin: 'valueField',
      index,
    }))
}

/** Kafka's coordinates, then the order of the value's schema, then the names that are left, sorted. */
function creationOrder(
  settings: SinkSettings,
  keys: readonly SinkField[],
  nonKeys: readonly SinkField[],
  valueSchema: Schema | null,
): SinkField[] {
  const left = new Map([...keys, ...nonKeys].map((field) => [field.name, field]))
  const first = settings.pkMode === 'kafka' ? keys.map(({ name }) => name) : []
  const named = valueSchema?.type === 'STRUCT' ? (valueSchema.fields ?? []) : []
  const order = [...first, ...named.map(({ name }) => name)]
  const fields = order.flatMap((name) => {
    const field = left.get(name)
    left.delete(name)
    return field ?? []
  })
  const rest = [...left.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return [...fields, ...rest]
}

/**
 * Hot: what a record has for a column, null where it has nothing. `withDefaults` says whether a null counts as its field's
 * default; a key's always does.
 */
export function valueOf(record: SinkRecord, field: SinkField, withDefaults: boolean): unknown {
  switch (field.origin) {
    case 'valueField': {
      const value = (record.value as Struct).values[field.index] ?? null
      return value === null && (withDefaults || field.isKey) ? defaultOf(field) : value
    }
    case 'keyField':
      return (record.key as Struct).values[field.index] ?? defaultOf(field)
    case 'key':
      return record.key ?? null
    case 'value':
      return record.value ?? null
    case 'topic':
      return record.topic
    case 'partition':
      return record.kafkaPartition
    case 'offset':
      return record.kafkaOffset
    case 'originalTopic':
      return record.originalTopic
    case 'originalPartition':
      return record.originalKafkaPartition
    case 'originalOffset':
      return record.originalKafkaOffset
  }
}

function defaultOf({ schema }: SinkField): unknown {
  return schema.defaultValue ?? null
}
