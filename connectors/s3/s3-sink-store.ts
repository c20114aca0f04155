import type { ObjectCannedACL } from '@aws-sdk/client-s3'
import { ConfigError, isBlank } from 'sluice/api'
import { simpleName } from 'sluice/storage'
import { proxyOf } from './proxy-agent.ts'
import type { ObjectSettings } from './s3-object-store.ts'
import type { s3ClientKeys } from './s3-client-keys.ts'
import type { S3SinkConfig } from './s3-sink-config.ts'
import { isChain } from './sdk-chain.ts'
import type { OwnCredentials, StoreCredentials, StoreSettings } from './store-settings.ts'

const mostBackoffMs = 20_000
const provided = 's3.credentials.provider.sts.'
const defaultProvider = 'DefaultAWSCredentialsProviderChain'

/** What is said of the store: by the sink's keys, of which the source lacks that for parts. */
type StoreConfig = Omit<Pick<S3SinkConfig, keyof typeof s3ClientKeys | 'store.url'>, 's3.part.size'>

/** The way to the bucket, by the keys of Confluent's sink. Throws a ConfigError. */
export function storeSettingsOf(config: StoreConfig): StoreSettings {
  const url = config['store.url']
  const endpoint = isBlank(url) ? null : withScheme(url ?? '')
  const password = config['s3.proxy.password']?.value ?? null
  return {
    bucket: config['s3.bucket.name'],
    region: config['s3.region'],
    endpoint,
    pathStyle: config['s3.path.style.access.enabled'],
    accelerate: config['s3.wan.mode'],
    expectContinue: config['s3.http.send.expect.continue'],
    attempts: Math.max(1, config['s3.part.retries']),
    backoffMs: Number(config['s3.retry.backoff.ms']),
    mostBackoffMs,
    proxy: proxyOf(config['s3.proxy.url'], config['s3.proxy.user'], password),
    credentials: credentialsOf(config),
    objects: objectSettings(config, endpoint === null),
  }
}

/** A URL of a store; HTTPS where it does not say. */
export function withScheme(url: string): string {
  return url.includes('://') ? url : `https://${url}`
}

/** A role where its provider is named, else keys of the configuration, else the SDK's chain. */
function credentialsOf(config: StoreConfig): StoreCredentials {
  const provider = config['s3.credentials.provider.class']
  if (simpleName(provider) !== 'AwsAssumeRoleCredentialsProvider') return ownCredentialsOf(config)
  const [roleKey, nameKey] = [`${provided}role.arn`, `${provided}role.session.name`] as const
  for (const key of [roleKey, nameKey]) {
    if (isBlank(config[key])) {
      throw new ConfigError(
        `Missing required configuration "${key}" which has no default value: AwsAssumeRoleCredentialsProvider needs it.`,
      )
    }
  }
  const externalId = config[`${provided}role.external.id`]
  const region = config[`${provided}region`]
  return {
    kind: 'role',
    base: ownCredentialsOf({ ...config, 's3.credentials.provider.class': defaultProvider }),
    role: config[roleKey],
    sessionName: config[nameKey],
    externalId: isBlank(externalId) ? null : externalId,
    durationSeconds: 3600,
    region: isBlank(region) ? config['s3.region'] : region,
    endpoint: stsOf(isBlank(region) ? config['s3.region'] : region),
  }
}

function stsOf(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

function ownCredentialsOf(config: StoreConfig): OwnCredentials {
  const accessKeyId = config['aws.access.key.id']
  const secretAccessKey = config['aws.secret.access.key']?.value ?? ''
  if (!isBlank(accessKeyId) && !isBlank(secretAccessKey)) {
    return { kind: 'keys', accessKeyId, secretAccessKey }
  }
  const provider = config['s3.credentials.provider.class']
  if (isChain(simpleName(provider))) return { kind: 'chain' }
  throw new ConfigError(
    `Invalid value ${provider} for configuration s3.credentials.provider.class: a Java class cannot be loaded here. ` +
      'Leave the key out: environment, profiles (with role_arn to assume a role), web identities and instances are looked at by themselves.',
  )
}

function objectSettings(config: StoreConfig, checksums: boolean): ObjectSettings {
  const encryption = config['s3.ssea.name']
  const kmsKey = config['s3.sse.kms.key.id']
  const customerKey = config['s3.sse.customer.key']?.value ?? ''
  const byCustomer = encryption === 'AES256' && customerKey !== ''
  if (byCustomer && Buffer.from(customerKey, 'base64').length !== 32) {
    throw new ConfigError(
      'Invalid value for configuration s3.sse.customer.key: expected 32 bytes in base64.',
    )
  }
  const byKms = encryption.startsWith('aws:kms')
  const used = encryption === '' || (byKms && kmsKey === '') ? null : encryption
  return {
    serverSideEncryption: used,
    kmsKeyId: byKms && kmsKey !== '' ? kmsKey : null,
    customerKey: byCustomer ? customerKey : null,
    acl: config['s3.acl.canned'] as ObjectCannedACL | null,
    checksums,
    digest: config['s3.send.digest'],
  }
}
