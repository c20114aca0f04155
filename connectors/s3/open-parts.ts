import type { Logger, TopicPartition } from 'sluice/api'
import {
  JodaZone,
  SpillFile,
  createPartitioner,
  objectName,
  schemaCompatibilityOf,
} from 'sluice/storage'
import type { NameStyle, Partitioner, RotationRules } from 'sluice/storage'
import { FileCommitter } from './file-committer.ts'
import type { CommitterOptions, ConflictPolicy } from './file-committer.ts'
import type { ObjectStore } from './object-store.ts'
import type { OpenFile } from './open-file.ts'
import type { PartitionWriter } from './partition-writer.ts'
import type { S3SinkConfig } from './s3-sink-config.ts'
import type { SinkFormats } from './sink-formats.ts'
import type { SinkParts } from './sink-parts.ts'
import { TopicPartitionWriter } from './topic-partition-writer.ts'

export interface OpenPartsOptions {
  readonly config: S3SinkConfig
  readonly formats: SinkFormats
  readonly store: ObjectStore
  readonly log: Logger
}

/** What the writers of a task share, by its configuration. Throws a ConfigError. */
export function openParts(options: OpenPartsOptions): {
  readonly parts: SinkParts
  /** Begins a partition. */
  open(topicPartition: TopicPartition, nowMs: number): PartitionWriter
  /** Whether records without a value are left out. */
  readonly ignoresTombstones: boolean
} {
  const { config, formats, store, log } = options
  const partitioner = createPartitioner(config, config['directory.delim'])
  const names: NameStyle = {
    topicsDir: config['topics.dir'],
    directoryDelimiter: config['directory.delim'],
    fileDelimiter: config['file.delim'],
    padWidth: config['filename.offset.zero.pad.width'],
  }
  const behavior = config['behavior.on.null.values'].toLowerCase()
  const parts: SinkParts = {
    ...{ log, partitioner, formats, names },
    rotation: rotationRules(config, partitioner),
    affix: config['s3.schema.partition.affix.type'],
    tombstones: {
      behavior: behavior === 'ignore' || behavior === 'write' ? behavior : 'fail',
      report: config['report.null.values.to.dlq'],
      directory: config['tombstone.encoded.partition'],
    },
    objects: { store, spill: new SpillFile(), partBytes: config['s3.part.size'] },
    budget: { used: 0, limit: Number(config['s3.buffer.memory']) },
    maxScan: config['max.files.scan.limit'],
  }
  const tagging: Pick<CommitterOptions, 'tags' | 'failsOnTagging'> = {
    tags: tagsOf(config),
    failsOnTagging: config['s3.object.behavior.on.tagging.error'].toLowerCase() === 'fail',
  }
  const policy = policyOf(config, partitioner)
  const ofTombstones = `.keys${formats.keys?.extension ?? ''}`
  const keyOf: CommitterOptions['keyOf'] = ({ topic, partition, directory, values }, start) => {
    const extension = values === null ? ofTombstones : formats.values.extension
    return objectName(names, { topic, partition, directory, start, extension })
  }
  const committer = new FileCommitter({ store, policy, keyOf, log, ...tagging })
  return {
    parts,
    open: (of, nowMs) => new TopicPartitionWriter(parts, committer, of, nowMs),
    ignoresTombstones: parts.tombstones.behavior === 'ignore',
  }
}

function rotationRules(config: S3SinkConfig, partitioner: Partitioner): RotationRules {
  const scheduleMs = Number(config['rotate.schedule.interval.ms'])
  return {
    flushSize: config['flush.size'],
    intervalMs: partitioner.byTime ? Number(config['rotate.interval.ms']) : -1,
    scheduleMs,
    zone: scheduleMs > 0 ? new JodaZone(config.timezone) : null,
    onPartitionChange: config['rotate.file.on.partition.change'],
    compatibility: schemaCompatibilityOf(config['schema.compatibility']),
    maxOpenFiles: config['partitioner.max.open.files'],
    tombstoneDirectory:
      config['behavior.on.null.values'].toLowerCase() === 'write'
        ? config['tombstone.encoded.partition']
        : null,
  }
}

/** Where the clock decides about objects, a replay makes others: those that are there are kept. */
function policyOf(config: S3SinkConfig, partitioner: Partitioner): ConflictPolicy {
  if (!config['enable.conditional.writes']) return 'ignore'
  const byClock = config['rotate.schedule.interval.ms'] > 0 || !partitioner.deterministic
  return byClock ? 'keep' : 'replace'
}

function tagsOf(config: S3SinkConfig): CommitterOptions['tags'] {
  if (!config['s3.object.tagging']) return null
  const more = config['s3.object.tagging.key.value.pairs'].map((pair): [string, string] => {
    const colon = pair.indexOf(':')
    return [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()]
  })
  return ({ start, end, records }: OpenFile) => ({
    startOffset: String(start),
    endOffset: String(end),
    recordCount: String(records),
    ...Object.fromEntries(more),
  })
}
