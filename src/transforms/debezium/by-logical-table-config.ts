import { configDef, isBlank } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'
import { isBoolean, isInteger, isOneOf, isRegex, isRequired } from './support/checks.ts'
import type { Check } from './support/checks.ts'
import type { CheckedKey } from './support/debezium-config.ts'

const listed = {
  'topic.regex': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'The regex used for extracting the name of the logical table from the original topic name.',
    order: 1,
    width: 'long',
    displayName: 'Topic regex',
  },
  'topic.replacement': {
    type: 'string',
    default: null,
    importance: 'low',
    doc:
      'The replacement string used in conjunction with topic.regex. This will be used to create the ' +
      'new topic name.',
    order: 1,
    width: 'long',
    displayName: 'Topic replacement',
  },
  'key.enforce.uniqueness': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc:
      "Augment each record's key with a field denoting the source topic. This field distinguishes " +
      'records coming from different physical tables which may otherwise have primary/unique key ' +
      'conflicts. If the source tables are guaranteed to have globally unique keys then this may be ' +
      'set to false to disable key rewriting.',
    order: 1,
    width: 'short',
    displayName: 'Add source topic name into key',
  },
  'key.field.regex': {
    type: 'string',
    default: null,
    importance: 'low',
    doc:
      'The regex used for extracting the physical table identifier from the original topic name. Now ' +
      "that multiple physical tables can share a topic, the event's key may need to be augmented to " +
      "include fields other than just those for the record's primary/unique key, since these are not " +
      'guaranteed to be unique across tables. We need some identifier added to the key that ' +
      'distinguishes the different physical tables.',
    order: 1,
    width: 'long',
    displayName: 'Key field regex',
  },
  'key.field.replacement': {
    type: 'string',
    default: null,
    importance: 'low',
    doc:
      'The replacement string used in conjunction with key.field.regex. This will be used to create ' +
      "the physical table identifier in the record's key.",
    order: 1,
    width: 'long',
    displayName: 'Key field replacement',
  },
  'logical.table.cache.size': {
    type: 'int',
    default: 16,
    importance: 'low',
    doc:
      'The size used for holding the max entries in LRUCache. The cache will keep the old/new schema ' +
      'for logical table key and value, also cache the derived key and topic regex result for improving ' +
      'the source record transformation.',
    order: 1,
    width: 'long',
    displayName: 'Logical table cache size',
  },
} as const satisfies Record<string, KeySpec>

/** What is listed: as in Java, not all that is read. */
export const logicalTableConfig = configDef(listed)

export const allLogicalTableKeys = configDef({
  ...listed,
  'key.field.name': {
    type: 'string',
    default: '__dbz__physicalTableIdentifier',
    importance: 'low',
    doc: 'Name of the field of the key that tells the tables of a topic apart.',
  },
  'schema.name.adjustment.mode': {
    type: 'string',
    default: 'none',
    importance: 'low',
    doc: 'What becomes of characters of topics that names of schemas may not have: none, avro or avro_unicode.',
  },
})

/** The identifier cannot be made by a pattern alone. */
const isThereWithRegex: Check = (config, name) =>
  !isBlank(config.text('key.field.regex')) && isBlank(config.text(name))
    ? `${name} must be non-empty if key.field.regex is set.`
    : null

export const logicalTableChecks: readonly CheckedKey[] = [
  ['topic.regex', isRegex, isRequired],
  ['topic.replacement', isRequired],
  ['key.enforce.uniqueness', isBoolean],
  ['key.field.regex', isRegex],
  ['key.field.replacement', isThereWithRegex],
  ['schema.name.adjustment.mode', isOneOf('none', 'avro', 'avro_unicode')],
  ['logical.table.cache.size', isInteger],
]
