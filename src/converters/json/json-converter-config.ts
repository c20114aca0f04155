import { configDef, oneOfIgnoringCase } from '../../api/index.ts'
import { converterType } from '../converter-config.ts'

const schemas = { group: 'Schemas', width: 'medium' } as const
const serialization = { group: 'Serialization', width: 'medium' } as const

/** The settings of JsonConverter (`org.apache.kafka.connect.json.JsonConverterConfig`). */
export const jsonConverterConfig = configDef({
  ...converterType,
  'schemas.enable': {
    type: 'boolean',
    default: true,
    importance: 'high',
    doc: 'Include schemas within each of the serialized values and keys.',
    ...schemas,
    order: 0,
    displayName: 'Enable Schemas',
  },
  'schemas.cache.size': {
    type: 'int',
    default: 1000,
    importance: 'high',
    doc: 'The maximum number of schemas that can be cached in this converter instance.',
    ...schemas,
    order: 1,
    displayName: 'Schema Cache Size',
  },
  'schema.content': {
    type: 'string',
    default: null,
    importance: 'high',
    doc:
      'When set, this is used as the schema for all messages, and the schemas within each of the message will be ignored.' +
      'Otherwise, the schema will be included in the content of each message. This configuration applies only ' +
      "'schemas.enable' is true, and it exclusively affects the sink connector.",
    ...schemas,
    order: 2,
    displayName: 'Schema Content',
  },
  'decimal.format': {
    type: 'string',
    default: 'BASE64',
    validator: oneOfIgnoringCase('NUMERIC', 'BASE64'),
    importance: 'low',
    doc:
      'Controls which format this converter will serialize decimals in. This value is case insensitive and can be ' +
      "either 'BASE64' (default) or 'NUMERIC'",
    ...serialization,
    order: 0,
    displayName: 'Decimal Format',
  },
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc:
      'Whether to replace fields that have a default value and that are null to the default value. When set to ' +
      'true, the default value is used, otherwise null is used.',
    ...serialization,
    order: 1,
    displayName: 'Replace null with default',
  },
})
