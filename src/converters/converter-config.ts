import { configDef } from '../api/index.ts'
import type { ConnectorConfig, KeySpec } from '../api/index.ts'

/** The key that every converter has (`org.apache.kafka.connect.storage.ConverterConfig`); the worker fills it in. */
export const converterType = {
  'converter.type': {
    type: 'string',
    oneOf: ['key', 'value', 'header'],
    importance: 'low',
    doc: 'How this converter will be used.',
  },
} as const satisfies Record<string, KeySpec>

/** Of the converters that have no settings of their own. */
export const plainConverterConfig = configDef(converterType)

/** `config` with the type that `isKey` implies, unless it is there. */
export function withConverterType(config: ConnectorConfig, isKey: boolean): ConnectorConfig {
  return { 'converter.type': isKey ? 'key' : 'value', ...config }
}
