import { configDef } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'
import { everyMappingKeys } from '../data-config.ts'

/** The keys of the mapping between Connect's and Protobuf's schemas (`ProtobufDataConfig`). */
export const protobufDataKeys = {
  'schemas.cache.config': {
    type: 'int',
    default: 1000,
    importance: 'low',
    doc: 'How many converted schemas are kept.',
  },
  ...everyMappingKeys,
  'enhanced.protobuf.schema.support': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Call messages and enums by their full names.',
  },
  'scrub.invalid.names': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Replace what Protobuf does not allow in names.',
  },
  'int.for.enums': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Read enums as their numbers.',
  },
  'optional.for.nullables': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Write the label optional for what is optional, and take only fields that have it for optional.',
  },
  'optional.for.proto2': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc: 'Read an optional field of proto2 that is not set as null.',
  },
  'wrapper.for.nullables': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Write optional primitives as the wrappers of google.protobuf, and read these as such.',
  },
  'wrapper.for.raw.primitives': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc: 'Read a wrapper of google.protobuf as the primitive in it.',
  },
  'generate.struct.for.nulls': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Read a message that is not set as a struct of defaults.',
  },
  'generate.index.for.unions': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc: 'Put the index of a oneof behind its name.',
  },
  'flatten.unions': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Read the members of a oneof as fields of the struct around it.',
  },
} as const satisfies Record<string, KeySpec>

const protobufDataConfig = configDef(protobufDataKeys)

/** {@link protobufDataKeys} as the mapping asks for them. */
export interface ProtobufDataOptions {
  readonly generalizedSumTypes: boolean
  readonly ignoreDefaultForNullables: boolean
  readonly enhancedSchemas: boolean
  readonly scrubInvalidNames: boolean
  readonly intForEnums: boolean
  readonly optionalForNullables: boolean
  readonly optionalForProto2: boolean
  readonly wrapperForNullables: boolean
  readonly wrapperForRawPrimitives: boolean
  readonly structForNulls: boolean
  readonly indexForUnions: boolean
  readonly flattenUnions: boolean
}

/** Reads {@link protobufDataKeys} out of a configuration; others are left alone. Throws a ConfigError. */
export function protobufDataOptions(
  config: Readonly<Record<string, string>> = {},
): ProtobufDataOptions {
  const parsed = protobufDataConfig.parse(config)
  return {
    generalizedSumTypes: parsed['generalized.sum.type.support'],
    ignoreDefaultForNullables: parsed['ignore.default.for.nullables'],
    enhancedSchemas: parsed['enhanced.protobuf.schema.support'],
    scrubInvalidNames: parsed['scrub.invalid.names'],
    intForEnums: parsed['int.for.enums'],
    optionalForNullables: parsed['optional.for.nullables'],
    optionalForProto2: parsed['optional.for.proto2'],
    wrapperForNullables: parsed['wrapper.for.nullables'],
    wrapperForRawPrimitives: parsed['wrapper.for.raw.primitives'],
    structForNulls: parsed['generate.struct.for.nulls'],
    indexForUnions: parsed['generate.index.for.unions'],
    flattenUnions: parsed['flatten.unions'],
  }
}
