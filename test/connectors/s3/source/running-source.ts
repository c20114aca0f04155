import type {
  ConnectorConfig,
  Logger,
  OffsetStorageReader,
  SourceOffset,
  SourceRecord,
} from '../../../../src/api/index.ts'
import { aivenFeed } from '../../../../connectors/s3/source/aiven-s3-source-task.ts'
import {
  aivenKind,
  parseAivenSource,
} from '../../../../connectors/s3/source/aiven-source-config.ts'
import {
  confluentFeed,
  unreadable,
} from '../../../../connectors/s3/source/confluent-s3-source-task.ts'
import { confluentKind } from '../../../../connectors/s3/source/confluent-formats.ts'
import {
  folderLayout,
  isGeneric,
  parseConfluentSource,
} from '../../../../connectors/s3/source/confluent-source-config.ts'
import type { ObjectFeed } from '../../../../connectors/s3/source/feed.ts'
import { encodeFolders, listFolders } from '../../../../connectors/s3/source/folders.ts'
import { RecordPump } from '../../../../connectors/s3/source/record-pump.ts'
import type { RecordPumpOptions } from '../../../../connectors/s3/source/record-pump.ts'
import { ScanFeed } from '../../../../connectors/s3/source/scan-feed.ts'
import type { MemoryBucket } from './memory-bucket.ts'

export const never = new AbortController().signal

/** Offsets as the worker keeps them. */
export class Offsets implements OffsetStorageReader {
  readonly stored = new Map<string, SourceOffset>()

  offset(partition: Readonly<Record<string, unknown>>): Promise<SourceOffset | null> {
    return Promise.resolve(this.stored.get(JSON.stringify(partition)) ?? null)
  }

  offsets(
    partitions: readonly Readonly<Record<string, unknown>>[],
  ): Promise<readonly (SourceOffset | null)[]> {
    return Promise.all(partitions.map((each) => this.offset(each)))
  }

  store({ sourcePartition, sourceOffset }: SourceRecord): void {
    if (sourceOffset !== null) this.stored.set(JSON.stringify(sourcePartition), sourceOffset)
  }
}

/** A task's reading, with a worker around it. */
export class RunningSource {
  readonly warnings: string[] = []
  readonly feed: ObjectFeed
  readonly #pump: RecordPump
  readonly #offsets: Offsets
  #idle = 0

  private constructor(
    offsets: Offsets,
    make: (log: Logger) => Omit<RecordPumpOptions, 'idleMs' | 'retryMs'>,
  ) {
    const log: Logger = {
      ...{ name: 'test', isEnabled: () => false, withContext: () => log },
      ...{ error: () => undefined, info: () => undefined },
      ...{ debug: () => undefined, trace: () => undefined },
      warn: (message) => void this.warnings.push(message),
    }
    const options = make(log)
    this.feed = options.feed
    this.#offsets = offsets
    const idleMs = (looks: number): number => {
      this.#idle = looks + 1
      return 1
    }
    this.#pump = new RecordPump({ ...options, idleMs, retryMs: 1 })
  }

  static async confluent(
    bucket: MemoryBucket,
    props: ConnectorConfig,
    offsets = new Offsets(),
  ): Promise<RunningSource> {
    const all = { 's3.bucket.name': 'bucket', ...props }
    const config = parseConfluentSource(all)
    const folders = isGeneric(config) ? [] : await listFolders(bucket, folderLayout(config), never)
    const withFolders = { ...all, folders: encodeFolders(folders) }
    return new RunningSource(offsets, (log) => ({
      bucket,
      feed: confluentFeed(config, withFolders, { bucket, offsets, log }),
      kind: confluentKind(config),
      batchRecords: config['record.batch.max.size'],
      onUnreadable: (error, plan) => unreadable(config, error, plan, log),
    }))
  }

  static aiven(
    bucket: MemoryBucket,
    props: ConnectorConfig,
    offsets = new Offsets(),
  ): RunningSource {
    const config = parseAivenSource({ 'aws.s3.bucket.name': 'bucket', ...props })
    return new RunningSource(offsets, (log) => ({
      bucket,
      feed: aivenFeed(config, props, bucket, offsets),
      kind: aivenKind(config, 'file.compression.type' in props),
      batchRecords: config['max.poll.records'],
      onUnreadable(error) {
        if (config['errors.tolerance'] !== 'all') throw error
        log.warn(error.message)
        return null
      },
    }))
  }

  async poll(signal = never): Promise<readonly SourceRecord[]> {
    return (await this.#pump.poll(signal)) ?? []
  }

  /** Polls until there is nothing more, at most `most` records; stores the offsets of what came where `stores` says so. */
  async drain(most = Number.POSITIVE_INFINITY, stores = true): Promise<SourceRecord[]> {
    const found: SourceRecord[] = []
    this.#idle = 0
    for (let turn = 0; this.#idle === 0 && found.length < most; turn++) {
      if (turn > 100_000) throw new Error('The source does not come to an end.')
      found.push(...(await this.poll()))
    }
    if (stores) this.commit(found)
    return found
  }

  /** These were sent and their offsets stored. */
  commit(records: readonly SourceRecord[]): void {
    for (const record of records) {
      this.#offsets.store(record)
      if (this.feed instanceof ScanFeed) this.feed.keys.acknowledged(record)
    }
    if (this.feed instanceof ScanFeed) this.feed.keys.committed()
  }

  async stop(): Promise<void> {
    await this.#pump.stop()
  }
}
