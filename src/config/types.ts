/** The vocabulary of ConfigDef (`org.apache.kafka.common.config.ConfigDef`). */

export type ConfigType =
  'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

export type Importance = 'HIGH' | 'MEDIUM' | 'LOW'
export type Width = 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'

/** Raw configuration: what stands in a file or came by REST. JSON null stays null until it is validated. */
export type RawConfig = Readonly<Record<string, string | null>>

/** What a connector or task is meant to do (KIP-875). */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED'

/** Configuration as a connector or task is given it: every value a string, variables resolved. */
export type ConnectorConfig = Readonly<Record<string, string>>

/** Throws a ConfigError unless `value` may stand for the key called `name`. */
export interface Validator {
  (name: string, value: unknown): void
  /** What is allowed, for documentation, e.g. `[1,...]`. */
  readonly validValues?: string
}

/** Says which values a key may take given the others, and whether it matters at all. */
export interface Recommender {
  validValues(name: string, parsed: Readonly<Record<string, unknown>>): readonly unknown[]
  visible(name: string, parsed: Readonly<Record<string, unknown>>): boolean
}

/** One key of a ConfigDef. A key without `default` is required; `default: null` makes it optional. */
export interface ConfigKey {
  readonly name: string
  readonly type: ConfigType
  readonly hasDefault: boolean
  readonly default: unknown
  readonly validator: Validator | null
  readonly importance: Importance
  readonly documentation: string
  readonly group: string | null
  readonly orderInGroup: number
  readonly width: Width
  readonly displayName: string
  readonly dependents: readonly string[]
  readonly recommender: Recommender | null
  /** Of type CLASS, the only names it may have, where they are no plugins'. */
  readonly classes?: readonly string[]
}

/** The outcome of validating one key. */
export interface ConfigValue {
  readonly name: string
  value: unknown
  recommendedValues: readonly unknown[]
  readonly errorMessages: string[]
  visible: boolean
}
