import { DataError } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import { defaultName, parameter, scrubName, shortName, unionName, unionPrefix } from './names.ts'
import type { ProtobufDataOptions } from './protobuf-data-config.ts'

/** How Connect schemas stand for what only Protobuf has. */

/** Whether a struct stands for a oneof: at most one of its members is set. */
export function isUnionStruct({ type, name, parameters }: Schema): boolean {
  if (type !== 'STRUCT') return false
  return name?.startsWith(unionName) === true || parameters?.has(parameter.generalUnion) === true
}

/** The name of the oneof that a struct stands for; `field` is the one it stands in. */
export function oneofName(schema: Schema, field: string, options: ProtobufDataOptions): string {
  const general = schema.parameters?.get(parameter.generalUnion)
  if (options.generalizedSumTypes && general !== undefined) return general
  const name = schema.name?.startsWith(unionPrefix) ? schema.name.slice(unionPrefix.length) : ''
  return protoName(shortName(name === '' ? field : name), options)
}

/** The parameter by which a schema is that of an enum, e.g. `…protobuf.Enum`; null for any other. */
export function enumParameter(
  { type, parameters }: Schema,
  { generalizedSumTypes }: ProtobufDataOptions,
): string | null {
  if (parameters === null || (type !== 'STRING' && type !== 'INT32')) return null
  const { generalEnum, enum: own } = parameter
  const keys = generalizedSumTypes ? [generalEnum, own] : [own, generalEnum]
  return keys.find((key) => parameters.has(key)) ?? null
}

/** A name as Protobuf gets it. */
export function protoName(name: string, options: ProtobufDataOptions): string {
  return options.scrubInvalidNames ? scrubName(name) : name
}

/** The last part of a schema's name as Protobuf gets it; `index` is counted where it has none. */
export function messageName(
  { name }: Schema,
  index: () => number,
  options: ProtobufDataOptions,
): string {
  const full = name === null || name === '' ? `${defaultName}${index()}` : name
  return protoName(shortName(full), options)
}

const valid = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A DataError for what is no name in Protobuf. */
export function requireName(name: string): string {
  if (valid.test(name)) return name
  throw new DataError(
    `"${name}" is not a valid identifier. Protobuf's names are letters, digits and underscores; with scrub.invalid.names=true the converter replaces the others.`,
  )
}

/** The number that a parameter holds. */
export function numberParameter(key: string, text: string): number {
  const value = Number(text)
  if (/^[+-]?\d{1,10}$/.test(text) && (value | 0) === value) return value
  throw new DataError(`Invalid parameter ${key}=${text}: expected an integer.`)
}
