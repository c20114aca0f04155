import { SinkConnector, asError, createLogger } from 'sluice/api'
import type { ConfigDef, ConfigValue, ConnectorConfig } from 'sluice/api'
import { KeyError, aivenConfig, parseAivenConfig } from './aiven-config.ts'
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
    const values = aivenConfig.validate(props)
    if (values.some(({ errorMessages }) => errorMessages.length > 0)) return values
    try {
      parseAivenConfig(props)
    } catch (error) {
      const key = error instanceof KeyError ? error.key : 'aws.s3.bucket.name'
      values.find(({ name }) => name === key)?.errorMessages.push(asError(error).message)
    }
    return values
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
