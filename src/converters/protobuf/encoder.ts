import { DataError, isStruct, schemaEquals } from '../../api/index.ts'
import type { Field, Schema } from '../../api/index.ts'
import { invalidType } from '../avro/write-scalar.ts'
import { isUnionStruct, protoName } from './connect-schemas.ts'
import type { ProtobufDataOptions } from './protobuf-data-config.ts'
import { wireType } from './proto-input.ts'
import type { ProtoOutput } from './proto-output.ts'
import { messageOf } from './proto-schema.ts'
import type { ProtoField, ProtoMessage } from './proto-schema.ts'
import { isMapField } from './to-connect-schema.ts'
import { wrappedType } from './wrappers.ts'
import { isLogical, logicalWriter } from './write-logical.ts'
import { isDefault, scalarWriter } from './write-scalar.ts'
import type { ScalarWrite } from './write-scalar.ts'

/** Writes the value of a field with its tag, or more than one. It is not null. */
type FieldWrite = (value: unknown, output: ProtoOutput) => void

/** A member of the struct. */
interface MemberWriter {
  readonly index: number
  readonly number: number
  readonly write: FieldWrite
  readonly byDefault: unknown
  /** What is said where the member is null; null where it may be. */
  readonly required: string | null
}

/**
 * Compiles how values of a Connect schema are written as a message: the one made of it, or one that a registry holds, whose fields
 * are found by their names. A DataError where that message cannot take them (invariant 6).
 */
export function compileWriter(
  schema: Schema,
  message: ProtoMessage,
  options: ProtobufDataOptions,
): ScalarWrite {
  if (schema.type === 'STRUCT') return structWriter(schema, message, options)
  const write = wrapperWriter(schema, message)
  if (write === null) throw mismatch(schema, message.fullName)
  return write
}

/** Hot: the members in the order of their numbers, as Java writes them. */
function structWriter(
  schema: Schema,
  message: ProtoMessage,
  options: ProtobufDataOptions,
): ScalarWrite {
  const members = (schema.fields ?? []).map((field) => memberWriter(field, message, options))
  requireRequired(schema, message, options)
  members.sort((one, other) => one.number - other.number)
  return (value, output) => {
    if (!isStruct(value)) throw invalidType('STRUCT', value)
    if (!schemaEquals(value.schema, schema)) throw new DataError('Mismatching struct schema')
    const { values } = value
    for (const member of members) {
      const found = values[member.index] ?? member.byDefault
      if (found !== null) member.write(found, output)
      else if (member.required !== null) throw new DataError(member.required)
    }
  }
}

function memberWriter(
  { name, index, schema }: Field,
  message: ProtoMessage,
  options: ProtobufDataOptions,
): MemberWriter {
  const byDefault = options.ignoreDefaultForNullables ? null : schema.defaultValue
  const required = schema.optional
    ? null
    : `Invalid value: null used for required field: "${name}", schema type: ${schema.type}`
  if (isUnionStruct(schema)) {
    const members = (schema.fields ?? []).map((field) => memberWriter(field, message, options))
    const number = Math.min(...members.map((member) => member.number))
    return { index, number, byDefault, required, write: unionWriter(schema, members) }
  }
  const field = fieldOf(message, protoName(name, options))
  const asked = field.label === 'required' ? `The field ${name} is required` : null
  return {
    ...{ index, byDefault, required: required ?? asked },
    number: field.number,
    write: fieldWriter(schema, field, options),
  }
}

function fieldOf(message: ProtoMessage, name: string): ProtoField {
  const field = message.fields.find((each) => each.name === name)
  if (field !== undefined) return field
  throw new DataError(
    `Cannot find field with name ${name}: the message ${message.fullName} does not have it, so that its value would be lost. Add it to the registered schema, or drop it with a transformation.`,
  )
}

/** What a message of proto2 cannot be without. */
function requireRequired(
  schema: Schema,
  message: ProtoMessage,
  options: ProtobufDataOptions,
): void {
  const names = new Set((schema.fields ?? []).map(({ name }) => protoName(name, options)))
  const missing = message.fields.find(({ label, name }) => label === 'required' && !names.has(name))
  if (missing === undefined) return
  throw new DataError(
    `The message ${message.fullName} requires a field ${missing.name}, which ${schema.toString()} has not. Insert it with a transformation.`,
  )
}

/** Of a struct that stands for a oneof the first member that is set. */
function unionWriter(schema: Schema, members: readonly MemberWriter[]): FieldWrite {
  return (value, output) => {
    if (!isStruct(value)) throw invalidType('STRUCT', value)
    if (!schemaEquals(value.schema, schema)) throw new DataError('Mismatching struct schema')
    for (const member of members) {
      const found = value.values[member.index] ?? member.byDefault
      if (found === null) continue
      member.write(found, output)
      return
    }
    throw new DataError('Cannot find non-null field')
  }
}

function fieldWriter(schema: Schema, field: ProtoField, options: ProtobufDataOptions): FieldWrite {
  if (schema.type === 'MAP') return mapWriter(schema, field, options)
  if (schema.type === 'ARRAY') return listWriter(schema, field, options)
  if (field.label === 'repeated') throw mismatch(schema, `repeated ${typeNameOf(field)}`)
  return singleWriter(schema, field, options, field.hasPresence)
}

/** One value behind a tag; of a field without presence none for its default. */
function singleWriter(
  schema: Schema,
  field: ProtoField,
  options: ProtobufDataOptions,
  writesDefault: boolean,
): FieldWrite {
  const message = messageOf(field)
  if (message !== null) return lengthWriter(field, messageWriter(schema, message, options))
  const scalar = isLogical(schema) ? null : scalarWriter(schema, field)
  if (scalar === null) throw mismatch(schema, typeNameOf(field))
  const tag = tagOf(field, scalar.wireType)
  const { write } = scalar
  // The number of a symbol is not known before it is looked up: it is written even where it is zero.
  const zero = writesDefault ? null : zeroSymbol(field)
  return (value, output) => {
    if (!writesDefault && (isDefault(value) || value === zero)) return
    output.writeUint32(tag)
    write(value, output)
  }
}

/** The symbol of an enum that is its default. */
function zeroSymbol({ type }: ProtoField): string | null {
  if (typeof type === 'string' || type.kind !== 'enum') return null
  return type.values.find(({ number }) => number === 0)?.name ?? null
}

function messageWriter(
  schema: Schema,
  message: ProtoMessage,
  options: ProtobufDataOptions,
): ScalarWrite {
  const write =
    schema.type === 'STRUCT'
      ? structWriter(schema, message, options)
      : (logicalWriter(schema, message) ?? wrapperWriter(schema, message))
  if (write === null) throw mismatch(schema, message.fullName)
  return write
}

/** The field of a wrapper of `google.protobuf`; null for another message. */
function wrapperWriter(schema: Schema, message: ProtoMessage): ScalarWrite | null {
  const [field] = message.fields
  if (field === undefined || wrappedType(message) === null || isLogical(schema)) return null
  const scalar = scalarWriter(schema, field)
  if (scalar === null) return null
  const tag = tagOf(field, scalar.wireType)
  const { write } = scalar
  return (value, output) => {
    if (isDefault(value)) return
    output.writeUint32(tag)
    write(value, output)
  }
}

function lengthWriter(field: ProtoField, write: ScalarWrite): FieldWrite {
  const tag = tagOf(field, wireType.bytes)
  return (value, output) => {
    output.writeUint32(tag)
    const place = output.beginLength()
    write(value, output)
    output.endLength(place)
  }
}

function listWriter(schema: Schema, field: ProtoField, options: ProtobufDataOptions): FieldWrite {
  const { valueSchema } = schema
  if (valueSchema === null || field.label !== 'repeated' || isUnionStruct(valueSchema)) {
    throw mismatch(schema, typeNameOf(field))
  }
  if (valueSchema.type === 'ARRAY') throw new DataError('Array cannot be nested')
  const scalar = messageOf(field) === null ? scalarWriter(valueSchema, field) : null
  if (scalar !== null && field.packed && scalar.wireType !== wireType.bytes) {
    return lengthWriterOf(field, scalar.write)
  }
  const write = singleWriter(valueSchema, field, options, true)
  return (value, output) => {
    for (const element of listOf(value)) write(elementOf(element), output)
  }
}

/** All numbers in one run; none where there are none. */
function lengthWriterOf(field: ProtoField, write: ScalarWrite): FieldWrite {
  const tag = tagOf(field, wireType.bytes)
  return (value, output) => {
    const list = listOf(value)
    if (list.length === 0) return
    output.writeUint32(tag)
    const place = output.beginLength()
    for (const element of list) write(elementOf(element), output)
    output.endLength(place)
  }
}

function mapWriter(schema: Schema, field: ProtoField, options: ProtobufDataOptions): FieldWrite {
  const { keySchema, valueSchema } = schema
  const [key, member] = messageOf(field)?.fields ?? []
  const isEntries =
    isMapField(field) || valueSchema?.type === 'ARRAY' || valueSchema?.type === 'MAP'
  if (!isEntries || key === undefined || member === undefined) {
    throw mismatch(schema, typeNameOf(field))
  }
  if (keySchema === null || valueSchema === null) throw mismatch(schema, typeNameOf(field))
  const writeKey = fieldWriter(keySchema, key, options)
  const writeMember = fieldWriter(valueSchema, member, options)
  const tag = tagOf(field, wireType.bytes)
  return (value, output) => {
    if (!(value instanceof Map)) throw invalidType('MAP', value)
    for (const [entryKey, entryValue] of value as Map<unknown, unknown>) {
      output.writeUint32(tag)
      const place = output.beginLength()
      writeKey(elementOf(entryKey), output)
      if (entryValue !== null && entryValue !== undefined) writeMember(entryValue, output)
      else if (!valueSchema.optional) throw nullElement()
      output.endLength(place)
    }
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidType('ARRAY', value)
  return value
}

function elementOf(value: unknown): unknown {
  if (value === null || value === undefined) throw nullElement()
  return value
}

function nullElement(): DataError {
  return new DataError(
    'Protobuf has no null within a list, nor as the key of a map: drop it with a transformation.',
  )
}

function tagOf({ number }: ProtoField, type: number): number {
  return ((number << 3) | type) >>> 0
}

function typeNameOf({ type }: ProtoField): string {
  return typeof type === 'string' ? type : type.fullName
}

function mismatch(schema: Schema, type: string): DataError {
  return new DataError(
    `${schema.toString()} cannot be written as Protobuf's ${type}: the schemas do not match.`,
  )
}
