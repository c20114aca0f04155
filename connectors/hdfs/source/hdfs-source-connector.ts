import { setTimeout as delay } from 'node:timers/promises'
import { SourceConnector, createLogger } from 'sluice/api'
import type { ConfigDef, ConfigValue, ConnectorConfig, ExactlyOnceSupport } from 'sluice/api'
import { withConflicts } from 'sluice/storage'
import { openHdfs } from '../config/open-hdfs.ts'
import type { WebHdfsClient } from '../webhdfs/webhdfs-client.ts'
import {
  conflicts,
  hdfsSourceConfig,
  parseHdfsSourceConfig,
  version,
} from './hdfs-source-config.ts'
import type { HdfsSourceConfig } from './hdfs-source-config.ts'
import { Hdfs3SourceTask, HdfsSourceTask } from './hdfs-source-task.ts'
import { directoryOf, selectionOf } from './selection-of.ts'
import { foldersBelow } from './source-files.ts'

const log = createLogger('io.confluent.connect.hdfs3.Hdfs3SourceConnector')

interface Watch {
  readonly config: HdfsSourceConfig
  readonly client: WebHdfsClient
  readonly close: () => Promise<void>
  readonly directory: string
  readonly stop: AbortController
}

/** Reads files of HDFS, as Confluent's connector of this name does. Each directory is read by one task. */
export class HdfsSourceConnector extends SourceConnector {
  #props: ConnectorConfig = {}
  #watch: Watch | null = null
  #watching: Promise<void> = Promise.resolve()
  #folders: readonly string[] = []

  version(): string {
    return version
  }

  config(): ConfigDef {
    return hdfsSourceConfig
  }

  override validate(props: ConnectorConfig): readonly ConfigValue[] {
    return withConflicts(hdfsSourceConfig.validate(props), () =>
      conflicts(hdfsSourceConfig.parse(props)),
    )
  }

  async start(props: ConnectorConfig): Promise<void> {
    const config = parseHdfsSourceConfig(props)
    selectionOf(config)
    const { client, address, close } = await openHdfs(config)
    this.#props = props
    const watch = { config, client, close, directory: directoryOf(config, address.base) }
    this.#watch = { ...watch, stop: new AbortController() }
    this.#watching = this.#follow(this.#watch)
  }

  taskClass(): typeof HdfsSourceTask {
    return HdfsSourceTask
  }

  async taskConfigs(maxTasks: number, signal: AbortSignal): Promise<readonly ConnectorConfig[]> {
    const watch = this.#watch
    if (watch === null) return []
    const folders = await this.#list(watch, signal)
    this.#folders = folders
    const tasks = Math.max(1, Math.min(maxTasks, folders.length))
    return Array.from({ length: tasks }, (_, task) => ({
      ...this.#props,
      folders: JSON.stringify(folders.filter((_folder, index) => index % tasks === task)),
    }))
  }

  async stop(): Promise<void> {
    const watch = this.#watch
    this.#watch = null
    watch?.stop.abort()
    await this.#watching
    await watch?.close()
  }

  /** Every record says where it was read, and a file is read the same again. */
  override exactlyOnceSupport(): ExactlyOnceSupport {
    return 'SUPPORTED'
  }

  async #list({ client, config, directory }: Watch, signal: AbortSignal): Promise<string[]> {
    return await foldersBelow(client, directory, selectionOf(config), signal)
  }

  /** Asks for other tasks when directories have come or gone. */
  async #follow(watch: Watch): Promise<void> {
    const { signal } = watch.stop
    while (!signal.aborted) {
      try {
        await delay(Number(watch.config['hdfs.poll.interval.ms']), undefined, { signal })
        const folders = await this.#list(watch, signal)
        if (folders.join('\n') !== this.#folders.join('\n')) {
          this.context.requestTaskReconfiguration()
        }
      } catch (error) {
        if (watch.stop.signal.aborted) return
        log.warn(`Cannot list ${watch.directory}`, error)
      }
    }
  }
}

/** The same under the name that it has with HDFS 3. */
export class Hdfs3SourceConnector extends HdfsSourceConnector {
  override taskClass(): typeof Hdfs3SourceTask {
    return Hdfs3SourceTask
  }
}
