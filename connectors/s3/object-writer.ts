import { createHash, randomUUID } from 'node:crypto'
import { ConnectError } from 'sluice/api'
import type { SinkRecord } from 'sluice/api'
import { PieceQueue, giveBack } from 'sluice/storage'
import type { Compressor, FileEncoder, SpillFile } from 'sluice/storage'
import type { FoundObject, ObjectStore, UploadedPart, WriteCondition } from './object-store.ts'

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
  /** Of its first record. */
  readonly firstTimestamp: string
}

/** The range of records that an object holds. */
export interface Contents {
  readonly endOffset: string
  readonly records: number
}

/** One object that is being written: by one request where it is no larger than a part, else in parts as they become full. */
export class ObjectWriter {
  readonly key: string
  readonly #options: ObjectWriterOptions
  /** What waits to be compressed. */
  readonly #raw: PieceQueue
  readonly #pieces: PieceQueue
  /** By it an object in parts is known again, whatever its ETag is. */
  readonly #uploadName = randomUUID()
  readonly #parts: UploadedPart[] = []
  readonly #uploading = new Set<Promise<void>>()
  #uploadingBytes = 0
  #sentBytes = 0
  #uploadId: string | null = null
  #partNumber = 0
  #failure: { readonly error: unknown } | null = null
  #finished = false
  /** Of an object that is one request. */
  #body: Buffer | null = null
  #durable = false

  constructor(options: ObjectWriterOptions) {
    this.key = options.key
    this.#options = options
    this.#raw = new PieceQueue(options.spill)
    this.#pieces = new PieceQueue(options.spill)
  }

  /** Bytes in memory. */
  get memoryBytes(): number {
    const waiting = this.#options.encoder.memoryBytes + this.#raw.memoryBytes
    const ready = this.#pieces.memoryBytes + (this.#body?.length ?? 0)
    return waiting + ready + this.#uploadingBytes
  }

  /** Of the whole object, once {@link complete} was called. */
  get bytes(): number {
    return this.#body?.length ?? this.#sentBytes
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
    await this.#compress(this.#options.compressor.pieceBytes)
    await this.#sendFullParts(signal)
  }

  /** Moves to disk what can be. */
  async spill(signal: AbortSignal): Promise<void> {
    await this.#compress(this.#options.compressor.pieceBytes, true)
    await this.#sendFullParts(signal)
    await this.#raw.spill()
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
    const { key, encoder, compressor, store, partBytes, firstTimestamp } = this.#options
    if (!this.#finished) {
      encoder.finish()
      await this.#compress(1, true)
      this.#pieces.push(await compressor.end())
      this.#finished = true
    }
    if (this.#uploadId === null && this.#pieces.bytes <= partBytes) {
      this.#body ??= await this.#pieces.take(this.#pieces.bytes)
      const metadata = {
        'sluice-end-offset': contents.endOffset,
        'sluice-records': String(contents.records),
        'sluice-first-timestamp': firstTimestamp,
      }
      await store.put(key, this.#body, { condition, metadata }, signal)
      this.#durable = true
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

  /** It is durable: nothing of it is needed any more. */
  release(): void {
    this.#raw.clear()
    this.#pieces.clear()
    // Of a request that has failed an attempt may be under way still.
    if (this.#durable && this.#body !== null) giveBack([this.#body])
    this.#body = null
  }

  /** Whether what was found is this object, or holds the same bytes. */
  isSame(found: FoundObject): boolean {
    if (uploadNameOf(found) === this.#uploadName) return true
    const own =
      this.#body === null
        ? multipartEtag(this.#parts)
        : createHash('md5').update(this.#body).digest('hex')
    return unquoted(found.etag) === own
  }

  /** Leaves no upload behind, and no byte. */
  async abort(signal: AbortSignal): Promise<void> {
    const { key, store } = this.#options
    this.release()
    await Promise.all(this.#uploading)
    const id = this.#uploadId
    this.#uploadId = null
    if (id !== null) await store.abort({ key, id }, signal)
  }

  /**
   * Takes over what is encoded: of what is to be compressed pieces of a fixed size, while so many bytes wait at least. With `release` the encoder gives
   * up the room for what is to come.
   */
  async #compress(least: number, release = false): Promise<void> {
    const { encoder, compressor } = this.#options
    if (compressor.pieceBytes === 0) {
      this.#pieces.push(encoder.take(release))
      return
    }
    this.#raw.push(encoder.take(release))
    while (this.#raw.bytes >= least) {
      const size = Math.min(this.#raw.bytes, compressor.pieceBytes)
      this.#pieces.push(await compressor.push([await this.#raw.take(size)]))
    }
  }

  async #sendFullParts(signal: AbortSignal): Promise<void> {
    const { partBytes } = this.#options
    while (this.#pieces.bytes > partBytes) await this.#sendPart(partBytes, signal)
  }

  async #sendPart(bytes: number, signal: AbortSignal): Promise<void> {
    const { key, store, firstTimestamp } = this.#options
    while (this.#uploading.size >= partsAtOnce) await Promise.race(this.#uploading)
    this.#throwFailure()
    const metadata = {
      'sluice-upload': this.#uploadName,
      'sluice-first-timestamp': firstTimestamp,
    }
    const id = (this.#uploadId ??= await store.begin(key, metadata, signal))
    if (this.#partNumber >= mostParts) {
      throw new ConnectError(
        `The object ${key} would have more than ${mostParts} parts. Raise s3.part.size, or lower flush.size.`,
      )
    }
    const number = ++this.#partNumber
    const body = await this.#pieces.take(bytes)
    const { length } = body
    this.#uploadingBytes += length
    this.#sentBytes += length
    const sent: Promise<void> = store
      .part({ key, id }, number, body, signal)
      .then(
        (part) => {
          this.#parts.push(part)
          giveBack([body])
        },
        (error: unknown) => {
          this.#failure ??= { error }
        },
      )
      .then(() => {
        this.#uploadingBytes -= length
        this.#uploading.delete(sent)
      })
    this.#uploading.add(sent)
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error
  }
}

/** What the writer of an object in parts called it; null of others. */
export function uploadNameOf({ metadata }: FoundObject): string | null {
  return metadata['sluice-upload'] ?? null
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
