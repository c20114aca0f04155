import type { RawConfig } from '../config/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../messages/config-infos.ts'
import type { NamedCall } from './named-call.ts'

/** Checks configurations and describes plugins, in the connector thread. What it calls of plugins it calls by `call`. */
export interface ValidationService {
  validate(request: ValidationRequest, signal: AbortSignal, call: NamedCall): Promise<ConfigInfos>
  pluginConfig(request: PluginConfigRequest, call: NamedCall): Promise<readonly ConfigKeyInfo[]>
}

export interface ValidationRequest {
  readonly config: RawConfig
  /** The connector named in the URL of `PUT /connector-plugins/{name}/config/validate`, or null. */
  readonly pluginName: string | null
}

export interface PluginConfigRequest {
  readonly pluginName: string
  /** The newest version within it (KIP-891), or of all. */
  readonly version: string | null
}
