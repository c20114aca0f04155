import type { RawConfig } from '../config/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../messages/config-infos.ts'

/** Checks configurations and describes plugins, in the connector thread. */
export interface ValidationService {
  /** `pluginName` is the connector named in the URL of `PUT /connector-plugins/{name}/config/validate`, or null. */
  validate(config: RawConfig, pluginName: string | null, signal: AbortSignal): Promise<ConfigInfos>
  /** The newest version within `version` (KIP-891), or of all. */
  pluginConfig(
    pluginName: string,
    version: string | null,
    signal: AbortSignal,
  ): Promise<readonly ConfigKeyInfo[]>
}
