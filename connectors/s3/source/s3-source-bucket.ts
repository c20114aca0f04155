import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { ConnectError, DataError, RetriableError } from 'sluice/api'
import { ConditionError } from '../object-store.ts'
import { proxyAgents } from '../proxy-agent.ts'
import type { Proxy } from '../proxy-agent.ts'
import { connectErrorOf, statusOf } from '../s3-errors.ts'
import type { ListPage, ListRequest, ListedObject, SourceBucket } from './source-bucket.ts'

/** The way to a bucket that is read. */
export interface BucketSettings {
  readonly bucket: string
  readonly region: string
  /** Another store than Amazon's, with its scheme. */
  readonly endpoint: string | null
  readonly pathStyle: boolean
  readonly accelerate: boolean
  /** How often a request is tried. */
  readonly attempts: number
  readonly proxy: Proxy | null
  /** Null where the SDK is to look for them. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
  /** The key, in base64, of objects that their owner encrypts; null where there is none. */
  readonly customerKey: string | null
}

const mostSockets = 64

/** A bucket of Amazon S3, or of a store that speaks as it does. */
export class S3SourceBucket implements SourceBucket {
  readonly name: string
  readonly #client: S3Client
  readonly #customerKey: string | null

  constructor(settings: BucketSettings) {
    // The SDK would print in every thread when it will end its support of a Node that still works.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
    this.name = settings.bucket
    this.#client = new S3Client(clientConfig(settings))
    this.#customerKey = settings.customerKey
  }

  async list(request: ListRequest, signal: AbortSignal): Promise<ListPage> {
    const { prefix, after, delimiter, limit, token } = request
    const command = new ListObjectsV2Command({
      ...{ Bucket: this.name, Prefix: prefix, MaxKeys: limit },
      ...(after === null ? {} : { StartAfter: after }),
      ...(delimiter === null ? {} : { Delimiter: delimiter }),
      ...(token === null ? {} : { ContinuationToken: token }),
    })
    try {
      const page = await this.#client.send(command, { abortSignal: signal })
      return {
        objects: (page.Contents ?? []).map(({ Key, Size, ETag, LastModified }) => ({
          ...{ key: Key ?? '', size: Size ?? 0, etag: ETag ?? '' },
          modifiedMs: LastModified?.getTime() ?? 0,
        })),
        folders: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
        token: page.IsTruncated === true ? (page.NextContinuationToken ?? null) : null,
      }
    } catch (cause) {
      throw connectErrorOf(cause, `list ${prefix} of the bucket ${this.name}`, signal)
    }
  }

  async read(
    object: ListedObject,
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<Buffer> {
    if (end <= start) return Buffer.alloc(0)
    const command = new GetObjectCommand({
      ...{ Bucket: this.name, Key: object.key, Range: `bytes=${start}-${end - 1}` },
      ...(object.etag === '' ? {} : { IfMatch: object.etag }),
      ...(this.#customerKey === null
        ? {}
        : { SSECustomerAlgorithm: 'AES256', SSECustomerKey: this.#customerKey }),
    })
    let bytes: Uint8Array | undefined
    try {
      const { Body } = await this.#client.send(command, { abortSignal: signal })
      bytes = await Body?.transformToByteArray()
    } catch (cause) {
      throw readErrorOf(cause, object.key, signal)
    }
    const { byteLength = 0 } = bytes ?? {}
    if (bytes === undefined || byteLength !== end - start) {
      throw new RetriableError(
        `The store gave ${byteLength} bytes of ${object.key} where ${end - start} were asked for.`,
      )
    }
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  close(): void {
    this.#client.destroy()
  }
}

/** An object that is gone, or another now, is unreadable: what is left of the one that was begun cannot be had any more. */
function readErrorOf(cause: unknown, key: string, signal: AbortSignal): unknown {
  const error = connectErrorOf(cause, `read ${key}`, signal)
  if (error instanceof ConditionError) {
    return new DataError('Another object has taken its place while it was read.', { cause })
  }
  if (error instanceof ConnectError && statusOf(cause) === 404) {
    return new DataError('It is not there any more.', { cause })
  }
  return error
}

function clientConfig(settings: BucketSettings): S3ClientConfig {
  const { endpoint, credentials, proxy } = settings
  // Many compatible stores refuse checksums that they did not ask for.
  const checksums = endpoint === null ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  return {
    region: settings.region,
    forcePathStyle: settings.pathStyle,
    useAccelerateEndpoint: settings.accelerate,
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: settings.attempts,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000, ...agentsOf(proxy) },
    ...(endpoint === null ? {} : { endpoint }),
    ...(credentials === null ? {} : { credentials }),
  }
}

function agentsOf(proxy: Proxy | null): { httpAgent: HttpAgent; httpsAgent: HttpsAgent } {
  if (proxy !== null) {
    const { http, https } = proxyAgents(proxy, mostSockets)
    return { httpAgent: http, httpsAgent: https }
  }
  const options = { keepAlive: true, maxSockets: mostSockets }
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) }
}
