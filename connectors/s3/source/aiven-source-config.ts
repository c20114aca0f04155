import {
  BYTES_SCHEMA,
  ConfigError,
  atLeast,
  configDef,
  isBlank,
  oneOfIgnoringCase,
} from 'sluice/api'
import type { ConfigOf, ConnectorConfig, KeySpec } from 'sluice/api'
import { AvroReader, ParquetReader, blocksReader, jsonReader } from 'sluice/storage'
import type { FileCompression } from 'sluice/storage'
import { NameTemplate } from './name-template.ts'
import type { ObjectKind } from './open-object.ts'
import type { BucketSettings } from './s3-source-bucket.ts'
import { endpointOf, ownCredentials } from './source-credentials.ts'

/** The release of Aiven's source whose keys these are. */
export const aivenVersion = '3.4.1'

const aws = { group: 'AWS', importance: 'medium' } as const
const source = { group: 'Source', importance: 'medium' } as const
const formats = ['avro', 'parquet', 'jsonl', 'bytes']
const compressions = ['none', 'gzip', 'snappy', 'zstd']

const awsKeys = {
  'aws.access.key.id': { type: 'password', default: null, doc: 'The access key.', ...aws },
  'aws.secret.access.key': { type: 'password', default: null, doc: 'Its secret key.', ...aws },
  'aws.credentials.provider': {
    type: 'string',
    default: null,
    doc: 'Where credentials come from that are not given here: what the AWS SDK finds, by the names of its Java classes.',
    ...aws,
  },
  'aws.s3.bucket.name': { type: 'string', doc: 'The bucket that is read.', ...aws },
  'aws.s3.endpoint': { type: 'string', default: null, doc: "Another store than Amazon's.", ...aws },
  'aws.s3.region': {
    type: 'string',
    default: null,
    doc: 'The region of the bucket; us-east-1 where it is left out.',
    ...aws,
  },
  'aws.s3.prefix': {
    type: 'string',
    default: null,
    doc: 'What the keys of all objects begin with.',
    ...aws,
  },
  'aws.s3.fetch.page.size': {
    type: 'int',
    default: 10,
    validator: atLeast(1),
    doc: 'How many objects are listed at once.',
    ...aws,
  },
  'native.start.key': {
    type: 'string',
    default: null,
    doc: 'Only objects whose keys come behind it are read.',
    ...aws,
  },
  'aws.s3.backoff.max.retries': {
    type: 'int',
    default: 3,
    validator: atLeast(1),
    doc: 'How often a request is tried again.',
    ...aws,
  },
} as const satisfies Record<string, KeySpec>

const fileKeys = {
  topic: {
    type: 'string',
    default: null,
    doc: 'The topic of all records; else {{topic}} of file.name.template.',
    ...source,
  },
  'file.name.template': {
    type: 'string',
    importance: 'high',
    group: 'Source',
    doc: 'A regular expression that is found in the keys of the objects, with {{topic}}, {{partition}}, {{start_offset}} and {{timestamp}}.',
  },
  'input.format': {
    type: 'string',
    default: 'bytes',
    validator: oneOfIgnoringCase(...formats),
    doc: 'What objects hold: avro, parquet, jsonl or bytes.',
    ...source,
  },
  'file.compression.type': {
    type: 'string',
    default: 'none',
    validator: oneOfIgnoringCase(...compressions),
    doc: 'How whole objects are compressed. Where it is left out, the first bytes of jsonl and avro decide.',
    ...source,
  },
  'distribution.type': {
    type: 'string',
    default: 'object_hash',
    validator: oneOfIgnoringCase('object_hash', 'partition'),
    doc: 'What decides which task reads an object: its key, or {{partition}}.',
    ...source,
  },
  'max.poll.records': {
    type: 'int',
    default: 500,
    validator: atLeast(1),
    doc: 'Most records of a poll.',
    ...source,
  },
  'ring.buffer.size': {
    type: 'int',
    default: 1000,
    validator: atLeast(1),
    doc: 'Taken and not used: keys are remembered as long as it takes to store that they were read.',
    ...source,
  },
  'errors.tolerance': {
    type: 'string',
    default: 'none',
    validator: oneOfIgnoringCase('none', 'all'),
    doc: 'Whether objects and records that cannot be read are passed over (all) or fail the task (none).',
    ...source,
  },
  'transformer.max.buffer.size': {
    type: 'int',
    default: 4096,
    validator: atLeast(1),
    doc: 'Of bytes: how many make a record.',
    ...source,
  },
} as const satisfies Record<string, KeySpec>

/** The keys of Aiven's S3SourceConnector. */
export const aivenSourceConfig = configDef({ ...fileKeys, ...awsKeys })
export type AivenSourceConfig = ConfigOf<typeof aivenSourceConfig>

/** Reads a configuration. Throws a ConfigError. */
export function parseAivenSource(props: ConnectorConfig): AivenSourceConfig {
  const config = aivenSourceConfig.parse(props)
  for (const { name, message } of aivenConflicts(config)) {
    throw new ConfigError(`Invalid value for configuration ${name}: ${message}`)
  }
  return config
}

/** What keys say against each other. */
export function aivenConflicts(
  config: AivenSourceConfig,
): { readonly name: string; readonly message: string }[] {
  const name = 'file.name.template'
  try {
    const template = new NameTemplate(config[name])
    if (isBlank(config.topic) && !template.hasTopic) {
      return [{ name: 'topic', message: 'set it, or have {{topic}} in file.name.template.' }]
    }
    if (isByPartition(config) && !template.hasPartition) {
      return [{ name, message: 'distribution.type=partition needs {{partition}} in it.' }]
    }
    return []
  } catch (error) {
    return [{ name, message: error instanceof Error ? error.message : String(error) }]
  }
}

export function isByPartition(config: AivenSourceConfig): boolean {
  return config['distribution.type'].toLowerCase() === 'partition'
}

export function aivenBucket(config: AivenSourceConfig): BucketSettings {
  const region = config['aws.s3.region']
  const endpoint = endpointOf(config['aws.s3.endpoint'])
  return {
    ...{ bucket: config['aws.s3.bucket.name'], endpoint },
    region: region === null || isBlank(region) ? 'us-east-1' : region,
    // Stores of one's own seldom have a name for each bucket.
    pathStyle: endpoint !== null,
    accelerate: false,
    attempts: config['aws.s3.backoff.max.retries'] + 1,
    proxy: null,
    credentials: ownCredentials({
      key: 'aws.credentials.provider',
      provider: config['aws.credentials.provider'],
      accessKeyId: config['aws.access.key.id']?.value ?? '',
      secretAccessKey: config['aws.secret.access.key']?.value ?? '',
    }),
    customerKey: null,
  }
}

const objectsAtOnce = 8

/** How objects are read. `isNamed` says whether the configuration itself names a compression. */
export function aivenKind(config: AivenSourceConfig, isNamed: boolean): ObjectKind {
  const named = config['file.compression.type'].toLowerCase() as FileCompression
  const byDefault = isNamed ? named : 'detect'
  switch (config['input.format'].toLowerCase()) {
    case 'avro':
      return {
        ...{ atOnce: objectsAtOnce, compression: () => byDefault },
        reader: () => new AvroReader(),
      }
    case 'parquet':
      // A row group of each would be in memory; pages are compressed, and not the file.
      return { atOnce: 1, compression: () => 'none', reader: () => new ParquetReader() }
    case 'jsonl':
      return {
        ...{ atOnce: objectsAtOnce, compression: () => byDefault },
        reader: () => jsonReader(false),
      }
    default: {
      const size = config['transformer.max.buffer.size']
      return {
        ...{ atOnce: objectsAtOnce, compression: () => named },
        reader: () => blocksReader(size, BYTES_SCHEMA),
      }
    }
  }
}
