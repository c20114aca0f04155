import { ConfigError, asError, configDef, isBlank, mergeConfigDefs } from 'sluice/api'
import type { ConfigOf, ConnectorConfig, Password } from 'sluice/api'
import { JodaZone, simpleName } from 'sluice/storage'
import type { Conflict, FileCompression } from 'sluice/storage'
import { isChain } from '../sdk-chain.ts'
import type { OwnCredentials, StoreCredentials, StoreSettings } from '../store-settings.ts'
import { defaultSuffix } from './aiven-formats.ts'
import { aivenKeys, deprecatedKeys } from './aiven-keys.ts'
import { groupingOf } from './grouping.ts'
import type { ObjectNamesOptions } from './object-names.ts'
import type { OutputField } from './record-format.ts'
import { Template } from './template.ts'

/** The keys of Aiven's sink. */
export const aivenConfig = configDef({ ...aivenKeys, ...deprecatedKeys })

/** What we take beyond them. Apart, so that the keys the REST API lists stay Aiven's. */
const ownConfig = configDef({
  's3.buffer.memory': {
    type: 'long',
    default: 256 * 1024 * 1024,
    min: 16 * 1024 * 1024,
    importance: 'medium',
    doc: 'How many bytes of objects a task holds in memory. Beyond it what is largest goes to a temporary file.',
  },
  'enable.conditional.writes': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Whether an object that holds more records of the same topic is kept.',
  },
})

const allKeys = mergeConfigDefs(aivenConfig, ownConfig)
type Parsed = ConfigOf<typeof allKeys>
/** What is said of the store. Aiven's source has the same keys. */
type AwsConfig = Pick<Parsed, Extract<keyof Parsed, `aws${string}`>>

/** S3 takes no smaller parts, but for the last one. */
const leastPartBytes = 5 * 1024 * 1024
const restMs = 5000

export interface AivenSettings {
  readonly store: StoreSettings
  readonly names: ObjectNamesOptions
  readonly output: {
    readonly type: 'avro' | 'csv' | 'json' | 'jsonl' | 'parquet'
    /** In the order in which they are asked for. */
    readonly fields: readonly OutputField[]
    readonly valueEncoding: 'base64' | 'none'
    readonly envelope: boolean
    readonly compression: FileCompression
    readonly avroCodec: string
    /** The configuration, for the keys of AvroData. */
    readonly mapping: Readonly<Record<string, string>>
  }
  readonly maxRecords: number
  readonly partBytes: number
  readonly bufferBytes: number
  readonly conditionalWrites: boolean
  /** How long a partition rests that the store could not take. */
  readonly retryBackoffMs: number
}

/** A ConfigError that is about one key. */
export class KeyError extends ConfigError {
  readonly key: string

  constructor(key: string, message: string) {
    super(message)
    this.key = key
  }
}

/** What `find` finds, or throws: at the key that it is about, or else at this one. */
export function conflictsIn(key: string, find: () => Conflict[]): Conflict[] {
  try {
    return find()
  } catch (error) {
    return [{ name: error instanceof KeyError ? error.key : key, message: asError(error).message }]
  }
}

/** Reads a configuration. Throws a ConfigError. */
export function parseAivenConfig(props: ConnectorConfig): AivenSettings {
  const config = allKeys.parse(props)
  const output = outputOf(config, props)
  const maxRecords = config['file.max.records']
  return {
    ...{ store: storeOf(config), output, maxRecords },
    names: namesOf(config, output, maxRecords),
    partBytes: Math.max(config['aws.s3.part.size.bytes'], leastPartBytes),
    bufferBytes: Number(config['s3.buffer.memory']),
    conditionalWrites: config['enable.conditional.writes'],
    retryBackoffMs: Number(config['kafka.retry.backoff.ms'] ?? restMs),
  }
}

function outputOf(config: Parsed, props: ConnectorConfig): AivenSettings['output'] {
  const fields = config['format.output.fields'] ?? config.output_fields ?? ['value']
  const envelope = config['format.output.envelope']
  if (!envelope && fields.length !== 1) {
    throw new KeyError(
      'format.output.envelope',
      'When format.output.envelope is false, format.output.fields must contain only one field',
    )
  }
  const compression = config['file.compression.type'] ?? config.output_compression ?? 'gzip'
  return {
    type: config['format.output.type'].toLowerCase() as AivenSettings['output']['type'],
    fields: fields as readonly OutputField[],
    valueEncoding:
      config['format.output.fields.value.encoding'].toLowerCase() === 'none' ? 'none' : 'base64',
    envelope,
    compression: compression.toLowerCase() as FileCompression,
    avroCodec: config['avro.codec'] ?? 'null',
    mapping: props,
  }
}

function namesOf(
  config: Parsed,
  output: AivenSettings['output'],
  maxRecords: number,
): ObjectNamesOptions {
  const key = 'file.name.template'
  const suffix = defaultSuffix(output)
  const name = config[key] ?? `{{topic}}-{{partition}}-{{start_offset}}${suffix}`
  const template = ofKey(key, () => new Template(config['file.prefix.template'] + name, key))
  const grouping = ofKey(key, () => groupingOf(template, key))
  if (grouping === 'latest of key' && maxRecords > 1) {
    const said = `When ${key} is ${template.text}, file.max.records must be either 1 or not set`
    throw new KeyError('file.max.records', said)
  }
  const oldKey = config['aws.s3.prefix'] === null ? 'aws_s3_prefix' : 'aws.s3.prefix'
  const old = config[oldKey]
  return {
    ...{ template, grouping, timestamps: timestampsOf(config), oldSuffix: suffix },
    oldPrefix: old === null ? null : ofKey(oldKey, () => new Template(inYears(old), oldKey)),
  }
}

/** Older releases wrote years in capitals. */
function inYears(template: string): string {
  const pattern = /\{\{\s*timestamp\s*:\s*unit\s*=\s*YYYY\s*\}\}/g
  return template.replaceAll(pattern, '{{timestamp:unit=yyyy}}')
}

function timestampsOf(config: Parsed): ObjectNamesOptions['timestamps'] {
  const [zoneKey, sourceKey] = [
    'file.name.timestamp.timezone',
    'file.name.timestamp.source',
  ] as const
  const zone = config[zoneKey] === 'Z' ? config['timestamp.timezone'] : config[zoneKey]
  const isDefault = config[sourceKey].toLowerCase() === 'wallclock'
  const source = isDefault ? config['timestamp.source'] : config[sourceKey]
  return {
    source: source.toLowerCase() === 'event' ? 'event' : 'wallclock',
    zone: new JodaZone(zone, zoneKey),
  }
}

/** The way to the bucket. Throws a KeyError. */
export function storeOf(config: AwsConfig): StoreSettings {
  const bucket = config['aws.s3.bucket.name'] ?? config.aws_s3_bucket
  if (bucket === null) {
    throw new KeyError(
      'aws.s3.bucket.name',
      'Neither aws.s3.bucket.name nor aws_s3_bucket properties have been set',
    )
  }
  const endpoint = config['aws.s3.endpoint'] ?? config.aws_s3_endpoint
  return {
    ...{ bucket, endpoint, pathStyle: endpoint !== null, accelerate: false, expectContinue: true },
    region: config['aws.s3.region'] ?? config.aws_s3_region ?? 'us-east-1',
    attempts: config['aws.s3.backoff.max.retries'] + 1,
    backoffMs: Number(config['aws.s3.backoff.delay.ms']),
    mostBackoffMs: Number(config['aws.s3.backoff.max.delay.ms']),
    proxy: null,
    credentials: credentialsOf(config),
    objects: {
      serverSideEncryption: config[
        'aws.s3.sse.algorithm'
      ] as StoreSettings['objects']['serverSideEncryption'],
      ...{ kmsKeyId: null, customerKey: null, acl: null },
      ...{ checksums: endpoint === null, digest: false },
    },
  }
}

function credentialsOf(config: AwsConfig): StoreCredentials {
  const role = config['aws.sts.role.arn']
  const base = baseCredentialsOf(config)
  if (role === null) return base
  const sessionName = config['aws.sts.role.session.name']
  if (sessionName === null) {
    const said = 'aws.sts.role.session.name must be set together with aws.sts.role.arn'
    throw new KeyError('aws.sts.role.session.name', said)
  }
  const region = config['aws.s3.region'] ?? config.aws_s3_region
  const endpoint = config['aws.sts.config.endpoint']
  const isGlobal = endpoint === aivenKeys['aws.sts.config.endpoint'].default
  if (!isGlobal && region === null) {
    const said = 'aws.s3.region should be specified together with aws.sts.config.endpoint'
    throw new KeyError('aws.s3.region', said)
  }
  return {
    kind: 'role',
    ...{ base, role, sessionName, externalId: config['aws.sts.role.external.id'] },
    durationSeconds: config['aws.sts.role.session.duration'],
    // The endpoint for all regions signs for this one.
    region: isGlobal ? 'us-east-1' : (region ?? 'us-east-1'),
    endpoint: endpoint.includes('://') ? endpoint : `https://${endpoint}`,
  }
}

function baseCredentialsOf(config: AwsConfig): OwnCredentials {
  const pairs = [
    ['aws.access.key.id', 'aws.secret.access.key'],
    ['aws_access_key_id', 'aws_secret_access_key'],
  ] as const
  for (const [idKey, secretKey] of pairs) {
    const [accessKeyId, secretAccessKey] = [textOf(config[idKey]), textOf(config[secretKey])]
    if (isBlank(accessKeyId) && isBlank(secretAccessKey)) continue
    if (!isBlank(accessKeyId) && !isBlank(secretAccessKey)) {
      return { kind: 'keys', accessKeyId, secretAccessKey }
    }
    const missing = isBlank(accessKeyId) ? idKey : secretKey
    throw new KeyError(missing, `${idKey} and ${secretKey} must be set together`)
  }
  const provider = config['aws.credentials.provider']
  if (isChain(simpleName(provider))) return { kind: 'chain' }
  throw new KeyError(
    'aws.credentials.provider',
    `Invalid value ${provider} for configuration aws.credentials.provider: a Java class cannot be loaded here. Leave the key out: environment, profiles, web identities and instances are looked at by themselves.`,
  )
}

function textOf(secret: Password | null): string {
  return secret?.value ?? ''
}

function ofKey<T>(key: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new KeyError(key, asError(error).message)
  }
}
