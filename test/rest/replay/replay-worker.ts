import { fileURLToPath } from 'node:url'
import type { RawConfig } from '../../../src/config/types.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../../../src/messages/config-infos.ts'
import { discoverPlugins } from '../../../src/plugins/discovery.ts'
import type { PluginDescriptor } from '../../../src/plugins/plugin-descriptor.ts'
import { PluginLoader } from '../../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../../src/plugins/plugin-registry.ts'
import { ConnectorValidation } from '../../../src/runtime/validation.ts'
import { registerLoggers } from '../../../src/util/log-levels.ts'
import type { WorkerListener } from '../../../src/worker/types.ts'
import { FakeWorker } from '../../support/fake-worker.ts'
import { fakePlugins } from './fake-plugins.ts'

/** As the recorded worker had them. */
const json = 'org.apache.kafka.connect.json.JsonConverter'
const workerConfig = { 'key.converter': json, 'value.converter': json }
/** The plugins that Kafka tests itself with. */
export const connectTools = fileURLToPath(new URL('../../fixtures/connect-tools', import.meta.url))

const fileLogger = (name: string): string => `org.apache.kafka.connect.file.FileStream${name}`

/** The plugins that there are in this repository, and those Kafka tests itself with. */
export async function replayRegistry(): Promise<PluginRegistry> {
  return new PluginRegistry((await discoverPlugins([connectTools])).plugins)
}

/** Plugins and validation are the real ones, in this thread; connectors and tasks only live. */
export class ReplayWorker extends FakeWorker {
  readonly #registry: PluginRegistry
  readonly #validation: ConnectorValidation

  constructor(registry: PluginRegistry, listener: WorkerListener) {
    super(fakePlugins, listener)
    // What the threads of a worker would have said.
    registerLoggers(['SinkConnector', 'SinkTask', 'SourceConnector', 'SourceTask'].map(fileLogger))
    this.#registry = registry
    this.#validation = new ConnectorValidation({ loader: new PluginLoader(registry), workerConfig })
  }

  override plugins(): readonly PluginDescriptor[] {
    return this.#registry.plugins
  }

  override validate(
    config: RawConfig,
    pluginName: string | null,
    signal: AbortSignal,
  ): Promise<ConfigInfos> {
    return this.#validation.validate({ config, pluginName }, signal)
  }

  override pluginConfig(
    pluginName: string,
    version: string | null,
  ): Promise<readonly ConfigKeyInfo[]> {
    return this.#validation.pluginConfig({ pluginName, version })
  }
}
