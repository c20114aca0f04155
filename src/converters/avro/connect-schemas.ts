import { DataError, SchemaBuilder } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { AvroSchema } from './avro-schema.ts'
import { isNamed, shortName } from './avro-schema.ts'
import type { AvroDataOptions } from './avro-data-config.ts'
import { generalUnionField, parameter, unionName } from './connect-names.ts'
import { javaSegments, scrubFullName, scrubName } from './names.ts'

/** Questions about Connect schemas that both directions of the mapping ask. */

/** A struct that stands for a union: of its fields, at most one is set. */
export function isUnionStruct(schema: Schema): boolean {
  return (
    schema.type === 'STRUCT' &&
    (schema.name === unionName || schema.parameters?.has(parameter.generalUnion) === true)
  )
}

/** Bytes of a fixed length need a name, as Avro's `fixed` has one. */
export function isFixedBytes(schema: Schema): boolean {
  return (
    schema.type === 'BYTES' &&
    schema.name !== null &&
    schema.parameters?.has(parameter.fixedSize) === true
  )
}

/** Whether a map is one of Avro's, whose keys are strings; any other is an array of entries. */
export function isAvroMap({ keySchema }: Schema, options: AvroDataOptions): boolean {
  return keySchema?.type === 'STRING' && (!keySchema.optional || options.allowOptionalMapKeys)
}

/** The schema with `optional` taken away, as what lies within a union with null. */
export function required(schema: Schema): Schema {
  if (!schema.optional) return schema
  const builder = new SchemaBuilder(schema.type, schema.keySchema, schema.valueSchema)
  for (const { name, schema: member } of schema.fields ?? []) builder.field(name, member)
  if (schema.version !== null) builder.version(schema.version)
  if (schema.doc !== null) builder.doc(schema.doc)
  if (schema.parameters !== null) builder.parameters(schema.parameters)
  if (schema.name !== null) builder.name(schema.name)
  if (schema.defaultValue !== null) builder.defaultValue(schema.defaultValue)
  return builder.build()
}

/** The name that Avro's schema of `connectName` has. */
export function avroName(connectName: string, options: AvroDataOptions): string {
  if (options.scrubInvalidNames) return scrubFullName(connectName)
  return javaSegments(connectName).join('.')
}

export function avroFieldName(name: string, options: AvroDataOptions): string {
  return options.scrubInvalidNames ? scrubName(name) : name
}

/** What the field of a union's struct is called that stands for the branch at `index`. */
export function branchFieldName(
  branch: AvroSchema,
  index: number,
  options: AvroDataOptions,
): string {
  if (options.generalizedSumTypes) return `${generalUnionField}${index}`
  if (!isNamed(branch)) return branch.type
  return options.enhancedSchemas ? branch.name : shortName(branch.name)
}

/** A number that a parameter holds as text. */
export function intParameter(schema: Schema, name: string): number | null {
  const text = schema.parameters?.get(name)
  if (text === undefined) return null
  if (/^[+-]?\d{1,10}$/.test(text)) return Number(text)
  throw new DataError(
    `Invalid value ${text} of the parameter ${name} of ${schema.toString()}: expected an integer.`,
  )
}
