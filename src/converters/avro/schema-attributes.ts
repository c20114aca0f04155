import { DataError, Decimal, SchemaBuilder, javaToString } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { AvroSchema } from './avro-schema.ts'
import { defaultName, prop } from './connect-names.ts'
import { jsonInteger, jsonText } from '../json/json-node.ts'

/** What an Avro schema says of the Connect schema that is being built of it. */

/** What Connect noted comes before the registry's version. */
export function addVersion(
  builder: SchemaBuilder,
  schema: AvroSchema,
  version: number | null,
): void {
  const noted = schema.props.get(prop.version)
  const own = noted === undefined || noted === null ? null : jsonInteger(noted)
  if (own === null && noted !== undefined && noted !== null) {
    throw new DataError(`Invalid Connect version found: ${jsonText(noted)}`)
  }
  const found = own === null ? version : Number(own)
  if (found === null || found < 0) return
  const before = builder.build().version
  if (before === null) builder.version(found)
  else if (before !== found) {
    throw new DataError(
      `Mismatched versions: version already added to SchemaBuilder (${before}) differs from version in source schema (${found})`,
    )
  }
}

export function addName(builder: SchemaBuilder, schema: AvroSchema): void {
  const before = builder.build().name
  const noted = schema.props.get(prop.name)
  let name: string | null = null
  if (noted !== undefined && noted !== null) {
    if (typeof noted !== 'string') throw new DataError(`Invalid schema name: ${jsonText(noted)}`)
    name = noted
  } else if (schema.type === 'record' || schema.type === 'enum') {
    name = schema.name
  } else if (schema.type === 'fixed' && before !== Decimal.LOGICAL_NAME) {
    name = schema.name
  }
  if (name === null || name.startsWith(defaultName)) return
  if (before === null) builder.name(name)
  else if (before !== name) {
    throw new DataError(
      `Mismatched names: name already added to SchemaBuilder (${before}) differs from name in source schema (${name})`,
    )
  }
}

export function optionalOnce(builder: SchemaBuilder): void {
  if (!builder.build().optional) builder.optional()
}

export function parameterText(value: unknown): string {
  if (typeof value === 'string') return value
  throw new DataError(
    `Expected schema parameter values to be strings but found: ${jsonText(value)}`,
  )
}

/** What a field says of the parameters of a type that was named before. */
export function withParameters(schema: Schema, entries: readonly [string, unknown][]): Schema {
  const same = entries.every(
    ([name, value]) => schema.parameters?.get(name) === javaToString(value),
  )
  if (same) return schema
  const builder = new SchemaBuilder(schema.type, schema.keySchema, schema.valueSchema)
  if (schema.name !== null) builder.name(schema.name)
  if (schema.version !== null) builder.version(schema.version)
  if (schema.doc !== null) builder.doc(schema.doc)
  if (schema.optional) builder.optional()
  for (const { name, schema: member } of schema.fields ?? []) builder.field(name, member)
  if (schema.parameters !== null) builder.parameters(schema.parameters)
  for (const [name, value] of entries) builder.parameter(name, javaToString(value))
  if (schema.defaultValue !== null) builder.defaultValue(schema.defaultValue)
  return builder.build()
}
