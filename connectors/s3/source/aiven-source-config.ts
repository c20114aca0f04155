import { BYTES_SCHEMA, atLeast, configDef, isBlank, oneOfIgnoringCase } from 'sluice/api'
import type { ConfigOf, ConnectorConfig, KeySpec } from 'sluice/api'
import {
  AvroReader,
  ParquetReader,
  blocksReader,
  jsonReader,
  refuseConflicts,
} from 'sluice/storage'
import type { Conflict, FileCompression } from 'sluice/storage'
import { conflictsIn, storeOf } from '../aiven/aiven-config.ts'
import { awsKeys } from '../aiven/aiven-keys.ts'
import { NameTemplate } from './name-template.ts'
import type { ObjectKind } from './open-object.ts'

/** The release of Aiven's source whose keys these are. */
export const aivenVersion = '3.4.1'

const aws = { group: 'AWS', importance: 'medium' } as const
const source = { group: 'Source', importance: 'medium' } as const
const formats = ['avro', 'parquet', 'jsonl', 'bytes']
const compressions = ['none', 'gzip', 'snappy', 'zstd']

const bucketKeys = {
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
export const aivenSourceConfig = configDef({ ...fileKeys, ...awsKeys, ...bucketKeys })
export type AivenSourceConfig = ConfigOf<typeof aivenSourceConfig>

/** Reads a configuration. Throws a ConfigError. */
export function parseAivenSource(props: ConnectorConfig): AivenSourceConfig {
  const config = aivenSourceConfig.parse(props)
  refuseConflicts(aivenConflicts(config))
  return config
}

/** What keys say against each other. */
export function aivenConflicts(config: AivenSourceConfig): Conflict[] {
  const name = 'file.name.template'
  return conflictsIn(name, () => {
    const template = new NameTemplate(config[name])
    if (isBlank(config.topic) && !template.hasTopic) {
      return [{ name: 'topic', message: 'set it, or have {{topic}} in file.name.template.' }]
    }
    if (isByPartition(config) && !template.hasPartition) {
      return [{ name, message: 'distribution.type=partition needs {{partition}} in it.' }]
    }
    storeOf(config)
    return []
  })
}

export function isByPartition(config: AivenSourceConfig): boolean {
  return config['distribution.type'].toLowerCase() === 'partition'
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
