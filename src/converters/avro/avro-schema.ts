/**
 * Avro schemas (Avro 1.12 specification), as {@link parseAvroSchema} reads and {@link avroSchemaText} writes them.
 * Properties and defaults are JSON values: an integer beyond 2^53 is a bigint, `1.0` a TypedNumber, an object a plain one or a Map.
 */

export const primitiveTypes = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
] as const
export type PrimitiveType = (typeof primitiveTypes)[number]

/** Attributes that the specification does not know, in their order, e.g. `connect.name` and `logicalType`. */
export type AvroProps = ReadonlyMap<string, unknown>

interface WithProps {
  readonly props: AvroProps
}

export interface AvroPrimitive extends WithProps {
  readonly type: PrimitiveType
}

/** What a schema may be called by: its full name, namespace included. */
interface Named extends WithProps {
  readonly name: string
  readonly doc: string | null
  readonly aliases: readonly string[]
}

export interface AvroField extends WithProps {
  readonly name: string
  readonly schema: AvroSchema
  readonly doc: string | null
  /** A JSON value; undefined where there is none, for null is one. */
  readonly default: unknown
  readonly aliases: readonly string[]
}

export interface AvroRecord extends Named {
  readonly type: 'record'
  /** Of a record that contains itself, complete only once it has been built. */
  readonly fields: readonly AvroField[]
}

export interface AvroEnum extends Named {
  readonly type: 'enum'
  readonly symbols: readonly string[]
  readonly default: string | null
}

export interface AvroFixed extends Named {
  readonly type: 'fixed'
  /** In bytes. */
  readonly size: number
}

export interface AvroArray extends WithProps {
  readonly type: 'array'
  readonly items: AvroSchema
}

export interface AvroMap extends WithProps {
  readonly type: 'map'
  readonly values: AvroSchema
}

export interface AvroUnion extends WithProps {
  readonly type: 'union'
  readonly branches: readonly AvroSchema[]
}

export type NamedAvroSchema = AvroRecord | AvroEnum | AvroFixed
export type AvroSchema = AvroPrimitive | NamedAvroSchema | AvroArray | AvroMap | AvroUnion

/** No properties. */
export const noProps: AvroProps = new Map()

export function primitive(type: PrimitiveType, props: AvroProps = noProps): AvroPrimitive {
  return { type, props }
}

export function isNamed(schema: AvroSchema): schema is NamedAvroSchema {
  return schema.type === 'record' || schema.type === 'enum' || schema.type === 'fixed'
}

/** The part of a full name behind its last dot. */
export function shortName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}

/** The part of a full name before its last dot; null where it has none. */
export function namespaceOf(fullName: string): string | null {
  const dot = fullName.lastIndexOf('.')
  return dot < 0 ? null : fullName.slice(0, dot)
}

/** A property that is a text; null for any other. */
export function textProp(schema: AvroSchema | AvroField, name: string): string | null {
  const value = schema.props.get(name)
  return typeof value === 'string' ? value : null
}
