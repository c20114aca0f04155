import type { Schema } from '../../../src/api/index.ts'
import { JsonSchemaData } from '../../../src/converters/json-schema/json-schema-data.ts'
import type { NamedSchema } from '../../../src/converters/json-schema/json-schema.ts'

interface Asked {
  readonly config?: Readonly<Record<string, string>>
  readonly references?: readonly NamedSchema[]
  readonly version?: number
}

/** The Connect schema of a JSON Schema, or of its text. */
export function schemaOf(json: unknown, { config, references = [], version }: Asked = {}): Schema {
  const data = new JsonSchemaData(config)
  const text = typeof json === 'string' ? json : JSON.stringify(json)
  return data.toConnectSchema(data.parse(text, references), version)
}

/** A struct as text: names and types of its fields, `?` where they are optional. */
export function fieldsOf({ fields }: Schema): string {
  return (fields ?? [])
    .map(({ name, schema }) => `${name}:${schema.type}${schema.optional ? '?' : ''}`)
    .join(' ')
}

export const draft4 = 'http://json-schema.org/draft-04/schema#'
export const draft2020 = 'https://json-schema.org/draft/2020-12/schema'
