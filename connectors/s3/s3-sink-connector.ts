import { SinkConnector, createLogger } from 'sluice/api'
import type { ConfigDef, ConfigValue, ConnectorConfig } from 'sluice/api'
import { createPartitioner, withConflicts } from 'sluice/storage'
import { conflicts, parseS3SinkConfig, s3SinkConfig, version } from './s3-sink-config.ts'
import { S3SinkTask } from './s3-sink-task.ts'

const log = createLogger('io.confluent.connect.s3.S3SinkConnector')

/** Writes topics to objects in S3, as Confluent's connector of this name does. */
export class S3SinkConnector extends SinkConnector {
  #props: ConnectorConfig = {}

  version(): string {
    return version
  }

  config(): ConfigDef {
    return s3SinkConfig
  }

  override validate(props: ConnectorConfig): readonly ConfigValue[] {
    return withConflicts(s3SinkConfig.validate(props), () => conflicts(s3SinkConfig.parse(props)))
  }

  start(props: ConnectorConfig): void {
    this.#props = props
    const config = parseS3SinkConfig(props)
    createPartitioner(config, config['directory.delim'])
    log.info(`Starting S3 connector writing to the bucket ${config['s3.bucket.name']}`)
  }

  taskClass(): typeof S3SinkTask {
    return S3SinkTask
  }

  taskConfigs(maxTasks: number): readonly ConnectorConfig[] {
    return Array.from({ length: maxTasks }, () => this.#props)
  }

  stop(): void {
    // Nothing was opened.
  }

  /** Nothing is kept beyond the group's offsets, so any change is fine. */
  override alterOffsets(): boolean {
    return true
  }
}
