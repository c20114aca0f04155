import { configDef } from './config-def.ts'
import { deadLetterKeySpecs } from './error-keys.ts'
import { isolationKeySpecs } from './isolation-keys.ts'
import { restartKeySpecs } from './restart-keys.ts'
import type { ConfigKey, ConfigValue, ConnectorConfig } from './types.ts'

/** What a connector may say and Java knows nothing of, by its type. */
const specs = { ...restartKeySpecs, ...isolationKeySpecs }
const ownKeys = { source: configDef({ ...specs, ...deadLetterKeySpecs }), sink: configDef(specs) }

/** What keys a connector of that type may have and Java knows nothing of. */
export function ownConnectorKeys(type: 'source' | 'sink'): readonly string[] {
  return [...ownKeys[type].keys.keys()]
}

/**
 * Of the keys of ours, those that a connector's configuration gets wrong, each with what is wrong. `validate` lists them only
 * then, so that a body is Java's otherwise.
 */
export function ownKeyFaults(
  config: ConnectorConfig,
  type: 'source' | 'sink',
): readonly { readonly key: ConfigKey; readonly value: ConfigValue }[] {
  const { [type]: own } = ownKeys
  const given = Object.entries(config).filter(([name]) => own.keys.has(name))
  return own.validate(Object.fromEntries(given)).flatMap((value) => {
    const key = own.keys.get(value.name)
    return key === undefined || value.errorMessages.length === 0 ? [] : [{ key, value }]
  })
}
