import { chunkBytes } from 'sluice/storage'
import type { RangedBytes } from 'sluice/storage'
import type { ListedObject, SourceBucket } from './source-bucket.ts'

/** The bytes of an object. What was looked at of its beginning is not asked for twice. */
export class ObjectFile implements RangedBytes {
  readonly name: string
  readonly size: number
  readonly #bucket: SourceBucket
  readonly #object: ListedObject
  #head: Buffer | null = null

  constructor(bucket: SourceBucket, object: ListedObject) {
    this.name = object.key
    this.size = object.size
    this.#bucket = bucket
    this.#object = object
  }

  /** The first bytes: a chunk of them. */
  async head(signal: AbortSignal): Promise<Buffer> {
    const end = Math.min(this.size, chunkBytes)
    this.#head ??= await this.#bucket.read(this.#object, 0, end, signal)
    return this.#head
  }

  async read(start: number, end: number, signal: AbortSignal): Promise<Buffer> {
    const head = this.#head
    this.#head = null
    if (head !== null && start === 0 && end === head.length) return head
    return await this.#bucket.read(this.#object, start, end, signal)
  }
}
