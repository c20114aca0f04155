import { createHash } from 'node:crypto'
import { DataError } from '../../../../src/api/index.ts'
import { compareKeys } from '../../../../connectors/s3/source/source-bucket.ts'
import type {
  ListPage,
  ListRequest,
  ListedObject,
  SourceBucket,
} from '../../../../connectors/s3/source/source-bucket.ts'

/** A bucket in memory, listed as S3 lists. `fault` may throw before a request is answered. */
export class MemoryBucket implements SourceBucket {
  readonly name = 'bucket'
  readonly objects = new Map<string, Buffer>()
  lists = 0
  reads = 0
  /** Of all objects. */
  modifiedMs = 1_700_000_000_000
  /** Most entries that one page had. */
  mostListed = 0
  fault: (step: 'list' | 'read', key: string) => void = () => undefined

  put(key: string, body: string | Buffer): this {
    this.objects.set(key, Buffer.from(body))
    return this
  }

  async list({ prefix, after, delimiter, limit, token }: ListRequest): Promise<ListPage> {
    await Promise.resolve()
    this.lists++
    this.fault('list', prefix)
    const from = token ?? after ?? ''
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && (from === '' || compareKeys(key, from) > 0))
      .sort(compareKeys)
    const objects: ListedObject[] = []
    const folders: string[] = []
    let last = ''
    let isTruncated = false
    for (const key of keys) {
      const cut = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length)
      const folder = cut < 0 ? null : key.slice(0, cut + (delimiter ?? '').length)
      if (folder !== null && (folders.at(-1) === folder || token?.startsWith(folder) === true)) {
        last = key
        continue
      }
      if (objects.length + folders.length === limit) {
        isTruncated = true
        break
      }
      last = key
      if (folder === null) objects.push(this.#listed(key))
      else folders.push(folder)
    }
    this.mostListed = Math.max(this.mostListed, objects.length + folders.length)
    return { objects, folders, token: isTruncated ? last : null }
  }

  async read(object: ListedObject, start: number, end: number): Promise<Buffer> {
    await Promise.resolve()
    this.reads++
    this.fault('read', object.key)
    const body = this.objects.get(object.key)
    if (body === undefined) throw new DataError('It is not there any more.')
    if (etagOf(body) !== object.etag) throw new DataError('Another object has taken its place.')
    return body.subarray(start, end)
  }

  #listed(key: string): ListedObject {
    const body = this.objects.get(key) ?? Buffer.alloc(0)
    return { key, size: body.length, etag: etagOf(body), modifiedMs: this.modifiedMs }
  }
}

function etagOf(body: Buffer): string {
  return createHash('md5').update(body).digest('hex')
}
