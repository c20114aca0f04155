import { configDef } from './config-def.ts'
import { isolationKeySpecs } from './isolation-keys.ts'
import { restartKeySpecs } from './restart-keys.ts'
import type { ConfigKey, ConfigValue, ConnectorConfig } from './types.ts'

/** What a connector may say and Java knows nothing of. */
const ownKeys = configDef({ ...restartKeySpecs, ...isolationKeySpecs })

/**
 * Of the keys of ours, those that a connector's configuration gets wrong, each with what is wrong. `validate` lists them only
 * then, so that a body is Java's otherwise.
 */
export function ownKeyFaults(
  config: ConnectorConfig,
): readonly { readonly key: ConfigKey; readonly value: ConfigValue }[] {
  const given = Object.entries(config).filter(([name]) => ownKeys.keys.has(name))
  return ownKeys.validate(Object.fromEntries(given)).flatMap((value) => {
    const key = ownKeys.keys.get(value.name)
    return key === undefined || value.errorMessages.length === 0 ? [] : [{ key, value }]
  })
}
