import { ConfigError, atLeast, between, eachOf, orNull, validator } from 'sluice/api'
import type { KeySpec } from 'sluice/api'
import { JodaZone } from 'sluice/storage'
import { outputFields } from './record-format.ts'

const aws = { group: 'AWS', importance: 'medium' } as const
const sts = { group: 'AWS STS', importance: 'medium' } as const
const file = { group: 'File', importance: 'medium' } as const
const format = { group: 'Format', importance: 'medium' } as const
const retries = { group: 'S3 retry backoff policy', importance: 'medium' } as const

const formats = ['avro', 'csv', 'json', 'jsonl', 'parquet']
const compressions = ['none', 'gzip', 'snappy', 'zstd']

const named = (names: readonly string[]): ReturnType<typeof validator> =>
  orNull(
    validator(`[${names.join(', ')}]`, (key, value) => {
      if (typeof value === 'string' && names.includes(value.toLowerCase())) return
      throw new ConfigError(
        `Invalid value ${String(value)} for configuration ${key}: supported values are: ${names.map((name) => `'${name}'`).join(', ')}`,
      )
    }),
  )

const notEmpty = orNull(
  validator('non-empty string', (key, value) => {
    const text = typeof value === 'string' ? value : ''
    if (text.trim() !== '') return
    throw new ConfigError(
      `Invalid value ${text} for configuration ${key}: String must be non-empty`,
    )
  }),
)

const zone = validator('a time zone', (key, value) => {
  new JodaZone(String(value), key)
})

const url = orNull(
  validator('a URL', (key, value) => {
    if (typeof value === 'string' && URL.canParse(value)) return
    throw new ConfigError(
      `Invalid value ${String(value)} for configuration ${key}: should be valid URL`,
    )
  }),
)

const bucket = orNull(
  validator('the name of a bucket', (key, value) => {
    if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(String(value))) return
    throw new ConfigError(
      `Invalid value ${String(value)} for configuration ${key}: Illegal bucket name: expected 3 to 63 lower-case letters, digits, dots and hyphens`,
    )
  }),
)

/** The keys of Aiven's AivenKafkaConnectS3SinkConnector, those of older releases below. */
export const aivenKeys = {
  'aws.access.key.id': { type: 'password', default: null, doc: 'The access key.', ...aws },
  'aws.secret.access.key': { type: 'password', default: null, doc: 'Its secret key.', ...aws },
  'aws.credentials.provider': {
    type: 'string',
    default: 'com.amazonaws.auth.DefaultAWSCredentialsProviderChain',
    doc: 'Where credentials come from that are not given here: what the AWS SDK finds, by the names of its Java classes.',
    ...aws,
  },
  'aws.s3.bucket.name': {
    type: 'string',
    default: null,
    validator: bucket,
    doc: 'The bucket that objects are written to. It must exist.',
    ...aws,
  },
  'aws.s3.sse.algorithm': {
    type: 'string',
    default: null,
    validator: notEmpty,
    doc: 'How the store encrypts objects: AES256 or aws:kms.',
    ...aws,
  },
  'aws.s3.endpoint': {
    type: 'string',
    default: null,
    validator: url,
    doc: "Another store than Amazon's.",
    ...aws,
    importance: 'low',
  },
  'aws.s3.region': {
    type: 'string',
    default: null,
    validator: notEmpty,
    doc: 'The region of the bucket; us-east-1 where it is left out.',
    ...aws,
  },
  'aws.s3.part.size.bytes': {
    type: 'int',
    default: 5 * 1024 * 1024,
    validator: between(1, 2_000_000_000),
    doc: 'How many bytes each part of a larger object has. Objects that are smaller are written by one request.',
    ...aws,
  },
  'aws.sts.role.arn': {
    type: 'string',
    default: null,
    validator: notEmpty,
    doc: 'A role to assume; with aws.sts.role.session.name.',
    ...sts,
  },
  'aws.sts.role.session.name': {
    type: 'string',
    default: null,
    validator: notEmpty,
    doc: 'The name of the session.',
    ...sts,
  },
  'aws.sts.role.session.duration': {
    type: 'int',
    default: 3600,
    validator: between(900, 43_200),
    doc: 'How many seconds a session lasts before it is renewed.',
    ...sts,
  },
  'aws.sts.role.external.id': {
    type: 'string',
    default: null,
    validator: notEmpty,
    doc: 'The external id.',
    ...sts,
  },
  'aws.sts.config.endpoint': {
    type: 'string',
    default: 'https://sts.amazonaws.com',
    validator: notEmpty,
    doc: 'Where roles are assumed; another than the default needs aws.s3.region.',
    ...sts,
  },
  'file.name.template': {
    type: 'string',
    default: null,
    validator: notEmpty,
    doc: 'What files are called: {{topic}}, {{partition}}, {{start_offset}}, {{timestamp:unit=yyyy|MM|dd|HH}} and {{key}}. They also decide which records share a file.',
    ...file,
  },
  'file.prefix.template': {
    type: 'string',
    default: '',
    doc: 'What stands before the name of a file, with the same variables.',
    ...file,
  },
  'file.compression.type': {
    type: 'string',
    default: null,
    validator: named(compressions),
    doc: 'How files are compressed: none, gzip, snappy or zstd; gzip where it is left out.',
    ...file,
  },
  'file.max.records': {
    type: 'int',
    default: 0,
    validator: atLeast(0),
    doc: 'Most records in a file. 0 is without limit.',
    ...file,
  },
  'file.name.timestamp.timezone': {
    type: 'string',
    default: 'Z',
    validator: zone,
    doc: 'The time zone of {{timestamp}}.',
    ...file,
    importance: 'low',
  },
  'file.name.timestamp.source': {
    type: 'string',
    default: 'WALLCLOCK',
    validator: named(['wallclock', 'event']),
    doc: 'Whose time {{timestamp}} is: of the clock, or of the records.',
    ...file,
    importance: 'low',
  },
  'format.output.type': {
    type: 'string',
    default: 'csv',
    validator: named(formats),
    doc: 'What files hold: csv, json, jsonl, avro or parquet.',
    ...format,
  },
  'format.output.fields': {
    type: 'list',
    default: null,
    validator: orNull(eachOf(...outputFields)),
    doc: 'What is written of records: key, value, offset, timestamp, headers. Values alone where it is left out.',
    ...format,
  },
  'format.output.fields.value.encoding': {
    type: 'string',
    default: 'base64',
    validator: named(['base64', 'none']),
    doc: 'How values are written in csv.',
    ...format,
  },
  'format.output.envelope': {
    type: 'boolean',
    default: true,
    doc: 'Whether the only field is written as the member of a record; false writes it bare.',
    ...format,
  },
  'avro.codec': {
    type: 'string',
    default: null,
    doc: 'How the blocks of Avro files are compressed: null, deflate, snappy or zstandard.',
    ...format,
  },
  'kafka.retry.backoff.ms': {
    type: 'long',
    default: null,
    validator: orNull(between(0, 86_400_000)),
    doc: 'How many milliseconds to wait before records are read again that the store could not take.',
    ...retries,
  },
  'aws.s3.backoff.delay.ms': {
    type: 'long',
    default: 100,
    min: 1,
    doc: 'How many milliseconds to wait before the second try of a request; twice as long before each further one, less what chance takes off.',
    ...retries,
  },
  'aws.s3.backoff.max.delay.ms': {
    type: 'long',
    default: 20_000,
    min: 1,
    doc: 'The longest wait before a request is tried again, in milliseconds.',
    ...retries,
  },
  'aws.s3.backoff.max.retries': {
    type: 'int',
    default: 3,
    validator: between(1, 30),
    doc: 'How often a request is tried again.',
    ...retries,
  },
} as const satisfies Record<string, KeySpec>

const old = { importance: 'medium', group: 'Deprecated' } as const

/** What the keys above were called in older releases; they are asked where the new ones say nothing. */
export const deprecatedKeys = {
  'aws.s3.prefix': {
    type: 'string',
    default: null,
    validator: notEmpty,
    doc: 'Use file.name.template. What stands before the names of objects, which then are topic, partition and padded offset.',
    ...old,
  },
  aws_access_key_id: { type: 'password', default: null, doc: 'Use aws.access.key.id.', ...old },
  aws_secret_access_key: {
    type: 'password',
    default: null,
    doc: 'Use aws.secret.access.key.',
    ...old,
  },
  aws_s3_bucket: {
    type: 'string',
    default: null,
    validator: bucket,
    doc: 'Use aws.s3.bucket.name.',
    ...old,
  },
  aws_s3_endpoint: {
    type: 'string',
    default: null,
    validator: url,
    doc: 'Use aws.s3.endpoint.',
    ...old,
  },
  aws_s3_region: { type: 'string', default: null, doc: 'Use aws.s3.region.', ...old },
  aws_s3_prefix: { type: 'string', default: null, doc: 'Use file.name.template.', ...old },
  output_fields: {
    type: 'list',
    default: null,
    validator: orNull(eachOf(...outputFields)),
    doc: 'Use format.output.fields.',
    ...old,
  },
  output_compression: {
    type: 'string',
    default: null,
    validator: named(compressions),
    doc: 'Use file.compression.type.',
    ...old,
  },
  'timestamp.timezone': {
    type: 'string',
    default: 'Z',
    validator: zone,
    doc: 'Use file.name.timestamp.timezone.',
    ...old,
  },
  'timestamp.source': {
    type: 'string',
    default: 'WALLCLOCK',
    validator: named(['wallclock', 'event']),
    doc: 'Use file.name.timestamp.source.',
    ...old,
  },
} as const satisfies Record<string, KeySpec>

const allKeys = { ...aivenKeys, ...deprecatedKeys }
type AwsKeys = Pick<typeof allKeys, Extract<keyof typeof allKeys, `aws${string}`>>

/** Those for the store, which Aiven's source has too. */
export const awsKeys = Object.fromEntries(
  Object.entries(allKeys).filter(([name]) => name.startsWith('aws')),
) as unknown as AwsKeys
