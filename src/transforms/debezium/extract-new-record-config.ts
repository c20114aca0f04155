import { configDef } from '../../api/index.ts'
import type { KeySpec } from '../../api/index.ts'
import { isBoolean, isOneOf } from './support/checks.ts'
import type { CheckedKey } from './support/debezium-config.ts'

const addedDoc =
  "Example: 'version,connector,source.ts_ms' would add __version, __connector and __source_ts_ms fields. " +
  'Optionally one can also map new field name like version:VERSION,connector:CONNECTOR,source.ts_ms:EVENT_TIMESTAMP.' +
  'Please note that the new field name is case-sensitive.'

const listed = {
  'delete.tombstone.handling.mode': {
    type: 'string',
    default: 'tombstone',
    importance: 'medium',
    doc:
      'How to handle delete records. Options are: ' +
      'drop - Remove the delete event and tombstone from the stream.' +
      'tombstone (default) - For each delete event, leave only a tombstone in the stream.' +
      'rewrite - Remove tombstone from the record, and add a `__deleted` field with the value `true`.' +
      'rewrite-with-tombstone - Retain tombstone in record and add a `__deleted` field with the value `true`.' +
      'delete-to-tombstone - Convert delete events to tombstone events and drop tombstone events.',
    order: 1,
    width: 'medium',
    displayName: 'Handle delete and tombstone records',
  },
  'route.by.field': {
    type: 'string',
    default: '',
    importance: 'low',
    doc: 'The column which determines how the events will be routed, the value will replace the topic name.',
    order: 1,
    width: 'long',
    displayName: 'Route by field name',
  },
  'add.fields.prefix': {
    type: 'string',
    default: '__',
    importance: 'low',
    doc: 'Adds this prefix to each field listed.',
    order: 1,
    width: 'short',
    displayName: 'Field prefix to be added to each field.',
  },
  'add.fields': {
    type: 'list',
    default: '',
    importance: 'low',
    doc: `Adds each field listed, prefixed with __ (or __<struct>_ if the struct is specified). ${addedDoc}`,
    order: 1,
    width: 'long',
    displayName: 'Adds the specified field(s) to the message if they exist.',
  },
  'add.headers.prefix': {
    type: 'string',
    default: '__',
    importance: 'low',
    doc: 'Adds this prefix listed to each header.',
    order: 1,
    width: 'short',
    displayName: 'Header prefix to be added to each header.',
  },
  'add.headers': {
    type: 'list',
    default: '',
    importance: 'low',
    doc: `Adds each field listed to the header,  __ (or __<struct>_ if the struct is specified). ${addedDoc}`,
    order: 1,
    width: 'long',
    displayName: 'Adds the specified fields to the header if they exist.',
  },
  'drop.fields.header.name': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Specifies the name of a header that contains a list of fields to be removed from the event value.',
    order: 1,
    width: 'short',
    displayName: 'Specifies a header that contains a list of field names to be removed',
  },
  'drop.fields.from.key': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc:
      'Specifies whether to apply the drop fields behavior to the event key as well as the value. ' +
      'Default behavior is to only remove fields from the event value, not the key.',
    order: 1,
    width: 'short',
    displayName: 'Specifies whether the fields to be dropped should also be omitted from the key',
  },
  'drop.fields.keep.schema.compatible': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc:
      "Controls the output event's schema compatibility when using the drop fields feature. " +
      '`true`: dropped fields are removed if the schema indicates its optional leaving the schemas unchanged, ' +
      '`false`: dropped fields are removed from the key/value schemas, regardless of optionality.',
    order: 1,
    width: 'short',
    displayName: "Specifies if fields are dropped, will the event's schemas be compatible",
  },
} as const satisfies Record<string, KeySpec>

/** What is listed: as in Java, not all that is read. */
export const extractNewRecordConfig = configDef(listed)

export const allExtractNewRecordKeys = configDef({
  ...listed,
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Whether a row that is rewritten gets the defaults of its columns in the place of null.',
  },
})

/** What becomes of the event of a delete, and of the tombstone that follows it. */
export type DeleteHandling =
  'tombstone' | 'drop' | 'rewrite' | 'rewrite-with-tombstone' | 'delete-to-tombstone'

export const extractNewRecordChecks: readonly CheckedKey[] = [
  [
    'delete.tombstone.handling.mode',
    isOneOf('tombstone', 'drop', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone'),
  ],
  ['drop.fields.from.key', isBoolean],
  ['drop.fields.keep.schema.compatible', isBoolean],
]
