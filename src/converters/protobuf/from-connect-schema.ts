import { ConnectDate, ConnectTime, ConnectTimestamp, DataError, Decimal } from '../../api/index.ts'
import type { Field, Schema } from '../../api/index.ts'
import {
  enumParameter,
  isUnionStruct,
  messageName,
  numberParameter,
  oneofName,
  protoName,
  requireName,
} from './connect-schemas.ts'
import { fieldDeclaration, keyField, valueField } from './declarations.ts'
import type {
  EnumDeclaration,
  FieldDeclaration,
  FieldLabel,
  FileDeclaration,
  MessageDeclaration,
} from './declarations.ts'
import {
  dateType,
  decimalType,
  defaultName,
  entryName,
  meta,
  parameter,
  shortName,
  timeType,
  timestampType,
} from './names.ts'
import type { ProtobufDataOptions } from './protobuf-data-config.ts'
import { fieldWrapperOf, wrappersFile } from './wrappers.ts'

/** What is being put together of a message. */
interface OpenMessage extends MessageDeclaration {
  readonly fields: FieldDeclaration[]
  readonly oneofs: string[]
  readonly messages: MessageDeclaration[]
  readonly enums: EnumDeclaration[]
}

/** A type of Protobuf for a schema, and what is noted beside it. */
interface FieldType {
  readonly typeName: string
  readonly params?: ReadonlyMap<string, string>
}

const integers: Partial<Record<Schema['type'], readonly string[]>> = {
  INT32: ['int32', 'sint32', 'sfixed32'],
  INT64: ['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64', 'uint32', 'fixed32'],
}

/** The file that has a struct's schema as its only message. A DataError where Protobuf has nothing for it. */
export function fromConnectSchema(schema: Schema, options: ProtobufDataOptions): FileDeclaration {
  return new FromConnect(options).file(schema)
}

class FromConnect {
  readonly #options: ProtobufDataOptions
  readonly #imports: string[] = []
  /** Counts what has no name. */
  #unnamed = 0

  constructor(options: ProtobufDataOptions) {
    this.#options = options
  }

  file(schema: Schema): FileDeclaration {
    const packageName = packageOf(schema.name, this.#options)
    const name = messageName(schema, this.#count, this.#options)
    const message = this.#message(name, schema)
    return { packageName, imports: this.#imports, messages: [message], enums: [] }
  }

  readonly #count = (): number => ++this.#unnamed

  #message(name: string, schema: Schema): MessageDeclaration {
    const message = openMessage(name)
    let next = 1
    for (const field of schema.fields ?? []) {
      if (isUnionStruct(field.schema)) {
        // Java counts the oneof itself.
        if (tagOf(field.schema) === null) next++
        const oneof = this.#addOneof(message, field)
        for (const member of field.schema.fields ?? []) {
          const number = tagOf(member.schema) ?? next++
          message.fields.push(this.#member(message, oneof, member, number))
        }
      } else {
        const number = tagOf(field.schema) ?? next++
        message.fields.push(this.#field(message, field.name, field.schema, number))
      }
    }
    return message
  }

  #addOneof(message: OpenMessage, { name, schema }: Field): string {
    const oneof = requireName(oneofName(schema, name, this.#options))
    if (message.oneofs.includes(oneof)) {
      throw new DataError(`Two fields of ${message.name} are unions of the name ${oneof}.`)
    }
    message.oneofs.push(oneof)
    return oneof
  }

  #member(
    message: OpenMessage,
    oneof: string,
    { name, schema }: Field,
    number: number,
  ): FieldDeclaration {
    const { type } = schema
    if (type === 'ARRAY' || type === 'MAP' || isUnionStruct(schema)) {
      throw new DataError(`The member ${name} of the union ${oneof} cannot be ${type}.`)
    }
    return { ...this.#field(message, name, schema, number), label: null, oneof }
  }

  #field(message: OpenMessage, name: string, schema: Schema, number: number): FieldDeclaration {
    const own = requireName(protoName(name, this.#options))
    let element = schema
    let label: FieldLabel | null = null
    if (schema.type === 'ARRAY') {
      element = elementOf(schema)
      label = 'repeated'
      if (element.type === 'MAP') {
        throw new DataError(
          `The array ${name} holds maps, which Protobuf cannot tell apart: put each into a struct.`,
        )
      }
    } else if (schema.type === 'MAP') label = 'repeated'
    else if (this.#options.optionalForNullables && schema.optional) label = 'optional'
    const { typeName, params } = this.#type(message, own, element)
    return fieldDeclaration({ name: own, number, label, typeName, ...(params && { params }) })
  }

  #type(message: OpenMessage, field: string, schema: Schema): FieldType {
    const logical = this.#logicalType(schema)
    if (logical !== null) return logical
    const enumKey = enumParameter(schema, this.#options)
    if (enumKey !== null) return { typeName: this.#addEnum(message, schema, enumKey) }
    switch (schema.type) {
      case 'ARRAY':
        throw new DataError('Array cannot be nested')
      case 'MAP':
        return { typeName: this.#addEntries(message, schema) }
      case 'STRUCT':
        return { typeName: this.#addStruct(message, field, schema) }
      case 'INT8':
        return { ...this.#scalar(schema, 'int32'), params: new Map([[meta.type, 'int8']]) }
      case 'INT16':
        return { ...this.#scalar(schema, 'int32'), params: new Map([[meta.type, 'int16']]) }
      case 'INT32':
      case 'INT64':
        return this.#scalar(schema, integerType(schema))
      case 'FLOAT32':
      case 'FLOAT64':
      case 'BOOLEAN':
      case 'STRING':
      case 'BYTES':
        return this.#scalar(schema, scalarTypes[schema.type])
    }
  }

  #scalar(schema: Schema, typeName: string): FieldType {
    const wrapper = this.#options.wrapperForNullables && schema.optional
    if (!wrapper) return { typeName }
    this.#import(wrappersFile)
    return { typeName: fieldWrapperOf(schema) ?? typeName }
  }

  #logicalType(schema: Schema): FieldType | null {
    switch (schema.name ?? '') {
      case Decimal.LOGICAL_NAME:
        this.#import('confluent/type/decimal.proto')
        return { typeName: decimalType, params: decimalParams(schema) }
      case ConnectDate.LOGICAL_NAME:
        this.#import('google/type/date.proto')
        return { typeName: dateType }
      case ConnectTime.LOGICAL_NAME:
        this.#import('google/type/timeofday.proto')
        return { typeName: timeType }
      case ConnectTimestamp.LOGICAL_NAME:
        this.#import('google/protobuf/timestamp.proto')
        return { typeName: timestampType }
      default:
        return null
    }
  }

  #import(path: string): void {
    if (!this.#imports.includes(path)) this.#imports.push(path)
  }

  #addStruct(message: OpenMessage, field: string, schema: Schema): string {
    const name = requireName(messageName(schema, this.#count, this.#options))
    // A message and a field of one name would be taken for each other.
    const own = name === field ? `${name}Message` : name
    if (!message.messages.some((nested) => nested.name === own)) {
      // Its place is kept for it: what nests in it may have the same name.
      message.messages.push(this.#message(own, schema))
    }
    return own
  }

  #addEntries(message: OpenMessage, schema: Schema): string {
    const name = requireName(entryName(messageName(schema, this.#count, this.#options)))
    const entry = openMessage(name)
    const { keySchema } = schema
    if (keySchema === null)
      throw new DataError('A map without a schema for its keys cannot be written.')
    for (const [index, member] of [keySchema, elementOf(schema)].entries()) {
      const field = this.#field(entry, index === 0 ? keyField : valueField, member, index + 1)
      entry.fields.push({
        ...field,
        label: field.label === 'repeated' ? field.label : null,
        params: new Map(),
      })
    }
    message.messages.push(entry)
    return name
  }

  #addEnum(message: OpenMessage, schema: Schema, key: string): string {
    const name = requireName(shortName(schema.parameters?.get(key) ?? ''))
    if (message.enums.some((known) => known.name === name)) return name
    const values = [...(schema.parameters ?? [])]
      .filter(([parameterName]) => parameterName.startsWith(`${key}.`))
      .map(([parameterName, text]) => ({
        name: requireName(parameterName.slice(key.length + 1)),
        number: numberParameter(parameterName, text),
      }))
    message.enums.push({ name, values, isClosed: false })
    return name
  }
}

const scalarTypes = {
  FLOAT32: 'float',
  FLOAT64: 'double',
  BOOLEAN: 'bool',
  STRING: 'string',
  BYTES: 'bytes',
} as const

function openMessage(name: string): OpenMessage {
  requireName(name)
  const lists = { fields: [], oneofs: [], messages: [], mapEntries: [], enums: [] }
  return { name, ...lists, isMapEntry: false }
}

function elementOf({ valueSchema, type }: Schema): Schema {
  if (valueSchema !== null) return valueSchema
  throw new DataError(`An ${type} without a schema for what it holds cannot be written.`)
}

/** The number that the schema of a field brings. */
function tagOf({ parameters }: Schema): number | null {
  const text = parameters?.get(parameter.tag)
  if (text === undefined) return null
  const number = numberParameter(parameter.tag, text)
  if (number > 0 && number < 2 ** 29) return number
  throw new DataError(`Invalid parameter ${parameter.tag}=${text}: field numbers begin with 1.`)
}

function integerType(schema: Schema): string {
  const allowed = integers[schema.type] ?? []
  const type = schema.parameters?.get(parameter.type) ?? allowed[0] ?? ''
  if (allowed.includes(type)) return type
  throw new DataError(
    `Invalid parameter ${parameter.type}=${type} of ${schema.toString()}: expected ${allowed.join(', ')}.`,
  )
}

function decimalParams({ parameters }: Schema): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  const precision = parameters?.get(parameter.precision)
  const scale = parameters?.get(parameter.scale)
  if (precision !== undefined) params.set(meta.precision, precision)
  if (scale !== undefined) params.set(meta.scale, scale)
  return params
}

/** What stands before the last dot of a name. */
function packageOf(name: string | null, options: ProtobufDataOptions): string {
  const full = name ?? defaultName
  const at = full.lastIndexOf('.')
  if (at <= 0) return ''
  const segments = full.slice(0, at).split('.')
  return segments.map((segment) => requireName(protoName(segment, options))).join('.')
}
