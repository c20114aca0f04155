import type { Schema, SchemaType } from '../../api/index.ts'
import type { ScalarType } from './declarations.ts'
import { parameter } from './names.ts'
import type { ProtoMessage } from './proto-schema.ts'

/** The messages of `google/protobuf/wrappers.proto`, each of one field: a primitive that may be null. */

const prefix = 'google.protobuf.'
export const wrappersFile = 'google/protobuf/wrappers.proto'

/** What a wrapper is in Connect. */
const connectTypes: Readonly<Record<string, SchemaType>> = {
  DoubleValue: 'FLOAT64',
  FloatValue: 'FLOAT32',
  Int64Value: 'INT64',
  UInt64Value: 'INT64',
  Int32Value: 'INT32',
  UInt32Value: 'INT64',
  BoolValue: 'BOOLEAN',
  StringValue: 'STRING',
  BytesValue: 'BYTES',
}

/** The Connect type of the field of a wrapper; null for any other message. */
export function wrappedType({ fullName }: ProtoMessage): SchemaType | null {
  if (!fullName.startsWith(prefix)) return null
  const name = fullName.slice(prefix.length)
  return Object.hasOwn(connectTypes, name) ? (connectTypes[name] ?? null) : null
}

const wrappers: Partial<Record<SchemaType, string>> = {
  INT8: 'Int32Value',
  INT16: 'Int32Value',
  INT32: 'Int32Value',
  INT64: 'Int64Value',
  FLOAT32: 'FloatValue',
  FLOAT64: 'DoubleValue',
  BOOLEAN: 'BoolValue',
  STRING: 'StringValue',
  BYTES: 'BytesValue',
}

/** The full name of the wrapper of a primitive; null for any other type. */
export function wrapperOf(type: SchemaType): string | null {
  const name = wrappers[type]
  return name === undefined ? null : prefix + name
}

/** The same for a field, of which a parameter may say that it has no sign. */
export function fieldWrapperOf({ type, parameters }: Schema): string | null {
  const scalar = parameters?.get(parameter.type) as ScalarType | undefined
  if (type === 'INT64') {
    if (scalar === 'uint32' || scalar === 'fixed32') return `${prefix}UInt32Value`
    if (scalar === 'uint64' || scalar === 'fixed64') return `${prefix}UInt64Value`
  }
  return wrapperOf(type)
}
