import { DataError, createLogger } from '../../api/index.ts'
import type { SchemaBuilder } from '../../api/index.ts'
import { jsonText, objectEntries } from '../json/json-node.ts'
import { prop } from './connect-names.ts'
import { readDefault } from './read-default.ts'
import type { JsonSchemaDataOptions } from './json-schema-data-config.ts'
import { intMember, textMember } from './schema-node.ts'
import type { SchemaNode } from './schema-node.ts'

const logger = createLogger('io.confluent.connect.json.JsonSchemaData')

/** What a JSON Schema says of its Connect schema beside the type; `version` is the registry's, and counts where it says none. */
export function addAttributes(
  builder: SchemaBuilder,
  node: SchemaNode,
  version: number | null,
  options: JsonSchemaDataOptions,
): void {
  const title = textMember(node, 'title')
  if (title !== null && builder.build().name === null) builder.name(title)
  const own = intMember(node, prop.version) ?? version
  if (own !== null) builder.version(own)
  const description = textMember(node, 'description')
  if (description !== null) builder.doc(description)
  for (const [name, value] of parametersOf(node)) builder.parameter(name, value)
  addDefault(builder, node, options)
}

function parametersOf(node: SchemaNode): [string, string][] {
  const parameters = node.members.get(prop.parameters)
  if (parameters === undefined || parameters === null) return []
  const entries = objectEntries(parameters)
  if (entries === null) {
    throw new DataError(
      `Expected JSON object for schema parameters but found: ${jsonText(parameters)}`,
    )
  }
  return entries.map(([name, value]) => {
    if (typeof value === 'string') return [name, value]
    throw new DataError(
      `Expected schema parameter values to be strings but found: ${jsonText(value)}`,
    )
  })
}

/** Invalid defaults are left out, with a warning: values can be read without. */
function addDefault(
  builder: SchemaBuilder,
  node: SchemaNode,
  options: JsonSchemaDataOptions,
): void {
  const json = node.members.get('default') ?? null
  if (json === null) return
  try {
    builder.defaultValue(readDefault(builder.build(), json, options))
  } catch (error) {
    logger.warn(
      `Ignoring invalid default ${jsonText(json)} for ${builder.build().toString()}`,
      error,
    )
  }
}
