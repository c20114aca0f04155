import { ConfigError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import type { ClientKey } from './client-keys/client-key.ts'
import { clientConfigDefs, clientKeys } from './client-keys.ts'
import type { ClientKind } from './client-keys.ts'
import { invalidValue, javaTrim, parseType } from './parse-type.ts'
import type { ConfigKey, ConnectorConfig } from './types.ts'

const log = createLogger('org.apache.kafka.common.config.AbstractConfig')

/** What a client is configured with, typed, defaults included. */
export class ClientValues {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(values: ReadonlyMap<string, unknown>) {
    this.#values = values
  }

  /** A long beyond 2^53 is as good as the largest number there is. */
  number(key: string): number {
    const value = this.#values.get(key)
    if (typeof value === 'number') return value
    if (typeof value === 'bigint') return Math.sign(Number(value)) * Number.MAX_SAFE_INTEGER
    throw wrongType(key)
  }

  text(key: string): string | null {
    const value = this.#values.get(key) ?? null
    if (value === null || typeof value === 'string') return value
    throw wrongType(key)
  }

  flag(key: string): boolean {
    const value = this.#values.get(key)
    if (typeof value === 'boolean') return value
    throw wrongType(key)
  }
}

function wrongType(key: string): ConfigError {
  return new ConfigError(`The key ${key} is not one of this client's, or of another type.`)
}

/**
 * Reads a client's configuration by Java's rules and with its texts. Throws a ConfigError for the first value that Java
 * would refuse, or that asks for what is not there. Keys that are not known, or do nothing, are warned about once a
 * thread.
 */
export function readClientConfig(kind: ClientKind, config: ConnectorConfig): ClientValues {
  const { keys } = clientConfigDefs[kind]
  const values = new Map<string, unknown>()
  for (const key of keys.values()) values.set(key.name, valueOf(key, config))
  for (const key of clientKeys[kind]) refuse(key, config[key.name])
  warnOf(kind, config)
  return new ClientValues(values)
}

function valueOf(key: ConfigKey, config: ConnectorConfig): unknown {
  const { name, type, hasDefault, validator } = key
  const text = config[name]
  if (text === undefined && !hasDefault) {
    throw new ConfigError(`Missing required configuration "${name}" which has no default value.`)
  }
  // Classes of Java's clients mean nothing here: their names are taken as they are.
  const given = type === 'CLASS' ? text && javaTrim(text) : parseType(name, text, type)
  const value = text === undefined ? key.default : given
  validator?.(name, value)
  return value
}

function refuse(key: ClientKey, text: string | undefined): void {
  const refused = refusedPart(key, text)
  if (refused === null || key.effect.kind !== 'refused') return
  throw invalidValue(key.name, refused, `${key.effect.why}. Remove it.`)
}

/** What of a value asks for what is not there; null for nothing. */
export function refusedPart({ type, effect }: ClientKey, text: string | undefined): string | null {
  if (effect.kind !== 'refused' || text === undefined) return null
  const parts = type === 'list' ? text.split(',') : [text]
  const refused = parts
    .map(javaTrim)
    .find(
      (part) =>
        part !== '' &&
        !effect.allowed.includes(part.toLowerCase()) &&
        !effect.allowed.includes(part),
    )
  return refused ?? null
}

/** Whether the key does nothing, and whoever sets it to this should know. */
export function isWithoutEffect({ effect, ours, ...key }: ClientKey, text: string): boolean {
  if (effect.kind !== 'ignored') return false
  const value = ours === undefined ? key.default : ours.default
  return javaTrim(text).toLowerCase() !== String(value ?? '').toLowerCase()
}

/** What was warned about already, as kind and key. Keys come from users, so their number has a limit. */
const warned = new Set<string>()
const MOST_WARNED = 10_000

function warnOf(kind: ClientKind, config: ConnectorConfig): void {
  const { keys } = clientConfigDefs[kind]
  const unknown = Object.keys(config).filter((name) => !keys.has(name) && isNew(kind, name))
  if (unknown.length > 0) {
    log.warn(
      `These configurations '[${unknown.sort().join(', ')}]' were supplied but are not used yet.`,
    )
  }
  for (const key of clientKeys[kind]) {
    const text = config[key.name]
    if (text === undefined || key.effect.kind !== 'ignored') continue
    if (!isWithoutEffect(key, text) || !isNew(kind, key.name)) continue
    log.warn(`The configuration '${key.name}' of a ${kind} has no effect: ${key.effect.why}.`)
  }
}

function isNew(kind: ClientKind, name: string): boolean {
  const id = `${kind} ${name}`
  if (warned.has(id) || warned.size >= MOST_WARNED) return false
  warned.add(id)
  return true
}
