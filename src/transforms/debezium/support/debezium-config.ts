import { ConnectError, invalidValue } from '../../../api/index.ts'
import type { ConfigDef, ConnectorConfig } from '../../../api/index.ts'
import { javaSplit } from '../../support/java-split.ts'
import { javaTrimmed } from '../../support/java-number.ts'
import type { Check, ReadableConfig } from './checks.ts'

/** A key with what Debezium checks when it is configured. Its ConfigDef has types and defaults alone. */
export type CheckedKey = readonly [name: string, ...checks: readonly Check[]]

/** Values as Debezium's `Configuration` reads them: from the text, which the ConfigDef has not touched. */
export class DebeziumConfig implements ReadableConfig {
  readonly #def: ConfigDef<unknown>
  readonly #props: ConnectorConfig

  constructor(def: ConfigDef<unknown>, props: ConnectorConfig) {
    this.#def = def
    this.#props = props
  }

  /** As it was given; null where it was not. */
  given(name: string): string | null {
    return Object.hasOwn(this.#props, name) ? (this.#props[name] ?? null) : null
  }

  /** As it was given, else its default; null where it has none. */
  text(name: string): string | null {
    return this.given(name) ?? this.#defaultText(name)
  }

  /** As {@link text}, of a key that has a default or was checked to be there. */
  required(name: string): string {
    return this.text(name) ?? ''
  }

  flag(name: string): boolean {
    const text = javaTrimmed(this.given(name) ?? '').toLowerCase()
    if (text === 'true' || text === 'false') return text === 'true'
    return this.#def.keys.get(name)?.default === true
  }

  int(name: string): number {
    return Number(this.text(name))
  }

  /** What was given, between commas and trimmed; of a key that was not given nothing, whatever its default. */
  list(name: string): readonly string[] {
    const text = this.given(name)
    if (text === null) return []
    return text === '' ? [''] : javaSplit(text, ',').map(javaTrimmed)
  }

  /** One of some words, in lower case: checked to be one. */
  word(name: string): string {
    return javaTrimmed(this.required(name)).toLowerCase()
  }

  #defaultText(name: string): string | null {
    const value = this.#def.keys.get(name)?.default ?? null
    if (value === null || typeof value === 'string') return value
    return Array.isArray(value) ? value.join(',') : JSON.stringify(value)
  }

  /** Throws for the first problem, as Debezium's `SmtManager.validate`: it takes the keys in the order of a hash map, which is the caller's. */
  requireValid(keys: readonly CheckedKey[]): void {
    for (const [name, problem] of this.#problems(keys)) {
      throw invalidValue(name, this.given(name), `The '${name}' value is invalid: ${problem}`)
    }
  }

  /** Throws once for all problems. Debezium's text ends behind the first sentence: what is wrong stands in its log. */
  requireAllValid(keys: readonly CheckedKey[]): void {
    const found = [...this.#problems(keys)].map(([name, problem]) => {
      const value = this.text(name)
      return `The '${name}' value ${value === null ? '' : `'${value}' `}is invalid: ${problem.replace(/\\.$/, '')}.`
    })
    if (found.length > 0) throw new ConnectError(['Unable to validate config.', ...found].join(' '))
  }

  *#problems(keys: readonly CheckedKey[]): Generator<readonly [name: string, problem: string]> {
    for (const [name, ...checks] of keys) {
      for (const check of checks) {
        const problem = check(this, name)
        if (problem !== null) yield [name, problem]
      }
    }
  }
}
