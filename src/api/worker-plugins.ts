import type { ConnectorConfig } from '../config/types.ts'
import type { MaybePromise } from '../util/maybe-promise.ts'

/** What a ConfigProvider found. `ttlMs` says for how long it holds. */
export interface ConfigData {
  readonly data: Readonly<Record<string, string>>
  readonly ttlMs?: number
}

/** Resolves `${name:path:key}` in configurations. Runs on the main thread. */
export interface ConfigProvider {
  configure(config: ConnectorConfig): void
  /** The keys asked for, or all there are, at `path`. Keys not found are left out. */
  get(
    path: string,
    keys: readonly string[] | undefined,
    signal: AbortSignal,
  ): MaybePromise<ConfigData>
  close?(): void
}

/** Which client a connector wants to override keys of. */
export interface ConnectorClientConfigRequest {
  readonly clientType: 'PRODUCER' | 'CONSUMER' | 'ADMIN'
  readonly connectorName: string
  readonly connectorClass: string
  readonly connectorType: 'source' | 'sink'
  /** The keys with their prefix (`producer.override.`, …) removed. */
  readonly clientProps: ConnectorConfig
}

/** Decides which client keys a connector may override. Runs on the main thread. */
export interface ConnectorClientConfigOverridePolicy {
  configure?(config: ConnectorConfig): void
  /** One entry a key that is refused, with the reason. */
  validate(
    request: ConnectorClientConfigRequest,
  ): readonly { readonly key: string; readonly error: string }[]
}
