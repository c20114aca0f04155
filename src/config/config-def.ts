import type { ConfigKey, ConfigType, ConfigValue, RawConfig } from './types.ts'

/** A set of keys with their types, defaults and rules (`org.apache.kafka.common.config.ConfigDef`). */
export interface ConfigDef<T = Readonly<Record<string, unknown>>> {
  readonly keys: ReadonlyMap<string, ConfigKey>
  parse(props: RawConfig): T
  /** The outcome a key, errors collected, in the order of definition. */
  validate(props: RawConfig): ConfigValue[]
}

/** How a plugin writes down one key. Without `default` it is required; `default: null` makes it optional. */
export interface KeySpec {
  readonly type: Lowercase<ConfigType>
  readonly importance: 'high' | 'medium' | 'low'
  readonly doc: string
  readonly default?: unknown
}
