import type { RawConfig } from '../config/types.ts'
import type { ConfigInfos } from '../messages/config-infos.ts'
import type { LifecycleServices } from './lifecycle-services.ts'
import { javaPatchOrder } from '../util/java-hash-order.ts'
import { hideProvided } from './provided-values.ts'
import { staged } from './request-stage.ts'
import type { RequestStage } from './request-stage.ts'
import { asClientMistake, throwIfInvalid } from './validation-message.ts'

/** Java's words for the part of a validation in which a plugin may wait. */
const validatingStage = 'performing multi-property validation for the connector'

/** Has configurations validated, variables resolved. */
export class ConfigValidation {
  readonly #services: Pick<LifecycleServices, 'worker' | 'resolver'>

  constructor(services: Pick<LifecycleServices, 'worker' | 'resolver'>) {
    this.#services = services
  }

  async validate(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    // Java's sentence about a validation that takes too long has no full stop here, and has one elsewhere.
    return await this.#validated(config, pluginName, signal, '')
  }

  /** Rejects with a BadRequestError that lists what is wrong with the configuration of a connector. */
  async require(config: RawConfig, signal: AbortSignal): Promise<void> {
    throwIfInvalid(await this.#validated(config, null, signal))
  }

  async #validated(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
    end?: '',
  ): Promise<ConfigInfos> {
    const { worker, resolver } = this.#services
    const resolved = await resolver.resolve(config, signal)
    const since = Date.now()
    const stage = (): RequestStage => ({ what: validatingStage, since })
    try {
      const validating = worker.validate(resolved, pluginName, signal)
      return hideProvided(await staged(validating, signal, stage, end), config, resolved)
    } catch (error) {
      throw asClientMistake(error)
    }
  }
}

/** `patch` merged into `stored` (KIP-477): a null removes its key. In the order of the hash map that Java makes of it. */
export function patched(stored: RawConfig, patch: RawConfig): RawConfig {
  const merged = new Map(Object.entries(stored))
  let most = 0
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, value)
    most = Math.max(most, merged.size)
  }
  const keys = javaPatchOrder([...merged.keys()], Object.keys(stored).length, most)
  return Object.fromEntries(keys.map((key) => [key, merged.get(key) ?? null]))
}
