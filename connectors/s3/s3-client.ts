import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { S3Client } from '@aws-sdk/client-s3'
import type { ObjectCannedACL, S3ClientConfig } from '@aws-sdk/client-s3'
import { ConfigError, isBlank } from 'sluice/api'
import { simpleName } from 'sluice/storage'
import { proxyAgents, proxyOf } from './proxy-agent.ts'
import { retriesWithin } from './retry-strategy.ts'
import { S3ObjectStore } from './s3-object-store.ts'
import type { ObjectSettings } from './s3-object-store.ts'
import type { S3SinkConfig } from './s3-sink-config.ts'

const mostSockets = 128
/** Bodies from so many bytes on wait for the store's consent, where that is on. */
const expectBytes = 2 * 1024 * 1024

/** Java's providers whose places the SDK's own chain looks at. */
const chain = new Set([
  'DefaultAWSCredentialsProviderChain',
  'DefaultCredentialsProvider',
  'EnvironmentVariableCredentialsProvider',
  'ProfileCredentialsProvider',
  'InstanceProfileCredentialsProvider',
  'WebIdentityTokenCredentialsProvider',
  'WebIdentityTokenFileCredentialsProvider',
  'EC2ContainerCredentialsProviderWrapper',
  'ContainerCredentialsProvider',
])

/** The store that the configuration names, and how to leave it. Throws a ConfigError. */
export function openStore(config: S3SinkConfig): { store: S3ObjectStore; close: () => void } {
  // The SDK would print in every thread when it will end its support of a Node that still works.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const client = new S3Client(clientConfig(config))
  const settings = objectSettings(config)
  const store = new S3ObjectStore({ client, bucket: config['s3.bucket.name'], settings })
  return { store, close: () => client.destroy() }
}

function clientConfig(config: S3SinkConfig): S3ClientConfig {
  const url = config['store.url']
  const checksums = isOwnEndpoint(url) ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED'
  return {
    region: config['s3.region'],
    forcePathStyle: config['s3.path.style.access.enabled'],
    useAccelerateEndpoint: config['s3.wan.mode'],
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    expectContinueHeader: config['s3.http.send.expect.continue'] ? expectBytes : false,
    retryStrategy: retriesWithin(
      Math.max(1, config['s3.part.retries']),
      Number(config['s3.retry.backoff.ms']),
    ),
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000, ...agents(config) },
    ...(isOwnEndpoint(url) ? { endpoint: url.includes('://') ? url : `https://${url}` } : {}),
    ...credentials(config),
  }
}

function isOwnEndpoint(url: string | null): url is string {
  return !isBlank(url)
}

function agents(config: S3SinkConfig): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  const password = config['s3.proxy.password']?.value ?? null
  const proxy = proxyOf(config['s3.proxy.url'], config['s3.proxy.user'], password)
  if (proxy !== null) {
    const { http, https } = proxyAgents(proxy, mostSockets)
    return { httpAgent: http, httpsAgent: https }
  }
  const options = { keepAlive: true, maxSockets: mostSockets }
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) }
}

/** Keys of the configuration, else the SDK's chain. */
function credentials(config: S3SinkConfig): Pick<S3ClientConfig, 'credentials'> {
  const accessKeyId = config['aws.access.key.id']
  const secretAccessKey = config['aws.secret.access.key']?.value ?? ''
  if (!isBlank(accessKeyId) && !isBlank(secretAccessKey)) {
    return { credentials: { accessKeyId, secretAccessKey } }
  }
  const provider = config['s3.credentials.provider.class']
  if (chain.has(simpleName(provider))) return {}
  throw new ConfigError(
    `Invalid value ${provider} for configuration s3.credentials.provider.class: a Java class cannot be loaded here. ` +
      'Leave the key out: environment, profiles (with role_arn to assume a role), web identities and instances are looked at by themselves.',
  )
}

function objectSettings(config: S3SinkConfig): ObjectSettings {
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
    checksums: !isOwnEndpoint(config['store.url']),
    digest: config['s3.send.digest'],
  }
}
