import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  Struct,
  normalizeInt64,
} from '../../api/index.ts'
import type { Int64, Schema } from '../../api/index.ts'
import type { AvroRecord, AvroSchema } from './avro-schema.ts'
import { jsonInteger, jsonNumber, jsonText, objectEntries } from '../json/json-node.ts'

/** A default of an Avro schema as a Connect value of `schema`; null where it is null. A DataError where it does not fit. */
export function defaultFromJson(schema: Schema, avro: AvroSchema, json: unknown): unknown {
  if (json === null || json === undefined) return null
  const value = plainValue(schema, avro, json)
  switch (schema.name ?? '') {
    case Decimal.LOGICAL_NAME:
      return Decimal.toLogical(schema, value as Uint8Array)
    case ConnectDate.LOGICAL_NAME:
      return ConnectDate.toLogical(schema, value as number)
    case ConnectTime.LOGICAL_NAME:
      return ConnectTime.toLogical(schema, value as number)
    case ConnectTimestamp.LOGICAL_NAME:
      return ConnectTimestamp.toLogical(schema, value as Int64)
    default:
      return value
  }
}

function plainValue(schema: Schema, avro: AvroSchema, json: unknown): unknown {
  switch (avro.type) {
    case 'int':
    case 'long': {
      const integer = jsonInteger(json)
      if (integer === null) throw invalid(avro, json)
      return normalizeInt64(BigInt(integer))
    }
    case 'float':
    case 'double': {
      const number = jsonNumber(json)
      if (number === null) throw invalid(avro, json)
      return avro.type === 'float' ? Math.fround(Number(number)) : Number(number)
    }
    case 'boolean':
      if (typeof json !== 'boolean') throw invalid(avro, json)
      return json
    case 'string':
    case 'enum':
      if (typeof json !== 'string') throw invalid(avro, json)
      return json
    case 'bytes':
    case 'fixed':
      if (typeof json !== 'string') throw invalid(avro, json)
      return Buffer.from(json, 'latin1')
    case 'array':
      return arrayOf(schema, avro.items, json)
    case 'map':
      return mapOf(schema, avro.values, json)
    case 'record':
      return structOf(schema, avro, json)
    case 'union':
    case 'null':
      return unionOf(schema, avro, json)
  }
}

function arrayOf(schema: Schema, items: AvroSchema, json: unknown): unknown {
  if (!Array.isArray(json)) throw new DataError('Invalid JSON for array default value')
  const { keySchema, valueSchema } = schema
  if (valueSchema === null) throw new DataError('Invalid JSON for array default value')
  if (keySchema === null) return json.map((item) => defaultFromJson(valueSchema, items, item))
  // Entries of a map: as an array of records, or as the pairs that Connect notes.
  return new Map(json.map((item) => entryOf(keySchema, valueSchema, items as AvroRecord, item)))
}

function entryOf(
  key: Schema,
  value: Schema,
  { fields }: AvroRecord,
  json: unknown,
): [unknown, unknown] {
  const members = new Map(objectEntries(json))
  const pair = Array.isArray(json)
    ? (json as unknown[])
    : [members.get('key'), members.get('value')]
  const of = (name: string): AvroSchema => {
    const found = fields.find((field) => field.name === name)
    if (found === undefined) throw new DataError('Invalid JSON for map default value')
    return found.schema
  }
  return [defaultFromJson(key, of('key'), pair[0]), defaultFromJson(value, of('value'), pair[1])]
}

function mapOf({ valueSchema }: Schema, values: AvroSchema, json: unknown): unknown {
  const entries = objectEntries(json)
  if (entries === null || valueSchema === null) {
    throw new DataError('Invalid JSON for map default value')
  }
  return new Map(entries.map(([name, item]) => [name, defaultFromJson(valueSchema, values, item)]))
}

function structOf(schema: Schema, avro: AvroRecord, json: unknown): unknown {
  const entries = objectEntries(json)
  if (entries === null) throw new DataError('Invalid JSON for record default value')
  const members = new Map(entries)
  const struct = new Struct(schema)
  for (const field of avro.fields) {
    const own = schema.field(field.name)
    if (own === undefined) throw new DataError(`${field.name} is not a valid field name`)
    const member = members.has(field.name) ? members.get(field.name) : field.default
    struct.put(own, defaultFromJson(own.schema, field.schema, member))
  }
  return struct
}

/** The default of a union is one of its first branch; of one that is an optional, of its only branch. */
function unionOf(schema: Schema, avro: AvroSchema, json: unknown): unknown {
  if (avro.type !== 'union') return null
  const inner = avro.branches.find((branch) => branch.type !== 'null')
  if (inner === undefined) return null
  const [first] = schema.fields ?? []
  const isStruct = avro.branches.filter((branch) => branch.type !== 'null').length > 1
  if (!isStruct || first === undefined) return defaultFromJson(schema, inner, json)
  return new Struct(schema).put(first, defaultFromJson(first.schema, inner, json))
}

function invalid({ type }: AvroSchema, json: unknown): DataError {
  return new DataError(`Invalid default ${jsonText(json)}: expected one of Avro's type ${type}.`)
}
