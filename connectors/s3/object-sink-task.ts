import { SinkTask } from 'sluice/api'
import type { ConnectorConfig, RejectedRecord, SinkRecord, TopicPartition } from 'sluice/api'
import { sinkWorkerOf } from 'sluice/storage'
import type { ObjectStore } from './object-store.ts'
import { openStore } from './s3-client.ts'
import { SinkWriters } from './sink-writers.ts'
import type { SinkWritersOptions } from './sink-writers.ts'
import type { StoreSettings } from './store-settings.ts'

/** What a kind of sink makes of its configuration. */
export interface SinkPlan {
  readonly settings: StoreSettings
  /** How long a partition rests that the store could not take. */
  readonly retryBackoffMs: number
  readonly writers: (
    store: ObjectStore,
  ) => Promise<Pick<SinkWritersOptions, 'parts' | 'open' | 'ignoresTombstones'>>
}

/** Writes records to objects. What they hold, and when they are complete, the kinds below decide. */
export abstract class ObjectSinkTask extends SinkTask {
  #writers: SinkWriters | null = null
  #close: (() => void) | null = null

  protected abstract plan(props: ConnectorConfig): Promise<SinkPlan>

  async start(props: ConnectorConfig, signal: AbortSignal): Promise<void> {
    const { settings, retryBackoffMs, writers } = await this.plan(props)
    const { store, close } = openStore(settings)
    this.#close = close
    await store.requireBucket(signal)
    this.#writers = new SinkWriters({
      ...(await writers(store)),
      ...sinkWorkerOf(this.context),
      retryBackoffMs,
      reports: this.context.errantRecordReporter() !== null,
    })
  }

  async put(
    records: readonly SinkRecord[],
    signal: AbortSignal,
  ): Promise<readonly RejectedRecord[] | undefined> {
    return await this.started().put(records, signal)
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

  protected started(): SinkWriters {
    if (this.#writers === null) throw new Error('The S3 sink task was not started.')
    return this.#writers
  }
}
