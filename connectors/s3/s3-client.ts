import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { S3Client } from '@aws-sdk/client-s3'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import type { Keys } from './aws-signature.ts'
import { proxyAgents } from './proxy-agent.ts'
import type { Proxy } from './proxy-agent.ts'
import { roleCredentials } from './role-credentials.ts'
import { retriesWithin } from './retry-strategy.ts'
import { S3ObjectStore } from './s3-object-store.ts'
import type { RoleCredentials, StoreCredentials, StoreSettings } from './store-settings.ts'

const mostSockets = 128
/** Bodies from so many bytes on wait for the store's consent, where that is on. */
const expectBytes = 2 * 1024 * 1024

/** The store that the settings name, and how to leave it. */
export function openStore(settings: StoreSettings): { store: S3ObjectStore; close: () => void } {
  const client = openClient(settings)
  const { bucket, objects } = settings
  const store = new S3ObjectStore({ client, bucket, settings: objects })
  return { store, close: () => client.destroy() }
}

/** A client of the store. Its owner destroys it. */
export function openClient(settings: StoreSettings): S3Client {
  // The SDK would print in every thread when it will end its support of a Node that still works.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  return new S3Client(clientConfig(settings))
}

function clientConfig(settings: StoreSettings): S3ClientConfig {
  const { endpoint, attempts, backoffMs, mostBackoffMs } = settings
  // Many compatible stores refuse checksums that they did not ask for.
  const checksums = endpoint === null ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  return {
    region: settings.region,
    forcePathStyle: settings.pathStyle,
    useAccelerateEndpoint: settings.accelerate,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    expectContinueHeader: settings.expectContinue ? expectBytes : false,
    retryStrategy: retriesWithin(attempts, backoffMs, mostBackoffMs),
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000, ...agents(settings.proxy) },
    ...(endpoint === null ? {} : { endpoint }),
    ...credentialsOf(settings.credentials, settings.region),
  }
}

function agents(proxy: Proxy | null): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  if (proxy !== null) {
    const { http, https } = proxyAgents(proxy, mostSockets)
    return { httpAgent: http, httpsAgent: https }
  }
  const options = { keepAlive: true, maxSockets: mostSockets }
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) }
}

function credentialsOf(
  from: StoreCredentials,
  region: string,
): Pick<S3ClientConfig, 'credentials'> {
  if (from.kind === 'chain') return {}
  if (from.kind === 'role') return { credentials: roleCredentials(from, sourceOf(from, region)) }
  const { accessKeyId, secretAccessKey } = from
  return { credentials: { accessKeyId, secretAccessKey } }
}

/** Where the credentials come from that a role is asked for with. */
function sourceOf({ base }: RoleCredentials, region: string): () => Promise<Keys> {
  if (base.kind === 'keys') return () => Promise.resolve(base)
  // A client that asks for nothing, for the way it finds credentials.
  const { config } = new S3Client({ region })
  return () => config.credentials()
}
