import type { RawConfig } from '../config/types.ts'
import type { ConfigInfos } from '../messages/config-infos.ts'
import { isOpenKey } from '../util/secrets.ts'

/**
 * The outcome of a validation without the values that config providers gave (invariant 8). `raw` is the configuration as it was
 * sent, `resolved` what was validated. Names that everything else shows, such as topics and classes, are left.
 */
export function hideProvided(infos: ConfigInfos, raw: RawConfig, resolved: RawConfig): ConfigInfos {
  const isHidden = (name: string): boolean => raw[name] !== resolved[name] && !isOpenKey(name)
  return {
    ...infos,
    configs: infos.configs.map(({ definition, value }) => ({
      definition,
      value: value !== null && isHidden(value.name) ? { ...value, value: '[hidden]' } : value,
    })),
  }
}
