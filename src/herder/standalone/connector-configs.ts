import type { RawConfig, TargetState } from '../../config/types.ts'
import { AlreadyExistsError } from '../../errors/connect-error.ts'
import type { ConfigInfos } from '../../messages/config-infos.ts'
import { ConfigValidation, patched } from '../config-validation.ts'
import type { ConnectorInfo } from '../herder.ts'
import type { LifecycleServices } from '../lifecycle-services.ts'
import type { RequestLoop } from '../request-loop.ts'
import { untilDone } from '../request-stage.ts'
import type { ConnectorLifecycle } from './connector-lifecycle.ts'
import type { ConnectorTable } from './connector-table.ts'
import type { ConnectorViews } from './connector-views.ts'

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
  readonly #validation: ConfigValidation

  constructor({ loop, connectors, services, views }: ConnectorConfigsOptions) {
    this.#loop = loop
    this.#connectors = connectors
    this.#services = services
    this.#views = views
    this.#validation = new ConfigValidation(services)
  }

  validate(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    return this.#validation.validate(config, pluginName, signal)
  }

  async put(
    name: string,
    config: RawConfig,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    await this.#validation.require(config, signal)
    const put = await this.#loop.turn(signal, () => this.#put(name, config, options))
    await untilDone(this.#services.worker, name, put.done, signal)
    return { created: put.created, info: this.#views.info(put.connector) }
  }

  async patch(name: string, patch: RawConfig, signal: AbortSignal): Promise<ConnectorInfo> {
    for (;;) {
      const stored = await this.#loop.turn(signal, () => this.#connectors.get(name).config)
      const merged = patched(stored, patch)
      await this.#validation.require(merged, signal)
      const put = await this.#loop.turn(signal, () =>
        // Another request may have changed it while this one was validated: then merge again.
        this.#connectors.get(name).config === stored
          ? this.#put(name, merged, { allowReplace: true })
          : null,
      )
      if (put === null) continue
      await untilDone(this.#services.worker, name, put.done, signal)
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
