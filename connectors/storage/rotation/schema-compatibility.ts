import { SchemaProjectorError, projectSchema, schemaEquals, valueEquals } from 'sluice/api'
import type { Field, Schema, SchemaType } from 'sluice/api'

/** Which schemas may share a file (`schema.compatibility`). */
export type SchemaCompatibility = 'NONE' | 'BACKWARD' | 'FORWARD' | 'FULL'

/** Why a record cannot go into the file that is open. */
export type SchemaChange =
  | 'DIFFERENT_SCHEMA'
  | 'DIFFERENT_TYPE'
  | 'DIFFERENT_NAME'
  | 'DIFFERENT_PARAMS'
  | 'DIFFERENT_VERSION'
  | 'MISSING_REQUIRED_FIELD'
  | 'INCOMPATIBLE_OPTIONALITY'

/** As Confluent reads the key: any other text counts as NONE. */
export function schemaCompatibilityOf(text: string): SchemaCompatibility {
  const known = ['BACKWARD', 'FORWARD', 'FULL'] as const
  return known.find((name) => name === text) ?? 'NONE'
}

/**
 * Why a record of `schema` needs another file than one of the schema `current`; null where it can be written to it, after
 * {@link projectTo}. Throws a SchemaProjectorError where the mode needs versions, or a schema, that there are not.
 */
export function schemaChange(
  mode: SchemaCompatibility,
  schema: Schema | null,
  current: Schema | null,
): SchemaChange | null {
  if (schema === current) return null
  if (schema === null || current === null) {
    throw new SchemaProjectorError(
      'Switch between schema-based and schema-less data is not supported',
    )
  }
  if (mode === 'NONE') return schemaEquals(schema, current) ? null : 'DIFFERENT_SCHEMA'
  if (schema.version === null || current.version === null) {
    throw new SchemaProjectorError(`Schema version required for ${mode} compatibility`)
  }
  const structural = structuralChange(schema, current)
  if (structural !== null) return structural
  const differs =
    mode === 'FORWARD' ? schema.version < current.version : schema.version > current.version
  return differs ? 'DIFFERENT_VERSION' : null
}

/** The value as the schema of its file has it: numbers widened, fields left out or filled with their defaults. */
export function projectTo(schema: Schema | null, value: unknown, current: Schema | null): unknown {
  if (schema === current || schema === null || current === null) return value
  return projectSchema(schema, value, current)
}

const numbers: readonly SchemaType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']
/** Parameters that only say what something means. */
const documentation = /\.(?:record|field|enum)\.doc(?:\.|$)|^connect\.(?:record|enum)\.doc$/
const enumPrefix = 'io.confluent.connect.avro.Enum'

function structuralChange(schema: Schema, current: Schema): SchemaChange | null {
  if (!mayBecome(schema.type, current.type)) return 'DIFFERENT_TYPE'
  if (schema.name !== current.name) return 'DIFFERENT_NAME'
  if (!haveSameParameters(schema, current)) return 'DIFFERENT_PARAMS'
  if (schema.optional && !current.optional && current.defaultValue === null) {
    return 'INCOMPATIBLE_OPTIONALITY'
  }
  if (schema.keySchema !== null && current.keySchema !== null) {
    const change = structuralChange(schema.keySchema, current.keySchema)
    if (change !== null) return change
  }
  if (schema.valueSchema !== null && current.valueSchema !== null) {
    return structuralChange(schema.valueSchema, current.valueSchema)
  }
  for (const field of current.fields ?? []) {
    const change = fieldChange(schema, field)
    if (change !== null) return change
  }
  return null
}

function fieldChange(schema: Schema, { name, schema: wanted }: Field): SchemaChange | null {
  const found = schema.field(name)
  if (found !== undefined) return structuralChange(found.schema, wanted)
  return wanted.optional || wanted.defaultValue !== null ? null : 'MISSING_REQUIRED_FIELD'
}

function mayBecome(from: SchemaType, to: SchemaType): boolean {
  return from === to || (numbers.includes(from) && numbers.indexOf(to) > numbers.indexOf(from))
}

function haveSameParameters(schema: Schema, current: Schema): boolean {
  const own = withoutDocumentation(schema)
  const wanted = withoutDocumentation(current)
  if (!own.has(enumPrefix) || !wanted.has(enumPrefix)) return valueEquals(own, wanted)
  // A file of an enum takes one that has fewer symbols.
  return [...own].every(([name, value]) => wanted.get(name) === value)
}

function withoutDocumentation({ parameters }: Schema): Map<string, string> {
  return new Map([...(parameters ?? [])].filter(([name]) => !documentation.test(name)))
}
