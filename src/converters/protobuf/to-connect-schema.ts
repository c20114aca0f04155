import {
  ConnectDate,
  ConnectTime,
  ConnectTimestamp,
  DataError,
  Decimal,
  SchemaBuilder,
} from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { entrySuffix, keyField, valueField } from './declarations.ts'
import type { ScalarType } from './declarations.ts'
import {
  dateType,
  decimalType,
  mapName,
  meta,
  parameter,
  timeType,
  timestampType,
  unionPrefix,
} from './names.ts'
import type { ProtobufDataOptions } from './protobuf-data-config.ts'
import { enumOf, isOptional, messageOf } from './proto-schema.ts'
import type { ProtoEnum, ProtoField, ProtoMessage, ProtoOneof } from './proto-schema.ts'
import { wrappedType } from './wrappers.ts'

/** As deep as Protobuf's own readers go. */
const deepest = 100

/** Whether the fields of this message are the entries of a map, by what they look like. */
export function isMapField(field: ProtoField): boolean {
  const entry = messageOf(field)
  if (field.label !== 'repeated' || !entry?.name.endsWith(entrySuffix)) return false
  const [key, value, more] = entry.fields
  if (key?.name !== keyField || value?.name !== valueField || more !== undefined) return false
  return [key, value].every(({ label, oneof }) => label !== 'repeated' && oneof === null)
}

/** The name of the field that stands for a oneof. */
export function unionFieldName({ name, index }: ProtoOneof, options: ProtobufDataOptions): string {
  return options.indexForUnions ? `${name}_${index}` : name
}

/** The Connect schema of a message. A DataError where Connect has none. */
export class ToConnectSchema {
  readonly #options: ProtobufDataOptions
  /** What a message has been made of: a field of it differs in its number alone. */
  readonly #structs = new Map<ProtoMessage, readonly (readonly [string, Schema])[]>()
  /** Messages that are being read: one that contains itself cannot be. */
  readonly #open = new Set<ProtoMessage>()

  constructor(options: ProtobufDataOptions) {
    this.#options = options
  }

  /** `version` is the registry's. */
  map(message: ProtoMessage, version: number | null): Schema {
    const wrapped = this.#options.wrapperForRawPrimitives ? wrappedType(message) : null
    const builder = wrapped === null ? this.#struct(message) : new SchemaBuilder(wrapped)
    if (version !== null && version >= 0) builder.version(version)
    return builder.build()
  }

  #struct(message: ProtoMessage): SchemaBuilder {
    const { name, fullName } = message
    const builder = SchemaBuilder.struct().name(this.#options.enhancedSchemas ? fullName : name)
    for (const [field, schema] of this.#fieldsOf(message)) builder.field(field, schema)
    return builder
  }

  #fieldsOf(message: ProtoMessage): readonly (readonly [string, Schema])[] {
    const known = this.#structs.get(message)
    if (known !== undefined) return known
    if (this.#open.has(message)) {
      throw new DataError(
        `The Protobuf message ${message.fullName} contains itself. Schemas that do cannot be read; give the messages that are nested types of their own.`,
      )
    }
    if (this.#open.size > deepest) {
      throw new DataError(`The Protobuf messages nest more than ${deepest} times.`)
    }
    this.#open.add(message)
    try {
      const fields = message.oneofs.flatMap((oneof) => this.#oneof(oneof))
      for (const field of message.fields) {
        if (field.oneof === null) fields.push([field.name, this.#field(field)])
      }
      this.#structs.set(message, fields)
      return fields
    } finally {
      this.#open.delete(message)
    }
  }

  #oneof(oneof: ProtoOneof): [string, Schema][] {
    const members = oneof.fields.map((field): [string, Schema] => [field.name, this.#field(field)])
    if (members.length === 0 || this.#options.flattenUnions) return members
    const { generalizedSumTypes, enhancedSchemas } = this.#options
    const builder = SchemaBuilder.struct()
    if (generalizedSumTypes) builder.name(oneof.name).parameter(parameter.generalUnion, oneof.name)
    else builder.name(unionPrefix + (enhancedSchemas ? oneof.fullName : oneof.name))
    for (const [name, schema] of members) builder.field(name, schema)
    return [[unionFieldName(oneof, this.#options), builder.optional().build()]]
  }

  #field(field: ProtoField): Schema {
    const isMap = isMapField(field)
    const element = isMap ? this.#map(field) : this.#element(field)
    const repeated = field.label === 'repeated'
    const isList = repeated && !isMap
    const builder = isList ? SchemaBuilder.array(element.optional().build()) : element
    const isNamed = typeof field.type !== 'string'
    if (repeated || isNamed || this.#isOptional(field)) builder.optional()
    return builder.parameter(parameter.tag, String(field.number)).build()
  }

  /** Of a scalar that stands alone. */
  #isOptional(field: ProtoField): boolean {
    const { optionalForNullables, wrapperForNullables } = this.#options
    return optionalForNullables ? isOptional(field) : !wrapperForNullables
  }

  #element(field: ProtoField): SchemaBuilder {
    const named = enumOf(field)
    if (named !== null) return this.#enum(named)
    const message = messageOf(field)
    if (message === null) return scalarBuilder(field)
    switch (message.fullName) {
      case decimalType:
        return decimalBuilder(field)
      case dateType:
        return ConnectDate.builder()
      case timeType:
        return ConnectTime.builder()
      case timestampType:
        return ConnectTimestamp.builder()
    }
    const { wrapperForNullables, wrapperForRawPrimitives } = this.#options
    const wrapped = wrapperForNullables || wrapperForRawPrimitives ? wrappedType(message) : null
    return wrapped === null ? this.#struct(message) : new SchemaBuilder(wrapped)
  }

  #enum({ name, fullName, values }: ProtoEnum): SchemaBuilder {
    const { intForEnums, enhancedSchemas, generalizedSumTypes } = this.#options
    const builder = intForEnums ? SchemaBuilder.int32() : SchemaBuilder.string()
    const key = generalizedSumTypes ? parameter.generalEnum : parameter.enum
    builder.name(enhancedSchemas ? fullName : name).parameter(key, name)
    for (const value of values) builder.parameter(`${key}.${value.name}`, String(value.number))
    return builder
  }

  #map(field: ProtoField): SchemaBuilder {
    const entry = messageOf(field)
    const [key, value] = entry?.fields ?? []
    if (entry === null || key === undefined || value === undefined) {
      throw new DataError(`The field ${field.name} is no map.`)
    }
    const name = mapName(this.#options.enhancedSchemas ? entry.fullName : entry.name)
    return SchemaBuilder.map(this.#field(key), this.#field(value)).name(name)
  }
}

const scalars: Readonly<Record<ScalarType, Schema['type']>> = {
  double: 'FLOAT64',
  float: 'FLOAT32',
  int32: 'INT32',
  sint32: 'INT32',
  sfixed32: 'INT32',
  int64: 'INT64',
  uint32: 'INT64',
  uint64: 'INT64',
  sint64: 'INT64',
  fixed32: 'INT64',
  fixed64: 'INT64',
  sfixed64: 'INT64',
  bool: 'BOOLEAN',
  string: 'STRING',
  bytes: 'BYTES',
}
const narrow: Readonly<Record<string, Schema['type']>> = { int8: 'INT8', int16: 'INT16' }

function scalarBuilder({ type, params }: ProtoField): SchemaBuilder {
  const scalar = type as ScalarType
  const connect = scalars[scalar]
  const noted = params.get(meta.type) ?? ''
  if (connect === 'INT32' && Object.hasOwn(narrow, noted)) {
    return new SchemaBuilder(narrow[noted] ?? connect)
  }
  const builder = new SchemaBuilder(connect)
  const isPlain = scalar === 'int32' || scalar === 'int64' || !connect.startsWith('INT')
  return isPlain ? builder : builder.parameter(parameter.type, scalar)
}

function decimalBuilder({ params }: ProtoField): SchemaBuilder {
  const builder = Decimal.builder(integerOf(params.get(meta.scale)) ?? 0)
  const precision = integerOf(params.get(meta.precision))
  return precision === null ? builder : builder.parameter(parameter.precision, String(precision))
}

/** What is no integer does not count. */
function integerOf(text: string | undefined): number | null {
  const value = Number(text)
  return text !== undefined && /^[+-]?\d+$/.test(text) && (value | 0) === value ? value : null
}
