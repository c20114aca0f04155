import type { ConnectorConfig, RawConfig } from '../config/types.ts'
import type { ConfigInfos } from '../messages/config-infos.ts'
import type { PreviewRequest } from '../messages/preview.ts'
import { abortable } from '../util/abort.ts'
import type { ConnectorWorker } from '../worker/types.ts'
import type { ConfigResolver } from './config-resolver.ts'
import { tasksMaxOf } from './task-configs.ts'
import { throwIfInvalid } from './validation-message.ts'

export interface PreviewsOptions {
  readonly worker: Pick<ConnectorWorker, 'preview'>
  readonly resolver: ConfigResolver
  readonly configs: {
    validate(
      config: RawConfig,
      pluginName: string | null,
      signal: AbortSignal,
    ): Promise<ConfigInfos>
  }
}

/** Runs configurations on a few records. No connector of the herder's is concerned, also where one has the same name. */
export class Previews {
  readonly #options: PreviewsOptions

  constructor(options: PreviewsOptions) {
    this.#options = options
  }

  /**
   * What becomes of the records, as JSON. Rejects with a BadRequestError that lists what is wrong with the configuration, as
   * for a connector that is created.
   */
  async run(pluginName: string, request: PreviewRequest, signal: AbortSignal): Promise<string> {
    const { worker, resolver, configs } = this.#options
    throwIfInvalid(await configs.validate(request.config, pluginName, signal))
    // A valid configuration has no nulls.
    const config = (await resolver.resolve(request.config, signal)) as ConnectorConfig
    const preview = { ...request, config, maxTasks: tasksMaxOf(config) }
    return abortable(worker.preview(preview, signal), signal)
  }
}
