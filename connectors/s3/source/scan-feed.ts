import type { OffsetStorageReader, Schema, SourcePartition } from 'sluice/api'
import { countOffset, progressOf } from './feed.ts'
import type { ObjectFeed, ObjectPlan } from './feed.ts'
import { ReadKeys } from './read-keys.ts'
import { pagesOf } from './source-bucket.ts'
import type { ListPage, ListedObject, SourceBucket } from './source-bucket.ts'

/** Where the records of an object go. */
export interface Target {
  readonly topic: string
  readonly kafkaPartition: number | null
  readonly keySchema: Schema | null
  readonly key: unknown
}

export interface ScanFeedOptions {
  readonly bucket: SourceBucket
  readonly prefix: string
  /** Only objects behind it are looked at. */
  readonly after: string | null
  readonly pageSize: number
  /** Most objects that one scan looks at; infinite where there is no limit. */
  readonly mostObjects: number
  readonly offsets: OffsetStorageReader
  /** Null for what is another task's, or nobody's. */
  readonly target: (object: ListedObject) => Target | null
}

/**
 * All objects below a prefix, in the order of their names, scan after scan; each has an offset of its own. One page of a listing is in memory, and the
 * names of objects whose offsets may not be stored yet.
 */
export class ScanFeed implements ObjectFeed {
  readonly keys = new ReadKeys()
  readonly #options: ScanFeedOptions
  #pages: AsyncGenerator<ListPage, void, undefined> | null = null
  #ready: ObjectPlan[] = []
  #seen = 0

  constructor(options: ScanFeedOptions) {
    this.#options = options
  }

  async next(signal: AbortSignal): Promise<ObjectPlan | null> {
    for (;;) {
      const plan = this.#ready.shift()
      if (plan !== undefined) return plan
      if (!(await this.#nextPage(signal))) return null
    }
  }

  barren(key: string): void {
    this.keys.barren(key)
  }

  /** False at the end of a scan; the next call begins another. */
  async #nextPage(signal: AbortSignal): Promise<boolean> {
    const { bucket, prefix, after, pageSize, mostObjects } = this.#options
    const request = { prefix, after, delimiter: null, limit: pageSize }
    this.#pages ??= pagesOf(bucket, request, signal)
    const pages = this.#pages
    // Where a page cannot be had, the next scan begins anew: what was read is known.
    this.#pages = null
    const page = await pages.next()
    if (page.done === true || this.#seen >= mostObjects) {
      this.#seen = 0
      return false
    }
    const objects = page.value.objects.slice(0, mostObjects - this.#seen)
    this.#seen += objects.length
    this.#ready = await this.#unread(objects, signal)
    this.#pages = pages
    return true
  }

  async #unread(objects: readonly ListedObject[], signal: AbortSignal): Promise<ObjectPlan[]> {
    const candidates: { readonly object: ListedObject; readonly target: Target }[] = []
    for (const object of objects) {
      if (object.size === 0 || this.keys.has(object.key)) continue
      const target = this.#options.target(object)
      if (target !== null) candidates.push({ object, target })
    }
    if (candidates.length === 0) return []
    const partitions = candidates.map(({ object }) => this.#partitionOf(object))
    const offsets = await this.#options.offsets.offsets(partitions, signal)
    const plans: ObjectPlan[] = []
    for (let index = 0; index < candidates.length; index++) {
      const [candidate, sourcePartition] = [candidates[index], partitions[index]]
      const { records, isComplete } = progressOf(offsets[index] ?? null)
      if (candidate === undefined || sourcePartition === undefined || isComplete) continue
      const { object, target } = candidate
      this.keys.take(object.key)
      plans.push({ object, from: records, sourcePartition, ...target, offset: countOffset })
    }
    return plans
  }

  #partitionOf({ key }: ListedObject): SourcePartition {
    return { bucket: this.#options.bucket.name, objectKey: key }
  }
}

/** Which of so many tasks an object belongs to, by Java's hash of its key. */
export function taskOfKey(key: string, tasks: number): number {
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0
  return ((hash % tasks) + tasks) % tasks
}
