import type { KeySpec } from '../api/index.ts'

/** The keys that the mappings of all formats have. */
export const everyMappingKeys = {
  'generalized.sum.type.support': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Represent unions and enums as Connect does for every format.',
  },
  'ignore.default.for.nullables': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'Write null as null where a field has a default.',
  },
} as const satisfies Record<string, KeySpec>
