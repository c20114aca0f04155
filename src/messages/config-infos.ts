import type { ConfigType, Importance, Width } from '../config/types.ts'

/** The REST entities of validation, members in wire order (`org.apache.kafka.connect.runtime.rest.entities`). */

export interface ConfigKeyInfo {
  readonly name: string
  readonly type: ConfigType
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: Importance
  readonly documentation: string
  readonly group: string | null
  readonly order_in_group: number
  readonly width: Width
  readonly display_name: string
  readonly dependents: readonly string[]
}

export interface ConfigValueInfo {
  readonly name: string
  readonly value: string | null
  readonly recommended_values: readonly string[]
  readonly errors: readonly string[]
  readonly visible: boolean
}

export interface ConfigInfo {
  readonly definition: ConfigKeyInfo | null
  readonly value: ConfigValueInfo | null
}

export interface ConfigInfos {
  readonly name: string
  readonly error_count: number
  readonly groups: readonly string[]
  readonly configs: readonly ConfigInfo[]
}
