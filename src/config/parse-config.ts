import { ConfigError, isConnectError } from '../errors/connect-error.ts'
import { invalidValue, javaTrim, parseType } from './parse-type.ts'
import type { ConfigKey, ConfigValue, RawConfig } from './types.ts'

/** Reads a whole configuration by its keys: `ConfigDef.parse` and `ConfigDef.validateAll`. */

type Keys = ReadonlyMap<string, ConfigKey>
type Parsed = Record<string, unknown>

/** The value of every key. Throws a ConfigError at the first problem. */
export function parseConfig(keys: Keys, props: RawConfig): Readonly<Parsed> {
  const undefinedDependents = undefinedDependentsOf(keys)
  if (undefinedDependents.length > 0) {
    const names = undefinedDependents.join(',')
    throw new ConfigError(
      `Some configurations in are referred in the dependents, but not defined: ${names}`,
    )
  }
  const parsed: Parsed = emptyParsed()
  for (const key of keys.values()) parsed[key.name] = valueOf(key, props)
  return parsed
}

/** The outcome a key, in the order of definition; keys only referred to come last, invisible. */
export function validateConfig(keys: Keys, props: RawConfig): ConfigValue[] {
  return [...validateAll(keys, props).values()]
}

/** As {@link validateConfig}, by name. */
export function validateAll(keys: Keys, props: RawConfig): Map<string, ConfigValue> {
  const values = new Map<string, ConfigValue>()
  for (const name of keys.keys()) values.set(name, newConfigValue(name))
  for (const name of undefinedDependentsOf(keys)) {
    const value = newConfigValue(name)
    value.errorMessages.push(`${name} is referred in the dependents, but not defined.`)
    value.visible = false
    values.set(name, value)
  }
  const run: ValidationRun = { keys, props, values, parsed: emptyParsed() }
  const roots = withoutParent(keys)
  for (const name of roots) parseForValidate(name, run)
  for (const name of roots) recommend(name, run)
  return values
}

/** A value without errors or recommendations yet. */
export function newConfigValue(name: string): ConfigValue {
  return { name, value: null, recommendedValues: [], errorMessages: [], visible: true }
}

interface ValidationRun {
  readonly keys: Keys
  readonly props: RawConfig
  readonly values: ReadonlyMap<string, ConfigValue>
  readonly parsed: Parsed
}

/** Parses a key and those that depend on it. The validator runs even where parsing failed, on null. */
function parseForValidate(name: string, run: ValidationRun): void {
  const key = run.keys.get(name)
  const outcome = run.values.get(name)
  if (key === undefined || outcome === undefined) return
  let value: unknown = null
  collecting(outcome, () => {
    value = rawValueOf(key, run.props)
  })
  collecting(outcome, () => key.validator?.(name, value))
  outcome.value = value
  run.parsed[name] = value
  for (const dependent of key.dependents) parseForValidate(dependent, run)
}

function recommend(name: string, run: ValidationRun): void {
  const key = run.keys.get(name)
  const outcome = run.values.get(name)
  if (key === undefined || outcome === undefined) return
  const { recommender } = key
  if (recommender !== null) {
    collecting(outcome, () => {
      const offered = recommender.validValues(name, run.parsed)
      const before = outcome.recommendedValues
      outcome.recommendedValues =
        before.length === 0 ? offered : before.filter((value) => offered.includes(value))
      outcome.visible = recommender.visible(name, run.parsed)
    })
  }
  for (const dependent of key.dependents) recommend(dependent, run)
}

/** Adds the message of a ConfigError to the outcome; any other error goes on. */
function collecting(outcome: ConfigValue, step: () => void): void {
  try {
    step()
  } catch (error) {
    if (!isConfigError(error)) throw error
    outcome.errorMessages.push(error.message)
  }
}

function isConfigError(error: unknown): error is Error {
  return (
    isConnectError(error) && error.javaName === 'org.apache.kafka.common.config.ConfigException'
  )
}

function valueOf(key: ConfigKey, props: RawConfig): unknown {
  const value = rawValueOf(key, props)
  key.validator?.(key.name, value)
  // A file holds no null; where one comes in otherwise, the types that `parse` promises must hold.
  if (value === null && !(key.hasDefault && key.default === null)) {
    throw invalidValue(key.name, null, 'entry must be non null')
  }
  return value
}

function rawValueOf(key: ConfigKey, props: RawConfig): unknown {
  if (Object.hasOwn(props, key.name)) return parsedValueOf(key, props[key.name] ?? null)
  if (key.hasDefault) return key.default
  throw new ConfigError(`Missing required configuration "${key.name}" which has no default value.`)
}

function parsedValueOf({ name, type, classes }: ConfigKey, given: string | null): unknown {
  if (classes === undefined || given === null) return parseType(name, given, type)
  const className = javaTrim(given)
  if (classes.includes(className)) return className
  const reason = `Class ${className} could not be found. Expected ${classes.join(', ')}.`
  throw invalidValue(name, given, reason)
}

function undefinedDependentsOf(keys: Keys): readonly string[] {
  const missing = new Set<string>()
  for (const key of keys.values()) {
    for (const dependent of key.dependents) if (!keys.has(dependent)) missing.add(dependent)
  }
  return [...missing]
}

function withoutParent(keys: Keys): readonly string[] {
  const children = new Set([...keys.values()].flatMap((key) => key.dependents))
  return [...keys.keys()].filter((name) => !children.has(name))
}

/** Keys come from users: without a prototype, `__proto__` is a key like any other. */
function emptyParsed(): Parsed {
  return Object.create(null) as Parsed
}
