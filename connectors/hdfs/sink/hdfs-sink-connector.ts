import { SinkConnector, createLogger } from 'sluice/api'
import type { ConfigDef, ConfigValue, ConnectorConfig } from 'sluice/api'
import { createPartitioner, withConflicts } from 'sluice/storage'
import {
  conflicts,
  hdfs3SinkConfig,
  hdfsSinkConfig,
  parseHdfsSinkConfig,
  version,
  version3,
} from './hdfs-sink-config.ts'
import { Hdfs3SinkTask, HdfsSinkTask } from './hdfs-sink-task.ts'

const log = createLogger('io.confluent.connect.hdfs.HdfsSinkConnector')

/** Writes topics to files in HDFS, as Confluent's connector of this name does. */
export class HdfsSinkConnector extends SinkConnector {
  #props: ConnectorConfig = {}

  version(): string {
    return version
  }

  config(): ConfigDef {
    return hdfsSinkConfig
  }

  override validate(props: ConnectorConfig): readonly ConfigValue[] {
    return withConflicts(this.config().validate(props), () =>
      conflicts(hdfsSinkConfig.parse(props)),
    )
  }

  start(props: ConnectorConfig): void {
    this.#props = props
    const config = parseHdfsSinkConfig(props)
    createPartitioner(config)
    log.info(
      `Starting HDFS connector writing to ${config['store.url'] ?? config['hdfs.url'] ?? ''}`,
    )
  }

  taskClass(): typeof HdfsSinkTask {
    return HdfsSinkTask
  }

  taskConfigs(maxTasks: number): readonly ConnectorConfig[] {
    return Array.from({ length: maxTasks }, () => this.#props)
  }

  stop(): void {
    // Nothing was opened.
  }
}

/** The same under the name that it has with HDFS 3. */
export class Hdfs3SinkConnector extends HdfsSinkConnector {
  override version(): string {
    return version3
  }

  override config(): ConfigDef {
    return hdfs3SinkConfig
  }

  override taskClass(): typeof Hdfs3SinkTask {
    return Hdfs3SinkTask
  }
}
