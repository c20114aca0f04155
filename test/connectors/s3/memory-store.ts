import { createHash } from 'node:crypto'
import { ConditionError } from '../../../connectors/s3/object-store.ts'
import type {
  FoundObject,
  ObjectStore,
  PutOptions,
  UploadedPart,
  WriteCondition,
} from '../../../connectors/s3/object-store.ts'

interface Kept {
  readonly body: Buffer
  readonly etag: string
  readonly metadata: Readonly<Record<string, string>>
}

interface OpenUpload {
  readonly key: string
  readonly parts: Map<number, Buffer>
  readonly metadata: Readonly<Record<string, string>>
}

interface Upload {
  readonly key: string
  readonly id: string
}

/** A request, as faults see it. */
export type Step = 'put' | 'begin' | 'part' | 'complete' | 'abort' | 'find' | 'tag'

/** A store in memory, with the conditions and uploads of S3. `fault` may throw before a request has its effect, and behind it. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, Kept>()
  readonly uploads = new Map<string, OpenUpload>()
  readonly tags = new Map<string, Readonly<Record<string, string>>>()
  readonly forbidden = new Set<string>()
  /** As with SSE-KMS: ETags of objects in parts say nothing of what they hold. */
  encrypts = false
  fault: (step: Step, when: 'before' | 'after', key: string) => void = () => undefined
  #lastId = 0

  /** Objects and what they hold, in the order of their names. */
  get contents(): Record<string, string> {
    const sorted = [...this.objects].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(sorted.map(([key, { body }]) => [key, body.toString('latin1')]))
  }

  put(key: string, body: Buffer, { condition, metadata }: PutOptions): Promise<string> {
    return this.#step('put', key, () => this.#write(key, body, condition, metadata, md5(body)))
  }

  begin(key: string, metadata: Readonly<Record<string, string>>): Promise<string> {
    return this.#step('begin', key, () => {
      for (const [id, upload] of this.uploads) if (upload.key === key) this.uploads.delete(id)
      const id = String(++this.#lastId)
      this.uploads.set(id, { key, parts: new Map(), metadata })
      return id
    })
  }

  part({ key, id }: Upload, number: number, body: Buffer): Promise<UploadedPart> {
    return this.#step('part', key, () => {
      this.#upload(id).parts.set(number, body)
      return { number, etag: md5(body), checksum: null }
    })
  }

  complete(
    { key, id }: Upload,
    parts: readonly UploadedPart[],
    condition: WriteCondition,
  ): Promise<string> {
    return this.#step('complete', key, () => {
      const upload = this.#upload(id)
      const bodies = parts.map(({ number }) => upload.parts.get(number) ?? Buffer.alloc(0))
      const sums = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')))
      const etag = this.encrypts ? `of upload ${id}` : `${md5(sums)}-${parts.length}`
      this.#write(key, Buffer.concat(bodies), condition, upload.metadata, etag)
      this.uploads.delete(id)
      return etag
    })
  }

  abort({ key, id }: Upload): Promise<void> {
    return this.#step('abort', key, () => void this.uploads.delete(id))
  }

  find(key: string): Promise<FoundObject | 'forbidden' | null> {
    return this.#step('find', key, () => {
      if (this.forbidden.has(key)) return 'forbidden'
      const found = this.objects.get(key)
      if (found === undefined) return null
      return { etag: found.etag, bytes: found.body.length, metadata: found.metadata }
    })
  }

  tag(key: string, tags: Readonly<Record<string, string>>): Promise<void> {
    return this.#step('tag', key, () => void this.tags.set(key, tags))
  }

  async #step<T>(step: Step, key: string, effect: () => T): Promise<T> {
    await Promise.resolve()
    this.fault(step, 'before', key)
    const result = effect()
    this.fault(step, 'after', key)
    return result
  }

  #write(
    key: string,
    body: Buffer,
    condition: WriteCondition,
    metadata: Readonly<Record<string, string>>,
    etag: string,
  ): string {
    const found = this.objects.get(key)
    const holds =
      condition === 'any' ||
      (condition === 'absent'
        ? found === undefined && !this.forbidden.has(key)
        : found?.etag === condition.etag)
    if (!holds) throw new ConditionError(`${key} is there.`)
    this.objects.set(key, { body, etag, metadata })
    return etag
  }

  #upload(id: string): OpenUpload {
    const upload = this.uploads.get(id)
    if (upload === undefined) throw new Error('There is no such upload.')
    return upload
  }
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}
