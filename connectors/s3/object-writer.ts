import { createHash } from 'node:crypto'
import { ConnectError } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'
import { PieceQueue } from 'sluice/storage'
import type { Compressor, FileEncoder, SpillFile } from 'sluice/storage'
import type { ObjectStore, UploadedPart, WriteCondition } from './object-store.ts'

/** S3 takes no more parts of one object. */
const mostParts = 10_000
/** Parts of one object that are on their way at once. */
const partsAtOnce = 2
/** What has been encoded is taken over once it has so many bytes. */
const drainBytes = 1024 * 1024

export interface ObjectWriterOptions {
  readonly key: string
  readonly encoder: FileEncoder
  readonly compressor: Compressor
  readonly store: ObjectStore
  readonly spill: SpillFile
  readonly partBytes: number
}

/** The range of records that an object holds. */
export interface Contents {
  readonly endOffset: string
  readonly records: number
  readonly firstTimestamp: string
}

/** One object that is being written: by one request where it is no larger than a part, else in parts as they become full. */
export class ObjectWriter {
  readonly key: string
  readonly #options: ObjectWriterOptions
  readonly #pieces: PieceQueue
  readonly #parts: UploadedPart[] = []
  readonly #uploading = new Set<Promise<void>>()
  #uploadingBytes = 0
  #uploadId: string | null = null
  #partNumber = 0
  #failure: { readonly error: unknown } | null = null
  #finished = false
  /** Of an object that is one request. */
  #body: Buffer | null = null

  constructor(options: ObjectWriterOptions) {
    this.key = options.key
    this.#options = options
    this.#pieces = new PieceQueue(options.spill)
  }

  /** Bytes in memory. */
  get memoryBytes(): number {
    return this.#options.encoder.heldBytes + this.#pieces.memoryBytes + this.#uploadingBytes
  }

  /** Whether {@link drain} has something to do. */
  get isFull(): boolean {
    return this.#options.encoder.heldBytes >= drainBytes
  }

  /** Hot. A DataError leaves the object as it was. */
  write(value: unknown, record: SinkRecord): void {
    this.#options.encoder.write(value, record)
  }

  /** Takes over what is encoded, and sends the parts that are full. Waits where too many are on their way. */
  async drain(signal: AbortSignal): Promise<void> {
    const { encoder, compressor } = this.#options
    this.#pieces.push(await compressor.push(encoder.take()))
    await this.#sendFullParts(signal)
  }

  /** Moves to disk what can be. */
  async spill(signal: AbortSignal): Promise<void> {
    await this.drain(signal)
    await this.#pieces.spill()
    while (this.#uploading.size > 0) await Promise.race(this.#uploading)
    this.#throwFailure()
  }

  /** Makes the object: it is durable once this resolves (invariant 1). May be called again after an error. */
  async complete(
    contents: Contents,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<void> {
    const { key, encoder, compressor, store, partBytes } = this.#options
    if (!this.#finished) {
      encoder.finish()
      this.#pieces.push(await compressor.push(encoder.take()))
      this.#pieces.push(await compressor.end())
      this.#finished = true
    }
    if (this.#uploadId === null && this.#pieces.bytes <= partBytes) {
      this.#body ??= await this.#pieces.take(this.#pieces.bytes)
      const metadata = {
        'sluice-end-offset': contents.endOffset,
        'sluice-records': String(contents.records),
        'sluice-first-timestamp': contents.firstTimestamp,
      }
      await store.put(key, this.#body, { condition, metadata }, signal)
      return
    }
    await this.#sendFullParts(signal)
    if (this.#pieces.bytes > 0) await this.#sendPart(this.#pieces.bytes, signal)
    await Promise.all(this.#uploading)
    this.#throwFailure()
    const parts = this.#parts.sort((a, b) => a.number - b.number)
    await store.complete({ key, id: this.#uploadId ?? '' }, parts, condition, signal)
    this.#uploadId = null
  }

  /** Whether an object with this ETag holds what this one does. */
  isSame(etag: string): boolean {
    const own =
      this.#body === null
        ? multipartEtag(this.#parts)
        : createHash('md5').update(this.#body).digest('hex')
    return unquoted(etag) === own
  }

  /** Leaves no upload behind, and no byte. */
  async abort(signal: AbortSignal): Promise<void> {
    const { key, store } = this.#options
    this.#pieces.clear()
    this.#body = null
    await Promise.all(this.#uploading)
    const id = this.#uploadId
    this.#uploadId = null
    if (id !== null) await store.abort({ key, id }, signal)
  }

  async #sendFullParts(signal: AbortSignal): Promise<void> {
    const { partBytes } = this.#options
    while (this.#pieces.bytes > partBytes) await this.#sendPart(partBytes, signal)
  }

  async #sendPart(bytes: number, signal: AbortSignal): Promise<void> {
    const { key, store } = this.#options
    while (this.#uploading.size >= partsAtOnce) await Promise.race(this.#uploading)
    this.#throwFailure()
    const id = (this.#uploadId ??= await store.begin(key, signal))
    if (this.#partNumber >= mostParts) {
      throw new ConnectError(
        `The object ${key} would have more than ${mostParts} parts. Raise s3.part.size, or lower flush.size.`,
      )
    }
    const number = ++this.#partNumber
    const body = await this.#pieces.take(bytes)
    this.#uploadingBytes += body.length
    const sent: Promise<void> = store
      .part({ key, id }, number, body, signal)
      .then(
        (part) => void this.#parts.push(part),
        (error: unknown) => {
          this.#failure ??= { error }
        },
      )
      .then(() => {
        this.#uploadingBytes -= body.length
        this.#uploading.delete(sent)
      })
    this.#uploading.add(sent)
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error
  }
}

/** Of an object of several parts: the MD5 of their MD5s, and how many there are. */
function multipartEtag(parts: readonly UploadedPart[]): string {
  const sums = parts.map(({ etag }) => Buffer.from(unquoted(etag), 'hex'))
  const sum = createHash('md5').update(Buffer.concat(sums)).digest('hex')
  return `${sum}-${parts.length}`
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '')
}
