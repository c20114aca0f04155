import { SchemaBuilder, createLogger } from 'sluice/api'
import type { ConnectorConfig, OffsetStorageReader } from 'sluice/api'
import { aivenKind, aivenVersion, isByPartition, parseAivenSource } from './aiven-source-config.ts'
import type { AivenSourceConfig } from './aiven-source-config.ts'
import { storeOf } from '../aiven/aiven-config.ts'
import { NameTemplate } from './name-template.ts'
import { ScanFeed, taskOfKey } from './scan-feed.ts'
import type { SourceBucket } from './source-bucket.ts'
import { S3SourceTask } from './source-task.ts'
import type { SourcePlan } from './source-task.ts'
import { taskNumberOf } from './task-number.ts'

const keySchema = SchemaBuilder.bytes().optional().build()
const retryMs = 1000
/** How long nothing is waited for at most. */
const mostIdleMs = 4096

/** Reads objects whose keys say where they belong, as Aiven's source does. */
export class AivenS3SourceTask extends S3SourceTask {
  static readonly className = 'io.aiven.kafka.connect.s3.source.S3SourceTask'
  protected override readonly log = createLogger('io.aiven.kafka.connect.s3.source.S3SourceTask')

  version(): string {
    return aivenVersion
  }

  protected override plan(props: ConnectorConfig): SourcePlan {
    const config = parseAivenSource(props)
    const tolerates = config['errors.tolerance'].toLowerCase() === 'all'
    return {
      settings: storeOf(config),
      pump: (bucket, offsets, log) => ({
        feed: aivenFeed(config, props, bucket, offsets),
        kind: aivenKind(config, 'file.compression.type' in props),
        batchRecords: config['max.poll.records'],
        idleMs: (looks) => Math.min(mostIdleMs, 2 ** Math.min(looks, 12)),
        retryMs,
        onUnreadable(error) {
          if (!tolerates) throw error
          log.warn(`${error.message} It is passed over (errors.tolerance=all).`)
          return null
        },
      }),
    }
  }
}

/** What is read next: what the template matches and is this task's. */
export function aivenFeed(
  config: AivenSourceConfig,
  props: ConnectorConfig,
  bucket: SourceBucket,
  offsets: OffsetStorageReader,
): ScanFeed {
  const template = new NameTemplate(config['file.name.template'])
  const { index, count } = taskNumberOf(props)
  const byPartition = isByPartition(config)
  return new ScanFeed({
    ...{ bucket, offsets, prefix: config['aws.s3.prefix'] ?? '' },
    after: config['native.start.key'],
    pageSize: Math.min(1000, config['aws.s3.fetch.page.size']),
    mostObjects: Number.POSITIVE_INFINITY,
    target({ key }) {
      const named = template.read(key)
      const topic = config.topic ?? named?.topic ?? null
      if (named === null || topic === null) return null
      const task = byPartition ? (named.partition ?? 0) % count : taskOfKey(key, count)
      if (task !== index) return null
      return { topic, kafkaPartition: named.partition, keySchema, key: Buffer.from(key) }
    },
  })
}
