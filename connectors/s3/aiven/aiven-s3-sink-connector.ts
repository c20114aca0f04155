import { SinkConnector, createLogger } from 'sluice/api'
import type { ConfigDef, ConfigValue, ConnectorConfig } from 'sluice/api'
import { withConflicts } from 'sluice/storage'
import { aivenConfig, conflictsIn, parseAivenConfig } from './aiven-config.ts'
import { AivenS3SinkTask, version } from './aiven-s3-sink-task.ts'

const log = createLogger('io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector')

/** Writes topics to objects in S3, as Aiven's connector of this name does. */
export class AivenS3SinkConnector extends SinkConnector {
  #props: ConnectorConfig = {}

  version(): string {
    return version
  }

  config(): ConfigDef {
    return aivenConfig
  }

  override validate(props: ConnectorConfig): readonly ConfigValue[] {
    return withConflicts(aivenConfig.validate(props), () =>
      conflictsIn('aws.s3.bucket.name', () => {
        parseAivenConfig(props)
        return []
      }),
    )
  }

  start(props: ConnectorConfig): void {
    const { store } = parseAivenConfig(props)
    this.#props = props
    log.info(`Starting S3 connector writing to the bucket ${store.bucket}`)
  }

  taskClass(): typeof AivenS3SinkTask {
    return AivenS3SinkTask
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
