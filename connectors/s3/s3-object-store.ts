import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { ObjectCannedACL, S3Client, ServerSideEncryption } from '@aws-sdk/client-s3'
import { ConfigError } from 'sluice/api'
import type {
  FoundObject,
  ObjectStore,
  PutOptions,
  UploadedPart,
  WriteCondition,
} from './object-store.ts'
import { connectErrorOf, statusOf } from './s3-errors.ts'

/** How objects are encrypted and who may read them. */
export interface ObjectSettings {
  readonly serverSideEncryption: ServerSideEncryption | null
  readonly kmsKeyId: string | null
  /** In base64. */
  readonly customerKey: string | null
  readonly acl: ObjectCannedACL | null
  /** Whether requests carry checksums that the store does not ask for. */
  readonly checksums: boolean
  /** Whether bodies come with their MD5. */
  readonly digest: boolean
}

export interface S3ObjectStoreOptions {
  readonly client: S3Client
  readonly bucket: string
  readonly settings: ObjectSettings
}

interface Encryption {
  readonly ServerSideEncryption?: ServerSideEncryption
  readonly SSEKMSKeyId?: string
  readonly SSECustomerAlgorithm?: string
  readonly SSECustomerKey?: string
}

interface Upload {
  readonly key: string
  readonly id: string
}

/** Amazon S3, or a store that speaks as it does. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #settings: ObjectSettings

  constructor({ client, bucket, settings }: S3ObjectStoreOptions) {
    this.#client = client
    this.#bucket = bucket
    this.#settings = settings
  }

  /** Rejects with a ConfigError where there is no such bucket. One that may not be looked at counts as there. */
  async requireBucket(signal: AbortSignal): Promise<void> {
    try {
      const command = new HeadBucketCommand({ Bucket: this.#bucket })
      await this.#client.send(command, { abortSignal: signal })
    } catch (cause) {
      const status = statusOf(cause)
      if (status === 301 || status === 403) return
      if (status === 404) {
        throw new ConfigError(`Non-existent S3 bucket: ${this.#bucket}`, { cause })
      }
      throw connectErrorOf(cause, `look for the bucket ${this.#bucket}`, signal)
    }
  }

  async put(key: string, body: Buffer, options: PutOptions, signal: AbortSignal): Promise<string> {
    const command = new PutObjectCommand({
      ...this.#object(key),
      ...this.#encryption(),
      ...this.#digestOf(body),
      ...conditionOf(options.condition),
      Body: body,
      Metadata: { ...options.metadata },
    })
    const { ETag } = await this.#asked(`write ${key}`, signal, () =>
      this.#client.send(command, { abortSignal: signal }),
    )
    return ETag ?? ''
  }

  async begin(
    key: string,
    metadata: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string> {
    await this.#abortOthers(key, null, signal)
    const command = new CreateMultipartUploadCommand({
      ...this.#object(key),
      ...this.#encryption(),
      ...(this.#settings.checksums ? { ChecksumAlgorithm: 'CRC32' } : {}),
      Metadata: { ...metadata },
    })
    const { UploadId = '', $metadata } = await this.#asked(`begin ${key}`, signal, () =>
      this.#client.send(command, { abortSignal: signal }),
    )
    // An answer that was lost was that of an upload, too.
    if (($metadata.attempts ?? 1) > 1) await this.#abortOthers(key, UploadId, signal)
    return UploadId
  }

  async part(
    { key, id }: Upload,
    number: number,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<UploadedPart> {
    const command = new UploadPartCommand({
      ...{ Bucket: this.#bucket, Key: key, UploadId: id, PartNumber: number, Body: body },
      ...this.#customerKey(),
      ...this.#digestOf(body),
      ...(this.#settings.checksums ? { ChecksumAlgorithm: 'CRC32' } : {}),
    })
    const { ETag = '', ChecksumCRC32 = null } = await this.#asked(
      `write part ${number} of ${key}`,
      signal,
      () => this.#client.send(command, { abortSignal: signal }),
    )
    return { number, etag: ETag, checksum: ChecksumCRC32 }
  }

  async complete(
    { key, id }: Upload,
    parts: readonly UploadedPart[],
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<string> {
    const command = new CompleteMultipartUploadCommand({
      ...{ Bucket: this.#bucket, Key: key, UploadId: id },
      ...conditionOf(condition),
      MultipartUpload: {
        Parts: parts.map(({ number, etag, checksum }) => ({
          ...{ PartNumber: number, ETag: etag },
          ...(checksum === null ? {} : { ChecksumCRC32: checksum }),
        })),
      },
    })
    const { ETag } = await this.#asked(`complete ${key}`, signal, () =>
      this.#client.send(command, { abortSignal: signal }),
    )
    return ETag ?? ''
  }

  async abort({ key, id }: Upload, signal: AbortSignal): Promise<void> {
    const command = new AbortMultipartUploadCommand({
      ...{ Bucket: this.#bucket, Key: key, UploadId: id },
    })
    try {
      await this.#client.send(command, { abortSignal: signal })
    } catch (cause) {
      if (statusOf(cause) !== 404) throw connectErrorOf(cause, `abort ${key}`, signal)
    }
  }

  async find(key: string, signal: AbortSignal): Promise<FoundObject | 'forbidden' | null> {
    const command = new HeadObjectCommand({
      ...{ Bucket: this.#bucket, Key: key },
      ...this.#customerKey(),
    })
    try {
      const found = await this.#client.send(command, { abortSignal: signal })
      const { ETag = '', ContentLength = 0, Metadata = {} } = found
      return { etag: ETag, bytes: ContentLength, metadata: Metadata }
    } catch (cause) {
      const status = statusOf(cause)
      if (status === 404) return null
      if (status === 403) return 'forbidden'
      throw connectErrorOf(cause, `look for ${key}`, signal)
    }
  }

  async tag(
    key: string,
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
    const command = new PutObjectTaggingCommand({
      ...{ Bucket: this.#bucket, Key: key },
      Tagging: { TagSet },
    })
    await this.#asked(`tag ${key}`, signal, () =>
      this.#client.send(command, { abortSignal: signal }),
    )
  }

  /**
   * What a run that was killed has left of this very object, and what is not `own`. Where it may not be listed, a lifecycle rule of the bucket sees to
   * it.
   */
  async #abortOthers(key: string, own: string | null, signal: AbortSignal): Promise<void> {
    try {
      const command = new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: key })
      const { Uploads = [] } = await this.#client.send(command, { abortSignal: signal })
      for (const { Key, UploadId: id } of Uploads) {
        if (Key === key && id !== undefined && id !== own) await this.abort({ key, id }, signal)
      }
    } catch {
      signal.throwIfAborted()
    }
  }

  #object(key: string): { Bucket: string; Key: string; ACL?: ObjectCannedACL } {
    const { acl } = this.#settings
    return { Bucket: this.#bucket, Key: key, ...(acl === null ? {} : { ACL: acl }) }
  }

  #encryption(): Encryption {
    const { serverSideEncryption, kmsKeyId } = this.#settings
    if (this.#settings.customerKey !== null) return this.#customerKey()
    return {
      ...(serverSideEncryption === null ? {} : { ServerSideEncryption: serverSideEncryption }),
      ...(kmsKeyId === null ? {} : { SSEKMSKeyId: kmsKeyId }),
    }
  }

  #customerKey(): Pick<Encryption, 'SSECustomerAlgorithm' | 'SSECustomerKey'> {
    const { customerKey } = this.#settings
    if (customerKey === null) return {}
    return {
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: customerKey,
    }
  }

  #digestOf(body: Buffer): { ContentMD5?: string } {
    if (!this.#settings.digest) return {}
    return { ContentMD5: createHash('md5').update(body).digest('base64') }
  }

  async #asked<T>(action: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (cause) {
      throw connectErrorOf(cause, action, signal)
    }
  }
}

function conditionOf(condition: WriteCondition): { IfNoneMatch?: string; IfMatch?: string } {
  if (condition === 'any') return {}
  return condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag }
}
