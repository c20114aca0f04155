import type { ConfigData, ConfigProvider } from '../api/worker-plugins.ts'
import { withoutPrefix } from '../config/client-config.ts'
import { variablesOf } from '../config/config-variables.ts'
import type { ConnectorConfig, RawConfig } from '../config/types.ts'
import { ConfigError } from '../errors/connect-error.ts'
import { abortable, timeLimit } from '../util/abort.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'
import { isOpenKey, rememberSecret, rememberSecretsOf } from '../util/secrets.ts'
import type { PluginLoader } from './plugin-loader.ts'

/** Is told from where values came that hold for a time only, and for how long. */
type NoteExpiry = (source: string, ttlMs: number) => void

/** A provider has this long for an answer. */
const answerMs = 30_000

/**
 * Resolves variables in values, `${provider:path:key}` or `${provider:key}`, several in one value, in one pass
 * (`org.apache.kafka.common.config.ConfigTransformer`). What no provider knows stays as it is written.
 */
export class ConfigTransformer {
  readonly #providers: ReadonlyMap<string, ConfigProvider>

  constructor(providers: ReadonlyMap<string, ConfigProvider>) {
    this.#providers = providers
  }

  /** With the providers that a worker file names in `config.providers`. Throws a ConfigError where one cannot be had. */
  static async open(worker: ConnectorConfig, loader: PluginLoader): Promise<ConfigTransformer> {
    // Providers are configured before anything is resolved, and may log what they are given (invariant 8).
    rememberSecretsOf(worker)
    const names = (worker['config.providers'] ?? '').split(',').map((name) => name.trim())
    const providers = new Map<string, ConfigProvider>()
    for (const name of names) {
      if (name !== '') providers.set(name, await openProvider(name, worker, loader))
    }
    return new ConfigTransformer(providers)
  }

  /** A copy with its variables resolved; nulls stay null. */
  async resolve<T extends RawConfig>(
    config: T,
    signal: AbortSignal,
    noteExpiry?: NoteExpiry,
  ): Promise<T> {
    const found = await this.#lookUp(config, signal, noteExpiry)
    if (found.size === 0) {
      rememberSecretsOf(config)
      return config
    }
    const entries = Object.entries(config).map(([key, value]) => {
      if (value === null) return [key, null] as const
      if (!isOpenKey(key)) rememberVariables(value, found)
      return [key, replace(value, found)] as const
    })
    const resolved = Object.fromEntries(entries) as T
    rememberSecretsOf(resolved)
    return resolved
  }

  close(): void {
    for (const provider of this.#providers.values()) provider.close?.()
  }

  /** Asks each provider once a path, for all the keys wanted there. Values by the text of their variable. */
  async #lookUp(
    config: RawConfig,
    signal: AbortSignal,
    noteExpiry?: NoteExpiry,
  ): Promise<ReadonlyMap<string, string>> {
    const values = new Map<string, string>()
    for (const [provider, byPath] of variablesIn(config)) {
      const source = this.#providers.get(provider)
      if (source === undefined) continue
      for (const [path, texts] of byPath) {
        const { data, ttlMs } = await answerOf(provider, signal, (limited) =>
          source.get(path, [...new Set(texts.values())], limited),
        )
        if (ttlMs !== undefined && ttlMs >= 0) noteExpiry?.(`${provider}:${path}`, ttlMs)
        for (const [text, key] of texts) {
          const value = Object.hasOwn(data, key) ? data[key] : undefined
          if (value !== undefined) values.set(text, value)
        }
      }
    }
    return values
  }
}

/** What a provider answers, within its time whether or not it minds the signal. */
async function answerOf(
  provider: string,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => MaybePromise<ConfigData>,
): Promise<ConfigData> {
  using limit = timeLimit(answerMs, signal, () => {
    return new ConfigError(
      `The config provider ${provider} has not answered within ${answerMs / 1000} s. Look at its service, or at "config.providers.${provider}.*".`,
    )
  })
  return await abortable(
    Promise.resolve().then(() => ask(limit.signal)),
    limit.signal,
  )
}

/** By provider, path and text of the variable: the key it wants. */
function variablesIn(config: RawConfig): Map<string, Map<string, Map<string, string>>> {
  const found = new Map<string, Map<string, Map<string, string>>>()
  for (const value of Object.values(config)) {
    for (const { text, provider, path, key } of variablesOf(value ?? '')) {
      const byPath = found.get(provider) ?? new Map<string, Map<string, string>>()
      const texts = byPath.get(path) ?? new Map<string, string>()
      found.set(provider, byPath.set(path, texts.set(text, key)))
    }
  }
  return found
}

function replace(value: string, found: ReadonlyMap<string, string>): string {
  const parts: string[] = []
  let copied = 0
  for (const { text, at } of variablesOf(value)) {
    parts.push(value.slice(copied, at), found.get(text) ?? text)
    copied = at + text.length
  }
  return copied === 0 ? value : parts.join('') + value.slice(copied)
}

/** Invariant 8: what was not written into the configuration itself was to be kept out of sight. */
function rememberVariables(value: string, found: ReadonlyMap<string, string>): void {
  for (const { text } of variablesOf(value)) {
    const secret = found.get(text)
    if (secret !== undefined) rememberSecret(secret)
  }
}

async function openProvider(
  name: string,
  worker: ConnectorConfig,
  loader: PluginLoader,
): Promise<ConfigProvider> {
  const className = worker[`config.providers.${name}.class`]
  if (className === undefined) {
    throw new ConfigError(
      `"config.providers" names ${name}, but there is no "config.providers.${name}.class". ` +
        'Set it, e.g. to org.apache.kafka.common.config.provider.FileConfigProvider.',
    )
  }
  const ProviderClass = await loader.load('config_provider', className)
  const provider = new ProviderClass() as ConfigProvider
  provider.configure(withoutPrefix(worker, `config.providers.${name}.param.`))
  return provider
}
