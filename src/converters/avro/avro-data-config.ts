import { configDef } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'
import { everyMappingKeys } from '../data-config.ts'

/** The keys of the mapping between Connect's and Avro's schemas (`AvroDataConfig`). */
export const avroDataKeys = {
  'schemas.cache.config': {
    type: 'int',
    default: 1000,
    importance: 'low',
    doc: 'How many converted schemas are kept.',
  },
  'enhanced.avro.schema.support': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Keep enums, and call the members of a union by their full names.',
  },
  'connect.meta.data': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Write and read what Connect knows of a schema beyond Avro, as connect.* properties.',
  },
  'scrub.invalid.names': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Replace what Avro does not allow in names.',
  },
  'discard.type.doc.default': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Leave out documentation and defaults of types, and keep those of fields.',
  },
  'allow.optional.map.keys': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Write a map whose keys are optional strings as a map of Avro, too.',
  },
  'flatten.singleton.unions': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Take a union of one member for that member.',
  },
  ...everyMappingKeys,
} as const satisfies Record<string, KeySpec>

const avroDataConfig = configDef(avroDataKeys)

/** {@link avroDataKeys} as the mapping asks for them. */
export interface AvroDataOptions {
  readonly cacheSize: number
  readonly enhancedSchemas: boolean
  readonly connectMetaData: boolean
  readonly scrubInvalidNames: boolean
  readonly discardTypeDocDefault: boolean
  readonly allowOptionalMapKeys: boolean
  readonly flattenSingletonUnions: boolean
  readonly generalizedSumTypes: boolean
  readonly ignoreDefaultForNullables: boolean
}

/** Reads {@link avroDataKeys} out of a configuration; others are left alone. Throws a ConfigError. */
export function avroDataOptions(config: Readonly<Record<string, string>> = {}): AvroDataOptions {
  const parsed = avroDataConfig.parse(config)
  return {
    cacheSize: parsed['schemas.cache.config'],
    enhancedSchemas: parsed['enhanced.avro.schema.support'],
    connectMetaData: parsed['connect.meta.data'],
    scrubInvalidNames: parsed['scrub.invalid.names'],
    discardTypeDocDefault: parsed['discard.type.doc.default'],
    allowOptionalMapKeys: parsed['allow.optional.map.keys'],
    flattenSingletonUnions: parsed['flatten.singleton.unions'],
    generalizedSumTypes: parsed['generalized.sum.type.support'],
    ignoreDefaultForNullables: parsed['ignore.default.for.nullables'],
  }
}
