import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  isDecimal,
  isStruct,
  schemalessNumber,
} from '../../api/index.ts'
import type { Instant, Schema, Struct } from '../../api/index.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import type { AvroSchema } from './avro-schema.ts'
import { avroFieldName, isAvroMap, isUnionStruct } from './connect-schemas.ts'
import { jsonInteger, jsonNumber, objectEntries } from '../json/json-node.ts'

/** A default of a Connect schema as the JSON of an Avro schema. */
export function defaultToJson(schema: Schema, value: unknown, options: AvroDataOptions): unknown {
  if (value === null || value === undefined) return null
  const plain = withoutLogicalType(schema, value)
  switch (schema.type) {
    case 'FLOAT32':
      // A float prints with the digits that tell it from other floats.
      return Number.isFinite(plain) ? schemalessNumber('FLOAT32', plain as number) : String(plain)
    case 'FLOAT64':
      return Number.isFinite(plain) ? schemalessNumber('FLOAT64', plain as number) : String(plain)
    case 'BYTES':
      return Buffer.from(plain as Uint8Array).toString('latin1')
    case 'ARRAY':
      return (plain as unknown[]).map((item) => elementJson(schema.valueSchema, item, options))
    case 'MAP':
      return mapJson(schema, plain as Map<unknown, unknown>, options)
    case 'STRUCT':
      return isStruct(plain) ? structJson(schema, plain, options) : null
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'BOOLEAN':
    case 'STRING':
      return plain
  }
}

/** Whether `json` may be the default of a field of this schema (Avro's own rule). */
export function isValidDefault(schema: AvroSchema, json: unknown): boolean {
  switch (schema.type) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int': {
      const integer = jsonInteger(json)
      return typeof integer === 'number' && (integer | 0) === integer
    }
    case 'long': {
      const integer = jsonInteger(json)
      return integer !== null && BigInt.asIntN(64, BigInt(integer)) === BigInt(integer)
    }
    case 'float':
    case 'double':
      return jsonNumber(json) !== null
    case 'string':
    case 'bytes':
    case 'fixed':
    case 'enum':
      return typeof json === 'string'
    case 'array':
      return Array.isArray(json) && json.every((item) => isValidDefault(schema.items, item))
    case 'map':
      return objectEntries(json)?.every(([, item]) => isValidDefault(schema.values, item)) ?? false
    case 'union':
      return schema.branches.some((branch) => isValidDefault(branch, json))
    case 'record': {
      const members = new Map(objectEntries(json))
      return (
        objectEntries(json) !== null &&
        schema.fields.every((field) => {
          const member = members.has(field.name) ? members.get(field.name) : field.default
          return isValidDefault(field.schema, member)
        })
      )
    }
  }
}

function withoutLogicalType(schema: Schema, value: unknown): unknown {
  switch (schema.name ?? '') {
    case Decimal.LOGICAL_NAME:
      return isDecimal(value) ? Decimal.fromLogical(schema, value) : value
    case ConnectDate.LOGICAL_NAME:
      return ConnectDate.fromLogical(schema, value as Instant)
    case ConnectTime.LOGICAL_NAME:
      return ConnectTime.fromLogical(schema, value as Date)
    case ConnectTimestamp.LOGICAL_NAME:
      return ConnectTimestamp.fromLogical(schema, value as Instant)
    default:
      return value
  }
}

function elementJson(schema: Schema | null, value: unknown, options: AvroDataOptions): unknown {
  if (schema === null) throw new DataError('A default without a schema cannot be written as Avro.')
  return defaultToJson(schema, value, options)
}

/** A map whose keys are no strings: pairs, which Avro refuses as a default, and so it is left out of a field. */
function mapJson(
  schema: Schema,
  map: ReadonlyMap<unknown, unknown>,
  options: AvroDataOptions,
): unknown {
  const entries = [...map].map(([key, value]): [unknown, unknown] => [
    elementJson(schema.keySchema, key, options),
    elementJson(schema.valueSchema, value, options),
  ])
  return isAvroMap(schema, options) ? new Map(entries) : entries
}

function structJson(schema: Schema, struct: Struct, options: AvroDataOptions): unknown {
  const members = (schema.fields ?? []).map((field): [string, unknown] => [
    avroFieldName(field.name, options),
    defaultToJson(field.schema, struct.get(field), options),
  ])
  // Of a union, the default is that of its first branch.
  return isUnionStruct(schema) ? (members[0]?.[1] ?? null) : new Map(members)
}
