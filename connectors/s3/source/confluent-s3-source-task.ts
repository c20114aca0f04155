import { JavaPattern, STRING_SCHEMA, SourceRecord, createLogger } from 'sluice/api'
import type { ConnectorConfig, Logger, OffsetStorageReader } from 'sluice/api'
import { simpleName } from 'sluice/storage'
import type { UnreadableError } from 'sluice/storage'
import { confluentKind } from './confluent-formats.ts'
import {
  confluentBucket,
  isGeneric,
  parseConfluentSource,
  topicChooser,
  version,
} from './confluent-source-config.ts'
import type { ConfluentSourceConfig } from './confluent-source-config.ts'
import type { ObjectFeed, ObjectPlan } from './feed.ts'
import { decodeFolders } from './folders.ts'
import { RestoreFeed } from './restore-feed.ts'
import { ScanFeed, taskOfKey } from './scan-feed.ts'
import type { SourceBucket } from './source-bucket.ts'
import { S3SourceTask } from './source-task.ts'
import type { SourcePlan } from './source-task.ts'
import { taskNumberOf } from './task-number.ts'

const pageSize = 1000

/** Reads what Confluent's sink wrote, or any objects, as Confluent's source does. */
export class ConfluentS3SourceTask extends S3SourceTask {
  static readonly className = 'io.confluent.connect.s3.source.S3SourceTask'
  protected override readonly log = createLogger('io.confluent.connect.s3.source.S3SourceTask')

  version(): string {
    return version
  }

  protected override plan(props: ConnectorConfig): SourcePlan {
    const config = parseConfluentSource(props)
    const idleMs = Number(config['s3.poll.interval.ms'])
    return {
      settings: confluentBucket(config),
      pump: (bucket, offsets, log) => ({
        feed: confluentFeed(config, props, { bucket, offsets, log }),
        kind: confluentKind(config),
        batchRecords: config['record.batch.max.size'],
        idleMs: () => idleMs,
        retryMs: Number(config['s3.retry.backoff.ms']),
        onUnreadable: (error, plan) => unreadable(config, error, plan, log),
      }),
    }
  }
}

interface FeedParts {
  readonly bucket: SourceBucket
  readonly offsets: OffsetStorageReader
  readonly log: Logger
}

/** What is read next, by the mode. */
export function confluentFeed(
  config: ConfluentSourceConfig,
  props: ConnectorConfig,
  parts: FeedParts,
): ObjectFeed {
  const startMs = Number(config['file.discovery.starting.timestamp'])
  if (isGeneric(config)) return genericFeed(config, props, parts, startMs)
  const { extension } = confluentKind(config)
  return new RestoreFeed({
    ...parts,
    startMs,
    folders: decodeFolders(props.folders ?? ''),
    delimiter: config['directory.delim'],
    isOneStream: simpleName(config['partitioner.class']) === 'DefaultPartitioner',
    names: new JavaPattern(config['filename.regex']),
    isOfFormat: (name) => isValueOf(name, extension),
    skipsOthers: config['behavior.on.error'].toLowerCase() !== 'fail',
  })
}

/** Keys and headers lie in objects beside those of their values, which alone are read. */
function isValueOf(name: string, extension: string): boolean {
  const plain = name.endsWith('.gz') ? name.slice(0, -3) : name
  return plain.endsWith(extension) && !/\.(?:keys|headers)\.[^+]*$/.test(name)
}

function genericFeed(
  config: ConfluentSourceConfig,
  props: ConnectorConfig,
  { bucket, offsets }: FeedParts,
  startMs: number,
): ScanFeed {
  const topicOf = topicChooser(config['topic.regex.list'])
  const { index, count } = taskNumberOf(props)
  const most = config['bucket.listing.max.objects.threshold']
  return new ScanFeed({
    ...{ bucket, offsets, pageSize, after: null, prefix: config['topics.dir'].trim() },
    mostObjects: most < 0 ? Number.POSITIVE_INFINITY : most,
    target({ key, modifiedMs }) {
      if (modifiedMs < startMs || taskOfKey(key, count) !== index) return null
      const topic = topicOf(key)
      return topic === null ? null : { topic, kafkaPartition: null, keySchema: null, key: null }
    },
  })
}

/** By `behavior.on.error`. */
export function unreadable(
  config: ConfluentSourceConfig,
  error: UnreadableError,
  plan: ObjectPlan,
  log: Logger,
): SourceRecord | null {
  const behavior = config['behavior.on.error'].toLowerCase()
  if (behavior === 'fail') throw error
  log.warn(`${error.message} It is passed over (behavior.on.error=${behavior}).`)
  if (behavior === 'ignore') return null
  const { file, next } = error
  return new SourceRecord(
    plan.sourcePartition,
    plan.offset(next ?? error.record, next === null),
    `${config['parse.error.topic.prefix']}-${plan.topic}`,
    null,
    STRING_SCHEMA,
    file,
    STRING_SCHEMA,
    error.message,
  )
}
