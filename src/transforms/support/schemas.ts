import { SchemaBuilder } from '../../api/index.ts'
import type { Schema, SchemaType } from '../../api/index.ts'

/** A builder with the name, version, doc and parameters of `schema`, but not whether it is optional, nor its default. */
export function copyBasics(schema: Schema, type: SchemaType = schema.type): SchemaBuilder {
  const builder =
    type === schema.type
      ? new SchemaBuilder(type, schema.keySchema, schema.valueSchema)
      : new SchemaBuilder(type)
  if (schema.name !== null) builder.name(schema.name)
  if (schema.version !== null) builder.version(schema.version)
  if (schema.doc !== null) builder.doc(schema.doc)
  if (schema.parameters !== null) builder.parameters(schema.parameters)
  return builder
}
