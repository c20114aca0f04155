import { asError, ConfigError } from '../errors/connect-error.ts'
import type { Int64 } from '../util/int64.ts'
import { parseConfig, validateConfig } from './parse-config.ts'
import { parseType, valueToText } from './parse-type.ts'
import type { Password } from './password.ts'
import type {
  ConfigKey,
  ConfigType,
  ConfigValue,
  Importance,
  RawConfig,
  Recommender,
  Validator,
  Width,
} from './types.ts'
import { allOf, oneOf, orNull, range, validator } from './validators.ts'

/** A set of keys with their types, defaults and rules (`org.apache.kafka.common.config.ConfigDef`). */
export interface ConfigDef<T = Readonly<Record<string, unknown>>> {
  /** In the order of definition. */
  readonly keys: ReadonlyMap<string, ConfigKey>
  /** Every key's value, typed. Throws a ConfigError at the first problem. Keys not defined are left out. */
  parse(props: RawConfig): T
  /** The outcome a key, errors collected, in the order of definition. */
  validate(props: RawConfig): ConfigValue[]
}

interface CommonSpec {
  readonly importance: Lowercase<Importance>
  /** What the key does, for the user. */
  readonly doc: string
  readonly validator?: Validator
  /** Heading and place under it in a user interface. */
  readonly group?: string
  readonly order?: number
  readonly width?: Lowercase<Width>
  readonly displayName?: string
  /** Keys whose meaning depends on this one. */
  readonly dependents?: readonly string[]
  readonly recommender?: Recommender
}

interface NumberSpec extends CommonSpec {
  /** A `long` is a number where that is exact, else a bigint. */
  readonly type: 'int' | 'short' | 'long' | 'double'
  readonly default?: Int64 | null
  readonly min?: number
  readonly max?: number
}

interface StringSpec extends CommonSpec {
  readonly type: 'string'
  readonly default?: string | null
  /** The only values allowed. */
  readonly oneOf?: readonly string[]
}

interface ClassSpec extends CommonSpec {
  /** Names a plugin, by class name or alias; or one of `classes`, which are no plugins. */
  readonly type: 'class'
  readonly default?: string | null
  readonly classes?: readonly string[]
}

/** A `list` is separated by commas. */
interface OtherSpec extends CommonSpec {
  readonly type: 'boolean' | 'list' | 'password'
  readonly default?: boolean | string | readonly string[] | null
}

/** How a plugin writes down one key. Without `default` it is required; `default: null` makes it optional. */
export type KeySpec = NumberSpec | StringSpec | ClassSpec | OtherSpec

type BaseValue<S extends KeySpec> = S extends { readonly oneOf: readonly (infer V)[] }
  ? V
  : {
      boolean: boolean
      string: string
      int: number
      short: number
      long: Int64
      double: number
      list: readonly string[]
      class: string
      password: Password
    }[S['type']]

type ValueOf<S extends KeySpec> = S extends { readonly default: null }
  ? BaseValue<S> | null
  : BaseValue<S>

/** The type of what `parse` of a ConfigDef returns. */
export type ConfigOf<D extends ConfigDef> = D extends ConfigDef<infer T> ? T : never

/**
 * Declares the configuration of a plugin: flat keys, each with its type, importance and documentation. Defaults
 * are checked here, so a wrong one throws when the module loads.
 *
 * ```ts
 * export const config = configDef({
 *   'topic': { type: 'string', importance: 'high', doc: 'Topic to write to.' },
 *   'batch.size': { type: 'int', default: 2000, min: 1, importance: 'low', doc: 'Most records a batch.' },
 * })
 * export type MyConfig = ConfigOf<typeof config>
 * ```
 */
export function configDef<const S extends Readonly<Record<string, KeySpec>>>(
  specs: S,
): ConfigDef<{ readonly [K in keyof S]: ValueOf<S[K]> }> {
  return configDefOf(Object.entries(specs).map(([name, spec]) => toConfigKey(name, spec)))
}

/** A ConfigDef of keys that are there already, e.g. of several others; the caller vouches for `T`. */
export function configDefOf<T = Readonly<Record<string, unknown>>>(
  list: Iterable<ConfigKey>,
): ConfigDef<T> {
  const keys = new Map<string, ConfigKey>()
  for (const key of list) {
    if (keys.has(key.name)) throw new ConfigError(`Configuration ${key.name} is defined twice.`)
    keys.set(key.name, key)
  }
  return {
    keys,
    parse: (props) => parseConfig(keys, props) as T,
    validate: (props) => validateConfig(keys, props),
  }
}

/** The keys of several ConfigDefs as one. A key in two of them is an error. */
export function mergeConfigDefs<A, B>(a: ConfigDef<A>, b: ConfigDef<B>): ConfigDef<A & B> {
  return configDefOf<A & B>([...a.keys.values(), ...b.keys.values()])
}

function toConfigKey(name: string, spec: KeySpec): ConfigKey {
  const type = spec.type.toUpperCase() as ConfigType
  const hasDefault = spec.default !== undefined
  const check = validatorOf(spec)
  const rule = check !== null && type === 'DOUBLE' ? printingDoubles(check) : check
  const defaultValue =
    hasDefault && type !== 'CLASS' ? parseType(name, spec.default, type) : (spec.default ?? null)
  if (hasDefault) rule?.(name, defaultValue)
  return {
    name,
    type,
    hasDefault,
    default: defaultValue,
    validator: rule,
    importance: spec.importance.toUpperCase() as Importance,
    documentation: spec.doc,
    group: spec.group ?? null,
    orderInGroup: spec.order ?? -1,
    width: (spec.width ?? 'none').toUpperCase() as Width,
    displayName: spec.displayName ?? name,
    dependents: spec.dependents ?? [],
    recommender: spec.recommender ?? null,
    ...(spec.type === 'class' && spec.classes && { classes: spec.classes }),
  }
}

/** A validator sees a number, and not that Java would print `5.0` of it. */
function printingDoubles(check: Validator): Validator {
  return validator(check.validValues ?? '', (name, value) => {
    try {
      check(name, value)
    } catch (error) {
      const { message } = asError(error)
      const printed = `Invalid value ${String(value)} for`
      if (typeof value !== 'number' || !message.startsWith(printed)) throw error
      const text = valueToText(value, 'DOUBLE') ?? ''
      throw new ConfigError(`Invalid value ${text} for${message.slice(printed.length)}`)
    }
  })
}

/** The rules of a key as one validator; where the default is null they let null pass. */
function validatorOf(spec: KeySpec): Validator | null {
  const rules: Validator[] = []
  if ('oneOf' in spec) rules.push(oneOf(...spec.oneOf))
  const min = 'min' in spec ? (spec.min ?? null) : null
  const max = 'max' in spec ? (spec.max ?? null) : null
  if (min !== null || max !== null) rules.push(range(min, max))
  const checked = spec.default === null ? rules.map(orNull) : rules
  const all = spec.validator === undefined ? checked : [...checked, spec.validator]
  const [first, second] = all
  if (first === undefined) return null
  return second === undefined ? first : allOf(...all)
}
