import { atLeast } from 'sluice/api'
import type { KeySpec } from 'sluice/api'

const connector = { group: 'Connector' } as const
const storage = { group: 'Storage' } as const

/** Confluent's keys for rotation and formats that its storage sinks share (`StorageSinkConnectorConfig`). */
export const storageSinkKeys = {
  'flush.size': {
    type: 'int',
    importance: 'high',
    doc: 'How many records of a topic partition are written before its files are completed, over all directories.',
    ...connector,
  },
  'rotate.interval.ms': {
    type: 'long',
    default: -1,
    importance: 'high',
    doc: 'How many milliseconds, by the time of the records, files are open at most. -1 turns it off.',
    ...connector,
  },
  'rotate.schedule.interval.ms': {
    type: 'long',
    default: -1,
    importance: 'medium',
    doc: 'Completes files by the clock, every so many milliseconds from midnight of timezone on. -1 turns it off.',
    ...connector,
  },
  'schema.compatibility': {
    type: 'string',
    default: 'NONE',
    importance: 'high',
    doc: 'Which schemas may share a file: NONE, BACKWARD, FORWARD or FULL.',
    ...connector,
  },
  'schemas.cache.config': {
    type: 'int',
    default: 1000,
    importance: 'low',
    doc: 'How many converted schemas are kept.',
    ...connector,
  },
  'enhanced.avro.schema.support': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Keep enums, and call the members of a union by their full names.',
    ...connector,
  },
  'connect.meta.data': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Write what Connect knows of a schema beyond Avro, as connect.* properties.',
    ...connector,
  },
  'allow.optional.map.keys': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Write a map whose keys are optional strings as a map of Avro, too.',
    ...connector,
  },
  'avro.codec': {
    type: 'string',
    default: 'null',
    oneOf: ['null', 'deflate', 'snappy', 'bzip2', 'zstandard'],
    importance: 'low',
    doc: 'How the blocks of Avro files are compressed.',
    ...connector,
  },
  'retry.backoff.ms': {
    type: 'long',
    default: 5000,
    importance: 'low',
    doc: 'How many milliseconds to wait before what failed for the moment is tried again.',
    ...connector,
  },
  'filename.offset.zero.pad.width': {
    type: 'int',
    default: 10,
    validator: atLeast(0),
    importance: 'low',
    doc: 'How many digits offsets in names have at least.',
    ...connector,
  },
} as const satisfies Record<string, KeySpec>

/** Confluent's keys for where files lie (`StorageCommonConfig`). */
export const storageCommonKeys = {
  'storage.class': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'The storage, by its Java class. Taken and not used.',
    ...storage,
  },
  'topics.dir': {
    type: 'string',
    default: 'topics',
    importance: 'high',
    doc: 'The directory above those of the topics.',
    ...storage,
  },
  'store.url': {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'The address of the store.',
    ...storage,
  },
  'directory.delim': {
    type: 'string',
    default: '/',
    importance: 'medium',
    doc: 'What stands between directories.',
    ...storage,
  },
  'file.delim': {
    type: 'string',
    default: '+',
    importance: 'medium',
    doc: 'What stands between topic, partition and offsets in names.',
    ...storage,
  },
} as const satisfies Record<string, KeySpec>
