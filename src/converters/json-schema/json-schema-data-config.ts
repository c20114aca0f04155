import { configDef, oneOfIgnoringCase } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'
import { everyMappingKeys } from '../data-config.ts'

/** The keys of the mapping between Connect's schemas and JSON Schema (`JsonSchemaDataConfig`). */
const mappingKeys = {
  'schemas.cache.config': {
    type: 'int',
    default: 1000,
    importance: 'low',
    doc: 'No effect: schemas are kept as max.schemas.per.subject says.',
  },
  'object.additional.properties': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc: 'Let the schemas of structs allow members that they do not name.',
  },
  'use.optional.for.nonrequired': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Take members that a schema does not require for optional fields.',
  },
  'ignore.modern.dialects': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Read schemas of 2019-09 and 2020-12 as those of draft 7.',
  },
  'decimal.format': {
    type: 'string',
    default: 'BASE64',
    validator: oneOfIgnoringCase('NUMERIC', 'BASE64'),
    importance: 'low',
    doc: 'Write decimals as base64 text (BASE64) or as numbers (NUMERIC).',
  },
  'flatten.singleton.unions': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Take a oneOf, anyOf or allOf of one schema for that schema.',
  },
  'preserve.additional.properties': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Keep members that a schema allows and does not name, in the field __connect_additional_properties__.',
  },
  ...everyMappingKeys,
} as const satisfies Record<string, KeySpec>

/** The keys of Confluent's serializer and deserializer for JSON Schema. */
const serdeKeys = {
  'json.fail.invalid.schema': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Refuse values that do not match their schema, written or read.',
  },
  'json.indent.output': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Write JSON on several lines, indented.',
  },
  'json.fail.unknown.properties': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Counts for Java objects alone: no effect on Connect data.',
  },
  'json.write.dates.iso8601': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Counts for Java objects alone: no effect on Connect data.',
  },
  'json.oneof.for.nullables': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Counts for Java objects alone: no effect on Connect data.',
  },
  'json.schema.spec.version': {
    type: 'string',
    default: 'draft_7',
    importance: 'low',
    doc: 'Counts for Java objects alone: no effect on Connect data.',
  },
} as const satisfies Record<string, KeySpec>

export const jsonSchemaDataKeys = { ...mappingKeys, ...serdeKeys }

const jsonSchemaDataConfig = configDef(jsonSchemaDataKeys)

/** {@link jsonSchemaDataKeys} as the mapping asks for them. */
export interface JsonSchemaDataOptions {
  readonly additionalProperties: boolean
  readonly optionalForNonRequired: boolean
  readonly ignoreModernDialects: boolean
  readonly decimalFormat: 'BASE64' | 'NUMERIC'
  readonly flattenSingletonUnions: boolean
  readonly preserveAdditionalProperties: boolean
  readonly generalizedSumTypes: boolean
  readonly ignoreDefaultForNullables: boolean
  readonly validate: boolean
  readonly indent: boolean
}

/** Reads {@link jsonSchemaDataKeys} out of a configuration; others are left alone. Throws a ConfigError. */
export function jsonSchemaDataOptions(
  config: Readonly<Record<string, string>> = {},
): JsonSchemaDataOptions {
  const parsed = jsonSchemaDataConfig.parse(config)
  return {
    additionalProperties: parsed['object.additional.properties'],
    optionalForNonRequired: parsed['use.optional.for.nonrequired'],
    ignoreModernDialects: parsed['ignore.modern.dialects'],
    decimalFormat: parsed['decimal.format'].toUpperCase() === 'NUMERIC' ? 'NUMERIC' : 'BASE64',
    flattenSingletonUnions: parsed['flatten.singleton.unions'],
    preserveAdditionalProperties: parsed['preserve.additional.properties'],
    generalizedSumTypes: parsed['generalized.sum.type.support'],
    ignoreDefaultForNullables: parsed['ignore.default.for.nullables'],
    validate: parsed['json.fail.invalid.schema'],
    indent: parsed['json.indent.output'],
  }
}
