import { SourceTask } from 'sluice/api'
import type { ConnectorConfig, Logger, OffsetStorageReader, SourceRecord } from 'sluice/api'
import { RecordPump } from './record-pump.ts'
import type { RecordPumpOptions } from './record-pump.ts'
import { S3SourceBucket } from './s3-source-bucket.ts'
import type { StoreSettings } from '../store-settings.ts'
import { ScanFeed } from './scan-feed.ts'
import type { SourceBucket } from './source-bucket.ts'

/** What a kind of source makes of its configuration. */
export interface SourcePlan {
  readonly settings: StoreSettings
  readonly pump: (
    bucket: SourceBucket,
    offsets: OffsetStorageReader,
    log: Logger,
  ) => Omit<RecordPumpOptions, 'bucket'>
}

/** Reads objects into records. What is read and where it goes the kinds below decide. */
export abstract class S3SourceTask extends SourceTask {
  #bucket: S3SourceBucket | null = null
  #pump: RecordPump | null = null
  #feed: ScanFeed | null = null

  protected abstract plan(props: ConnectorConfig): SourcePlan
  protected abstract readonly log: Logger

  start(props: ConnectorConfig): void {
    const { settings, pump } = this.plan(props)
    const bucket = new S3SourceBucket(settings)
    this.#bucket = bucket
    const options = pump(bucket, this.context.offsetStorageReader, this.log)
    this.#feed = options.feed instanceof ScanFeed ? options.feed : null
    this.#pump = new RecordPump({ ...options, bucket })
  }

  async poll(signal: AbortSignal): Promise<readonly SourceRecord[] | null> {
    if (this.#pump === null) throw new Error('The S3 source task was not started.')
    return await this.#pump.poll(signal)
  }

  override commitRecord(record: SourceRecord): void {
    this.#feed?.keys.acknowledged(record)
  }

  override commit(): void {
    this.#feed?.keys.committed()
  }

  async stop(): Promise<void> {
    const pump = this.#pump
    this.#pump = null
    await pump?.stop()
    this.#bucket?.close()
    this.#bucket = null
  }
}
