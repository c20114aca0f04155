import { DataError } from '../errors/connect-error.ts'
import { isStruct, Struct } from './struct.ts'
import { javaToString } from './java-to-string.ts'
import { schemaText } from './interned-schema.ts'
import type { Field, Schema, SchemaType } from './schema.ts'
import { valueEquals } from './value-equals.ts'

/** A value that cannot be taken from its schema to another. */
export class SchemaProjectorError extends DataError {
  override readonly javaName: string = 'org.apache.kafka.connect.errors.SchemaProjectorException'
}

/** Numbers from the narrowest to the widest: each may become one further on. */
const promotions: readonly SchemaType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']

/**
 * Takes `value` from the schema it was written with to one that a reader wants (`SchemaProjector.project`): numbers are widened,
 * fields that the target lacks dropped, those it adds filled with null or their default. A SchemaProjectorError where the
 * schemas are not compatible; from an optional schema to a required one without default, whatever the value is.
 */
export function projectSchema(source: Schema, value: unknown, target: Schema): unknown {
  requireCompatible(source, target)
  if (source.optional && !target.optional && target.defaultValue === null) {
    throw new SchemaProjectorError(
      'Writer schema is optional, however, target schema does not provide a default value.',
    )
  }
  if (value !== null && value !== undefined) return projectPresent(source, value, target)
  return source.optional && !target.optional ? target.defaultValue : null
}

function requireCompatible(source: Schema, target: Schema): void {
  if (source.type !== target.type && !isPromotable(source.type, target.type)) {
    throw new SchemaProjectorError(
      `Schema type mismatch. source type: ${source.type} and target type: ${target.type}`,
    )
  }
  if (source.name !== target.name) {
    throw new SchemaProjectorError(
      `Schema name mismatch. source name: ${source.name ?? 'null'} and target name: ${target.name ?? 'null'}`,
    )
  }
  if (!valueEquals(source.parameters, target.parameters)) {
    throw new SchemaProjectorError(
      `Schema parameters not equal. source parameters: ${javaToString(source.parameters)} ` +
        `and target parameters: ${javaToString(target.parameters)}`,
    )
  }
}

function isPromotable(from: SchemaType, to: SchemaType): boolean {
  return promotions.includes(from) && promotions.indexOf(to) > promotions.indexOf(from)
}

function projectPresent(source: Schema, value: unknown, target: Schema): unknown {
  if (isStruct(value)) return projectStruct(source, value, target)
  const { keySchema, valueSchema } = source
  if (valueSchema !== null && target.valueSchema !== null) {
    const toElement = target.valueSchema
    const element = (item: unknown): unknown => projectSchema(valueSchema, item, toElement)
    if (Array.isArray(value)) return value.map(element)
    if (value instanceof Map && keySchema !== null && target.keySchema !== null) {
      const toKey = target.keySchema
      return new Map(
        Array.from(value, ([key, item]) => [projectSchema(keySchema, key, toKey), element(item)]),
      )
    }
  }
  if (target.type === 'FLOAT64' && typeof value === 'bigint') return Number(value)
  return target.type === 'FLOAT32' ? Math.fround(Number(value)) : value
}

function projectStruct(source: Schema, struct: Struct, target: Schema): Struct {
  const projected = new Struct(target)
  for (const field of target.fields ?? []) {
    const value = projectField(source, struct, field)
    if (value !== null) projected.put(field, value)
  }
  return projected
}

function projectField(source: Schema, struct: Struct, target: Field): unknown {
  const found = source.field(target.name)
  if (found !== undefined) {
    try {
      return projectSchema(found.schema, struct.get(found), target.schema)
    } catch (cause) {
      throw new SchemaProjectorError(`Error projecting ${target.name}`, { cause })
    }
  }
  if (target.schema.optional) return null
  if (target.schema.defaultValue !== null) return target.schema.defaultValue
  throw new SchemaProjectorError(
    `Required field \`${target.name}\` is missing from source schema: ${schemaText(source)}`,
  )
}
