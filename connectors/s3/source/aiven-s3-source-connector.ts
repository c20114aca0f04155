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
  aivenConflicts,
  aivenSourceConfig,
  aivenVersion,
  parseAivenSource,
} from './aiven-source-config.ts'
import { AivenS3SourceTask } from './aiven-s3-source-task.ts'
import { checkOffsetChanges } from './offset-changes.ts'
import { numberedTasks } from './task-number.ts'

const log = createLogger('io.aiven.kafka.connect.s3.source.S3SourceConnector')

/** Reads objects of S3 into topics, as Aiven's connector of this name does. */
export class AivenS3SourceConnector extends SourceConnector {
  #props: ConnectorConfig = {}

  version(): string {
    return aivenVersion
  }

  config(): ConfigDef {
    return aivenSourceConfig
  }

  override validate(props: ConnectorConfig): readonly ConfigValue[] {
    return withConflicts(aivenSourceConfig.validate(props), () =>
      aivenConflicts(aivenSourceConfig.parse(props)),
    )
  }

  start(props: ConnectorConfig): void {
    this.#props = props
    const config = parseAivenSource(props)
    log.info(`Starting S3 source connector reading the bucket ${config['aws.s3.bucket.name']}`)
  }

  taskClass(): typeof AivenS3SourceTask {
    return AivenS3SourceTask
  }

  taskConfigs(maxTasks: number): readonly ConnectorConfig[] {
    return numberedTasks(this.#props, maxTasks)
  }

  stop(): void {
    // Nothing was opened.
  }

  /** Every record carries its own position, and is read from there on after a restart. */
  override exactlyOnceSupport(): ExactlyOnceSupport {
    return 'SUPPORTED'
  }

  override alterOffsets(_config: ConnectorConfig, changes: readonly SourceOffsetChange[]): boolean {
    checkOffsetChanges(changes, ['objectKey'])
    return true
  }
}
