import type { RawConfig } from '../../config/types.ts'
import { AlreadyExistsError } from '../../errors/connect-error.ts'
import type { ConfigInfos } from '../../messages/config-infos.ts'
import type { TargetState } from '../../messages/protocol.ts'
import { abortable } from '../../util/abort.ts'
import type { ConnectorInfo } from '../herder.ts'
import { asClientMistake, throwIfInvalid } from '../validation-message.ts'
import type { ConnectorLifecycle } from './connector-lifecycle.ts'
import type { ConnectorTable } from './connector-table.ts'
import type { ConnectorViews } from './connector-views.ts'
import type { LifecycleServices } from './lifecycle-services.ts'
import type { RequestLoop } from './request-loop.ts'

export interface ConnectorConfigsOptions {
  readonly loop: RequestLoop
  readonly connectors: ConnectorTable
  readonly services: LifecycleServices
  readonly views: ConnectorViews
}

interface PutOptions {
  readonly targetState?: TargetState
  readonly allowReplace: boolean
}

interface Put {
  readonly created: boolean
  readonly connector: ConnectorLifecycle
  readonly done: Promise<void>
}

/** Validates configurations, and writes those that are valid. */
export class ConnectorConfigs {
  readonly #loop: RequestLoop
  readonly #connectors: ConnectorTable
  readonly #services: LifecycleServices
  readonly #views: ConnectorViews

  constructor({ loop, connectors, services, views }: ConnectorConfigsOptions) {
    this.#loop = loop
    this.#connectors = connectors
    this.#services = services
    this.#views = views
  }

  async validate(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    const { worker, resolver } = this.#services
    const resolved = await resolver.resolve(config, signal)
    try {
      return await abortable(worker.validate(resolved, pluginName, signal), signal)
    } catch (error) {
      throw asClientMistake(error)
    }
  }

  async put(
    name: string,
    config: RawConfig,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    throwIfInvalid(await this.validate(config, null, signal))
    const put = await this.#loop.turn(signal, () => this.#put(name, config, options))
    await abortable(put.done, signal)
    return { created: put.created, info: this.#views.info(put.connector) }
  }

  async patch(name: string, patch: RawConfig, signal: AbortSignal): Promise<ConnectorInfo> {
    for (;;) {
      const stored = await this.#loop.turn(signal, () => this.#connectors.get(name).config)
      const merged = Object.fromEntries(
        Object.entries({ ...stored, ...patch }).filter(([key]) => patch[key] !== null),
      )
      throwIfInvalid(await this.validate(merged, null, signal))
      const put = await this.#loop.turn(signal, () =>
        // Another request may have changed it while this one was validated: then merge again.
        this.#connectors.get(name).config === stored
          ? this.#put(name, merged, { allowReplace: true })
          : null,
      )
      if (put === null) continue
      await abortable(put.done, signal)
      return this.#views.info(put.connector)
    }
  }

  #put(name: string, config: RawConfig, options: PutOptions): Put {
    const existing = this.#connectors.find(name)
    if (existing && !options.allowReplace) {
      throw new AlreadyExistsError(`Connector ${name} already exists`)
    }
    const connector = existing ?? this.#connectors.add(name, config, this.#services)
    const done = connector.apply(config, options.targetState)
    return { created: !existing, connector, done }
  }
}
