import { SchemaBuilder } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'

/** A builder of a struct with the name of `schema` and, where that is, optional; all else of it is lost, as in Java. */
export function namedStruct(schema: Schema): SchemaBuilder {
  const builder = SchemaBuilder.struct()
  if (schema.name !== null && schema.name !== '') builder.name(schema.name)
  if (schema.optional) builder.optional()
  return builder
}
