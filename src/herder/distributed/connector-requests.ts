import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { AlreadyExistsError } from '../../errors/connect-error.ts'
import { NotLeaderError } from '../../errors/forwarding-errors.ts'
import { BadRequestError } from '../../errors/rest-error.ts'
import type { ConfigValidation } from '../config-validation.ts'
import { patched } from '../config-validation.ts'
import type { ConnectorInfo } from '../herder.ts'
import type { RequestLoop } from '../request-loop.ts'
import type { ClusterMembership } from './cluster-membership.ts'
import type { ClusterViews } from './cluster-views.ts'
import type { ConfigStore } from './options.ts'

export interface ConnectorRequestsParts {
  readonly loop: RequestLoop
  readonly configs: ConfigStore
  readonly membership: ClusterMembership
  readonly views: ClusterViews
  readonly validation: ConfigValidation
}

interface PutOptions {
  readonly targetState?: TargetState
  readonly allowReplace: boolean
}

/** Not known yet, at most for so long as a leader takes to be found. */
const unsettled = Symbol('unsettled')

/**
 * What changes the configurations of the cluster. One worker writes at a time, which is the group's leader; others throw a NotLeaderError. That a
 * connector starts and stops is not waited for: its owner reads what was written.
 */
export class ConnectorRequests {
  readonly #parts: ConnectorRequestsParts

  constructor(parts: ConnectorRequestsParts) {
    this.#parts = parts
  }

  async put(
    name: string,
    config: RawConfig,
    { targetState, allowReplace }: PutOptions,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    const { validation, configs, views } = this.#parts
    await validation.require(config, signal)
    return this.asLeader('Only the leader can set connector configs.', signal, async () => {
      const exists = configs.snapshot().connectors.has(name)
      if (exists && !allowReplace) throw new AlreadyExistsError(`Connector ${name} already exists`)
      await configs.putConnectorConfig(name, config, targetState ?? null, signal)
      return { created: !exists, info: views.info(name) }
    })
  }

  async patch(name: string, patch: RawConfig, signal: AbortSignal): Promise<ConnectorInfo> {
    const { validation, configs, views } = this.#parts
    const refusal = 'Only the leader can set connector configs.'
    for (;;) {
      const stored = await this.asLeader(refusal, signal, () => views.get(name).config)
      const merged = patched(stored, patch)
      await validation.require(merged, signal)
      const info = await this.asLeader(refusal, signal, async () => {
        // Another request may have changed it while this one was validated: then merge again.
        if (views.get(name).config !== stored) return null
        await configs.putConnectorConfig(name, merged, null, signal)
        return views.info(name)
      })
      if (info !== null) return info
    }
  }

  async delete(name: string, signal: AbortSignal): Promise<void> {
    const { views, configs } = this.#parts
    await this.asLeader('Only the leader can delete connector configs.', signal, async () => {
      views.get(name)
      await configs.removeConnectorConfig(name, signal)
    })
  }

  /** Any worker may say so. */
  async setTargetState(
    name: string,
    state: 'STARTED' | 'PAUSED',
    signal: AbortSignal,
  ): Promise<void> {
    const { loop, views, configs } = this.#parts
    await loop.turn(signal, async () => {
      views.get(name, `Unknown connector ${name}`)
      await configs.putTargetState(name, state, signal)
    })
  }

  /** Its tasks are gone before it is STOPPED (KIP-875). */
  async stop(name: string, signal: AbortSignal): Promise<void> {
    const { views, configs } = this.#parts
    views.get(name, `Unknown connector ${name}`)
    const refusal = 'Only the leader can transition connectors to the STOPPED state.'
    await this.asLeader(refusal, signal, async () => {
      views.get(name, `Unknown connector ${name}`)
      await configs.putTaskConfigs(name, [], signal)
      await configs.putTargetState(name, 'STOPPED', signal)
      await configs.refresh(signal)
    })
  }

  async putTaskConfigs(
    name: string,
    tasks: readonly ConnectorConfig[],
    signal: AbortSignal,
  ): Promise<void> {
    const { views, configs } = this.#parts
    await this.asLeader('Only the leader may write task configurations.', signal, async () => {
      const { targetState } = views.get(name)
      if (targetState === 'STOPPED' && tasks.length > 0) {
        throw new BadRequestError(
          `Cannot submit non-empty set of task configs for stopped connector ${name}`,
        )
      }
      await configs.putTaskConfigs(name, tasks, signal)
    })
  }

  /** Does `job` in its turn where this worker leads the group, once it knows whether it does; else throws a NotLeaderError. */
  async asLeader<T>(refusal: string, signal: AbortSignal, job: () => Promise<T> | T): Promise<T> {
    const { loop, membership } = this.#parts
    for (;;) {
      await membership.untilSettled(signal)
      const outcome = await loop.turn(signal, () => {
        const { settled } = membership
        if (settled === null) return unsettled
        if (!settled.isLeader) throw new NotLeaderError(refusal, settled.leaderUrl)
        return job()
      })
      if (outcome !== unsettled) return outcome
    }
  }
}
