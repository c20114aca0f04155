import { readFileSync } from 'node:fs'
import { ConfigError } from '../../errors/connect-error.ts'
import { javaTrim } from '../parse-type.ts'

/** A configuration that may hold `ssl.*` keys. */
export type SslConfig = Readonly<Record<string, string | undefined>>

/** The `ssl.*` keys of a configuration, behind a prefix or without, and messages that name them as they stand there. */
export class SslKeys {
  readonly #config: SslConfig
  readonly #prefix: string

  constructor(config: SslConfig, prefix: string) {
    this.#config = config
    this.#prefix = prefix
  }

  /** The key as it stands in the file, in quotes. */
  named(key: string): string {
    return `"${this.#prefix}${key}"`
  }

  /** Null where the key is not given or empty. */
  text(key: string): string | null {
    const value = javaTrim(this.#config[this.#prefix + key] ?? '')
    return value === '' ? null : value
  }

  has(key: string): boolean {
    return this.#config[this.#prefix + key] !== undefined
  }

  /** A comma-separated list; null where the key is not given or empty. */
  list(key: string): readonly string[] | null {
    return this.text(key)?.split(/\s*,\s*/) ?? null
  }

  /** The bytes of the file that `key` names, null where it names none. Throws a ConfigError. */
  file(key: string): { readonly path: string; readonly bytes: Buffer } | null {
    const path = this.text(key)
    if (path === null) return null
    try {
      return { path, bytes: readFileSync(path) }
    } catch (cause) {
      throw this.invalid(
        key,
        `${reasonOf(cause)}. Set it to a file that this user may read.`,
        cause,
      )
    }
  }

  /** An error about the value of `key`, which is no secret and is printed. */
  invalid(key: string, reason: string, cause?: unknown): ConfigError {
    const value = this.text(key) ?? ''
    return new ConfigError(`Invalid value ${value} for ${this.named(key)}: ${reason}`, { cause })
  }

  /** An error about a key whose value is a secret (invariant 8). */
  invalidSecret(key: string, reason: string, cause?: unknown): ConfigError {
    return new ConfigError(`Invalid value for ${this.named(key)}: ${reason}`, { cause })
  }
}

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'this user may not read it'
  if (code === 'EISDIR') return 'it is a folder, not a file'
  return `it cannot be read (${code ?? 'unknown error'})`
}
