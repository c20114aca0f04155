import { createLogger } from 'sluice/api'
import type { ConnectorConfig, PartitionOffset } from 'sluice/api'
import { ObjectSinkTask } from './object-sink-task.ts'
import type { SinkPlan } from './object-sink-task.ts'
import { openParts } from './open-parts.ts'
import { parseS3SinkConfig, version } from './s3-sink-config.ts'
import { storeSettingsOf } from './s3-sink-store.ts'
import { loadFormats } from './sink-formats.ts'

const log = createLogger('io.confluent.connect.s3.S3SinkTask')

/** Keeps what it is given in objects that are complete before their offsets are committed. */
export class S3SinkTask extends ObjectSinkTask {
  static readonly className = 'io.confluent.connect.s3.S3SinkTask'

  version(): string {
    return version
  }

  protected override async plan(props: ConnectorConfig): Promise<SinkPlan> {
    const config = parseS3SinkConfig(props)
    const formats = await loadFormats(config)
    return {
      settings: storeSettingsOf(config),
      retryBackoffMs: Number(config['retry.backoff.ms']),
      writers: (store) => Promise.resolve(openParts({ config, formats, store, log })),
    }
  }

  override preCommit(): Promise<readonly PartitionOffset[]> {
    return Promise.resolve(this.started().takeCommittable())
  }
}
