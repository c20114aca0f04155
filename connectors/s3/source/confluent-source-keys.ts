import { atLeast, oneOfIgnoringCase } from 'sluice/api'
import type { KeySpec } from 'sluice/api'
import { partitionerClasses } from 'sluice/storage'
import { bucketKeys } from './confluent-bucket-keys.ts'
import { csvKeys } from './confluent-csv.ts'

const source = { group: 'Source' } as const

const sinkFormats = [
  'avro.AvroFormat',
  'json.JsonFormat',
  'bytearray.ByteArrayFormat',
  'parquet.ParquetFormat',
]
const cloudFormats = ['Avro', 'Json', 'ByteArray', 'Parquet', 'Csv', 'CSV']

/** Formats by their classes: those of the sink, and those of the generalized source. */
const sinkFormatClasses = sinkFormats.map((name) => `io.confluent.connect.s3.format.${name}`)
export const sourceFormatClasses: readonly string[] = [
  ...sinkFormatClasses,
  ...cloudFormats.map(
    (name) => `io.confluent.connect.cloud.storage.source.format.CloudStorage${name}Format`,
  ),
]

const layoutKeys = {
  mode: {
    type: 'string',
    default: 'RESTORE_BACKUP',
    validator: oneOfIgnoringCase('RESTORE_BACKUP', 'GENERIC'),
    importance: 'high',
    doc: 'RESTORE_BACKUP reads what the S3 sink wrote back to its topics and partitions, GENERIC any objects.',
    ...source,
  },
  'format.class': {
    type: 'class',
    classes: sourceFormatClasses,
    importance: 'high',
    doc: 'What objects hold.',
    ...source,
  },
  'topics.dir': {
    type: 'string',
    default: 'topics',
    importance: 'high',
    doc: 'What the names of all objects begin with.',
    ...source,
  },
  'directory.delim': {
    type: 'string',
    default: '/',
    importance: 'medium',
    doc: 'What stands between directories.',
    ...source,
  },
  'partitioner.class': {
    type: 'class',
    classes: partitionerClasses,
    default: 'io.confluent.connect.storage.partitioner.DefaultPartitioner',
    importance: 'high',
    doc: 'Of RESTORE_BACKUP: how the sink divided records into directories.',
    ...source,
  },
  'partition.field.name': {
    type: 'list',
    default: '',
    importance: 'medium',
    doc: 'Of FieldPartitioner: its fields.',
    ...source,
  },
  'path.format': {
    type: 'string',
    default: '',
    importance: 'medium',
    doc: 'Of TimeBasedPartitioner: its directories.',
    ...source,
  },
  'topic.regex.list': {
    type: 'list',
    default: '',
    importance: 'high',
    doc: 'Of GENERIC: topic:regex, several with commas. An object goes to the topic of the first that matches its whole key; others are passed over.',
    ...source,
  },
  'filename.regex': {
    type: 'string',
    default: '(.+)\\+(\\d+)\\+.+$',
    importance: 'low',
    doc: 'Of RESTORE_BACKUP: topic and partition within the names of objects.',
    ...source,
  },
  folders: {
    type: 'list',
    default: '',
    importance: 'low',
    doc: 'Set by the connector for each task: the folders that it reads.',
    ...source,
  },
} as const satisfies Record<string, KeySpec>

const readingKeys = {
  'task.batch.size': {
    type: 'int',
    default: 10,
    validator: atLeast(1),
    importance: 'high',
    doc: 'How many objects a task reads at once.',
    ...source,
  },
  'file.discovery.starting.timestamp': {
    type: 'long',
    default: 0,
    importance: 'low',
    doc: 'Objects that are older are passed over; milliseconds since the epoch.',
    ...source,
  },
  'bucket.listing.max.objects.threshold': {
    type: 'int',
    default: -1,
    importance: 'low',
    doc: 'Most objects of a listing; -1 for all.',
    ...source,
  },
  'bucket.scan.executor.threads': {
    type: 'int',
    default: 5,
    validator: atLeast(1),
    importance: 'low',
    doc: 'How many folders are listed at once.',
    ...source,
  },
  's3.poll.interval.ms': {
    type: 'long',
    default: 60_000,
    min: 1,
    importance: 'medium',
    doc: 'How many milliseconds to wait before the bucket is listed again.',
    ...source,
  },
  'record.batch.max.size': {
    type: 'int',
    default: 200,
    validator: atLeast(1),
    importance: 'medium',
    doc: 'Most records of a poll.',
    ...source,
  },
  'schema.cache.size': {
    type: 'int',
    default: 50,
    validator: atLeast(1),
    importance: 'low',
    doc: 'How many converted schemas are kept.',
    ...source,
  },
  'behavior.on.error': {
    type: 'string',
    default: 'fail',
    validator: oneOfIgnoringCase('fail', 'ignore', 'log'),
    importance: 'high',
    doc: 'What to do about an object or record that cannot be read: fail the task, ignore it, or log it to a topic.',
    ...source,
  },
  'parse.error.topic.prefix': {
    type: 'string',
    default: 'error',
    importance: 'high',
    doc: 'Of log: what the name of that topic begins with; a hyphen and the topic follow.',
    ...source,
  },
  'format.bytearray.extension': {
    type: 'string',
    default: '.bin',
    importance: 'low',
    doc: 'Of ByteArrayFormat: the end of names.',
    ...source,
  },
  'format.bytearray.separator': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Of ByteArrayFormat: what stands between records; a newline where it is left out.',
    ...source,
  },
  'format.json.schema.enable': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    doc: 'JSON holds the schema of each value beside it.',
    ...source,
  },
  'enhanced.avro.schema.support': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Keep enums, and call the members of a union by their full names.',
    ...source,
  },
} as const satisfies Record<string, KeySpec>

const [avroFormat = ''] = sinkFormatClasses

/** What we take beyond Confluent's keys: the sink's, so that a configuration of it says how to read what it wrote. */
export const ownSourceKeys = {
  'store.kafka.keys': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Of RESTORE_BACKUP: whether keys are restored, from the objects beside those of values.',
    ...source,
  },
  'store.kafka.headers': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Of RESTORE_BACKUP: whether headers are restored, from the objects beside those of values.',
    ...source,
  },
  'keys.format.class': {
    type: 'class',
    classes: sinkFormatClasses,
    default: avroFormat,
    importance: 'low',
    doc: 'What the objects of keys hold.',
    ...source,
  },
  'headers.format.class': {
    type: 'class',
    classes: sinkFormatClasses.filter((name) => !name.endsWith('.ByteArrayFormat')),
    default: avroFormat,
    importance: 'low',
    doc: 'What the objects of headers hold.',
    ...source,
  },
} as const satisfies Record<string, KeySpec>

/** The keys of Confluent's S3SourceConnector. */
export const confluentSourceKeys = { ...layoutKeys, ...bucketKeys, ...readingKeys, ...csvKeys }
