import { DataError } from '../api/index.ts'
import type { Schema } from '../api/index.ts'

/** Refuses a schema that contains itself, as one made of JSON Schema may; `format` is what cannot hold it. Throws a DataError. */
export function requireFinite(schema: Schema, format: string): void {
  visit(schema, { format, open: new Set(), done: new Set() })
}

interface Walk {
  readonly format: string
  readonly open: Set<Schema>
  readonly done: Set<Schema>
}

function visit(schema: Schema | null, walk: Walk): void {
  if (schema === null || walk.done.has(schema)) return
  if (walk.open.has(schema)) {
    throw new DataError(
      `${schema.toString()} contains itself, which ${walk.format} cannot say. Write it with io.confluent.connect.json.JsonSchemaConverter, or drop the field with a transformation.`,
    )
  }
  walk.open.add(schema)
  visit(schema.keySchema, walk)
  visit(schema.valueSchema, walk)
  for (const field of schema.fields ?? []) visit(field.schema, walk)
  walk.open.delete(schema)
  walk.done.add(schema)
}
