import { setTimeout as wait } from 'node:timers/promises'
import { SourceConnector, createLogger } from 'sluice/api'
import type {
  ConfigDef,
  ConfigValue,
  ConnectorConfig,
  ExactlyOnceSupport,
  SourceOffsetChange,
} from 'sluice/api'
import { withConflicts } from 'sluice/storage'
import {
  confluentBucket,
  confluentSourceConfig,
  folderLayout,
  isGeneric,
  parseConfluentSource,
  sourceConflicts,
  version,
} from './confluent-source-config.ts'
import type { ConfluentSourceConfig } from './confluent-source-config.ts'
import { ConfluentS3SourceTask } from './confluent-s3-source-task.ts'
import { encodeFolders, groupFolders, listFolders } from './folders.ts'
import { checkOffsetChanges } from './offset-changes.ts'
import { S3SourceBucket } from './s3-source-bucket.ts'
import { numberedTasks } from './task-number.ts'

const log = createLogger('io.confluent.connect.s3.source.S3SourceConnector')

/** Reads objects of S3 into topics, as Confluent's connector of this name does: what its sink wrote, or any. */
export class S3SourceConnector extends SourceConnector {
  #props: ConnectorConfig = {}
  #life = new AbortController()
  #folders: readonly string[] | null = null
  /** Looks for new folders. */
  #watch: Promise<void> = Promise.resolve()

  version(): string {
    return version
  }

  config(): ConfigDef {
    return confluentSourceConfig
  }

  override validate(props: ConnectorConfig): readonly ConfigValue[] {
    return withConflicts(confluentSourceConfig.validate(props), () =>
      sourceConflicts(confluentSourceConfig.parse(props)),
    )
  }

  start(props: ConnectorConfig): void {
    this.#props = props
    this.#life = new AbortController()
    this.#folders = null
    const config = parseConfluentSource(props)
    log.info(`Starting S3 source connector reading the bucket ${config['s3.bucket.name']}`)
    if (!isGeneric(config)) this.#watch = this.#watchFolders(config)
  }

  taskClass(): typeof ConfluentS3SourceTask {
    return ConfluentS3SourceTask
  }

  async taskConfigs(maxTasks: number, signal: AbortSignal): Promise<readonly ConnectorConfig[]> {
    const config = parseConfluentSource(this.#props)
    if (isGeneric(config)) return numberedTasks(this.#props, maxTasks)
    const folders = await this.#list(config, signal)
    this.#folders = folders
    return groupFolders(folders, maxTasks).map((group) => ({
      ...this.#props,
      folders: encodeFolders(group),
    }))
  }

  async stop(): Promise<void> {
    this.#life.abort()
    await this.#watch
  }

  /** Every record carries its own position, and is read from there on after a restart. */
  override exactlyOnceSupport(): ExactlyOnceSupport {
    return 'SUPPORTED'
  }

  override alterOffsets(_config: ConnectorConfig, changes: readonly SourceOffsetChange[]): boolean {
    checkOffsetChanges(changes, ['objectKey', 'folder'])
    return true
  }

  async #list(config: ConfluentSourceConfig, signal: AbortSignal): Promise<readonly string[]> {
    const bucket = new S3SourceBucket(confluentBucket(config))
    try {
      return await listFolders(bucket, folderLayout(config), signal)
    } finally {
      bucket.close()
    }
  }

  /** Asks for other tasks once there are other folders. Ends with the connector. */
  async #watchFolders(config: ConfluentSourceConfig): Promise<void> {
    const { signal } = this.#life
    while (!signal.aborted) {
      try {
        await wait(Number(config['s3.poll.interval.ms']), undefined, { signal })
        const found = await this.#list(config, signal)
        if (this.#folders !== null && found.join('\n') !== this.#folders.join('\n')) {
          log.info(`There are ${found.length} folders now; asking for other tasks.`)
          this.context.requestTaskReconfiguration()
        }
      } catch (error) {
        if (error instanceof Error && error.name === 'AbortError') return
        log.warn(
          `The folders cannot be listed now; they are looked at again later: ${String(error)}`,
        )
      }
    }
  }
}
