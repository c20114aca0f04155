import { SinkTask, createLogger } from 'sluice/api'
import type {
  ConnectorConfig,
  PartitionOffset,
  RejectedRecord,
  SinkRecord,
  TopicPartition,
} from 'sluice/api'
import { openStore } from './s3-client.ts'
import { parseS3SinkConfig, version } from './s3-sink-config.ts'
import { storeSettingsOf } from './s3-sink-store.ts'
import { loadFormats } from './sink-formats.ts'
import { SinkWriters } from './sink-writers.ts'
import { openParts } from './open-parts.ts'

const log = createLogger('io.confluent.connect.s3.S3SinkTask')

/** Keeps what it is given in objects that are complete before their offsets are committed. */
export class S3SinkTask extends SinkTask {
  static readonly className = 'io.confluent.connect.s3.S3SinkTask'

  #writers: SinkWriters | null = null
  #close: (() => void) | null = null

  version(): string {
    return version
  }

  async start(props: ConnectorConfig, signal: AbortSignal): Promise<void> {
    const config = parseS3SinkConfig(props)
    const formats = await loadFormats(config)
    const { store, close } = openStore(storeSettingsOf(config))
    this.#close = close
    await store.requireBucket(signal)
    const { context } = this
    this.#writers = new SinkWriters({
      ...openParts({ config, formats, store, log }),
      retryBackoffMs: Number(config['retry.backoff.ms']),
      reports: context.errantRecordReporter() !== null,
      now: () => Date.now(),
      rewind: (offsets) => context.offset(offsets),
      pause: (partition) => context.pause([partition]),
      resume: (partition) => context.resume([partition]),
      wakeIn: (ms) => context.timeout(ms),
    })
  }

  async put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<readonly RejectedRecord[] | undefined> {
    return await this.#started().put(records, signal)
  }

  override preCommit(): Promise<readonly PartitionOffset[]> {
    return Promise.resolve(this.#started().takeCommittable())
  }

  override async close(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    await this.#writers?.close(partitions, signal)
  }

  async stop(signal: AbortSignal): Promise<void> {
    const writers = this.#writers
    this.#writers = null
    await writers?.stop(signal)
    this.#close?.()
    this.#close = null
  }

  #started(): SinkWriters {
    if (this.#writers === null) throw new Error('The S3 sink task was not started.')
    return this.#writers
  }
}
