import type {
  ConnectorClientConfigOverridePolicy,
  ConnectorClientConfigRequest,
} from '../api/worker-plugins.ts'
import type { ConnectorConfig } from '../config/types.ts'

/** Which client keys a connector may override, as `connector.client.config.override.policy` names it. */

type Refusals = ReturnType<ConnectorClientConfigOverridePolicy['validate']>

abstract class KeyPolicy implements ConnectorClientConfigOverridePolicy {
  /** As the message names it. */
  protected abstract readonly policyName: string
  protected abstract allows(key: string): boolean

  validate(request: ConnectorClientConfigRequest): Refusals {
    return Object.keys(request.clientProps)
      .filter((key) => !this.allows(key))
      .map((key) => ({
        key,
        error: `The '${this.policyName}' policy does not allow '${key}' to be overridden in the connector configuration.`,
      }))
  }
}

/** Everything may be overridden: the default. */
export class AllConnectorClientConfigOverridePolicy extends KeyPolicy {
  protected override readonly policyName = 'All'
  protected override allows(): boolean {
    return true
  }
}

/** Nothing may be overridden. */
export class NoneConnectorClientConfigOverridePolicy extends KeyPolicy {
  protected override readonly policyName = 'None'
  protected override allows(): boolean {
    return false
  }
}

const principalKeys = new Set(['sasl.jaas.config', 'sasl.mechanism', 'security.protocol'])

/** Only whom the connector authenticates as. */
export class PrincipalConnectorClientConfigOverridePolicy extends KeyPolicy {
  protected override readonly policyName = 'Principal'
  protected override allows(key: string): boolean {
    return principalKeys.has(key)
  }
}

/** Only the keys in `connector.client.config.override.allowlist` (KIP-1188). */
export class AllowlistConnectorClientConfigOverridePolicy extends KeyPolicy {
  protected override readonly policyName = 'Allowlist'
  #allowed: ReadonlySet<string> = new Set()

  configure(config: ConnectorConfig): void {
    const listed = config['connector.client.config.override.allowlist'] ?? ''
    this.#allowed = new Set(listed.split(',').map((key) => key.trim()))
  }

  protected override allows(key: string): boolean {
    return this.#allowed.has(key)
  }
}
