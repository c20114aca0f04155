import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import { ConnectError, DataError, RetriableError } from 'sluice/api'
import { ConditionError } from '../object-store.ts'
import { openClient } from '../s3-client.ts'
import { connectErrorOf, statusOf } from '../s3-errors.ts'
import type { StoreSettings } from '../store-settings.ts'
import type { ListPage, ListRequest, ListedObject, SourceBucket } from './source-bucket.ts'

/** A bucket of Amazon S3, or of a store that speaks as it does. */
export class S3SourceBucket implements SourceBucket {
  readonly name: string
  readonly #client: S3Client
  readonly #customerKey: string | null

  constructor(settings: StoreSettings) {
    this.name = settings.bucket
    this.#client = openClient(settings)
    this.#customerKey = settings.objects.customerKey
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
