import { ConnectError } from 'sluice/api'
import type {
  JavaPattern,
  Logger,
  OffsetStorageReader,
  SourceOffset,
  SourcePartition,
} from 'sluice/api'
import { progressOf } from './feed.ts'
import type { ObjectFeed, ObjectPlan } from './feed.ts'
import { compareKeys, pagesOf } from './source-bucket.ts'
import type { ListPage, ListedObject, SourceBucket } from './source-bucket.ts'

export interface RestoreFeedOptions {
  readonly bucket: SourceBucket
  /** With their delimiter at the end. */
  readonly folders: readonly string[]
  readonly delimiter: string
  /** Topic and partition, of a name without its folder. */
  readonly names: JavaPattern
  /** Whether an object has the format that is read, by its name. */
  readonly isOfFormat: (name: string) => boolean
  /** Whether a name that says no partition is passed over; else it fails the task. */
  readonly skipsOthers: boolean
  /** Whether a folder holds one partition of one topic, as those of the default partitioner do: what was read of it is not listed again. */
  readonly isOneStream: boolean
  /** Objects older than this are passed over, in milliseconds since the epoch. */
  readonly startMs: number
  readonly offsets: OffsetStorageReader
  readonly log: Logger
}

/** One partition of a topic within a folder, and how far it was read. */
interface Stream {
  readonly sourcePartition: SourcePartition
  readonly topic: string
  readonly kafkaPartition: number
  /** Empty where nothing was read. */
  lastObject: string
  records: number
  isComplete: boolean
}

/**
 * What a sink has written: folder after folder, objects in the order of their names, which is that of their offsets. Each partition of a topic has a
 * position of its own in each folder, so that what comes to one of them later is not taken for read because another is ahead.
 */
export class RestoreFeed implements ObjectFeed {
  readonly #options: RestoreFeedOptions
  readonly #streams = new Map<string, Stream>()
  #folder = 0
  #pages: AsyncGenerator<ListPage, void, undefined> | null = null
  #listed: ListedObject[] = []

  constructor(options: RestoreFeedOptions) {
    this.#options = options
  }

  async next(signal: AbortSignal): Promise<ObjectPlan | null> {
    for (;;) {
      const object = this.#listed.shift()
      if (object === undefined) {
        if (!(await this.#nextPage(signal))) return null
        continue
      }
      const plan = await this.#planOf(object, signal)
      if (plan !== null) return plan
    }
  }

  barren(): void {
    // The next object of its stream says that this one was read.
  }

  /** False behind the last folder; the next call begins with the first again. */
  async #nextPage(signal: AbortSignal): Promise<boolean> {
    const { bucket, folders, delimiter } = this.#options
    const prefix = folders[this.#folder]
    if (prefix === undefined) {
      this.#folder = 0
      return false
    }
    const pages = (this.#pages ??= pagesOf(
      bucket,
      { prefix, after: this.#doneIn(prefix), delimiter, limit: 1000 },
      signal,
    ))
    // A page that cannot be had is asked for again from the beginning of its folder.
    this.#pages = null
    const page = await pages.next()
    if (page.done === true) this.#folder++
    else {
      this.#listed = [...page.value.objects]
      this.#pages = pages
    }
    return true
  }

  #doneIn(prefix: string): string | null {
    if (!this.#options.isOneStream) return null
    for (const stream of this.#streams.values()) {
      if (stream.sourcePartition.folder === prefix && stream.isComplete) return stream.lastObject
    }
    return null
  }

  async #planOf(object: ListedObject, signal: AbortSignal): Promise<ObjectPlan | null> {
    const { folders, isOfFormat, startMs } = this.#options
    const folder = folders[this.#folder] ?? ''
    const name = object.key.slice(folder.length)
    if (!isOfFormat(name) || object.size === 0 || object.modifiedMs < startMs) return null
    const stream = await this.#streamOf(folder, name, object.key, signal)
    if (stream === null) return null
    const order = stream.lastObject === '' ? 1 : compareKeys(object.key, stream.lastObject)
    if (order < 0 || (order === 0 && stream.isComplete)) return null
    const from = order === 0 ? stream.records : 0
    stream.lastObject = object.key
    // It is read from here on: a later listing passes it over.
    stream.isComplete = true
    const { sourcePartition, topic, kafkaPartition } = stream
    return {
      ...{ object, from, sourcePartition, topic, kafkaPartition, keySchema: null, key: null },
      offset: (records, isLast): SourceOffset =>
        isLast
          ? { lastObject: object.key, recordCount: records, complete: true }
          : { lastObject: object.key, recordCount: records },
    }
  }

  async #streamOf(
    folder: string,
    name: string,
    key: string,
    signal: AbortSignal,
  ): Promise<Stream | null> {
    const found = this.#options.names.match(name)
    const [topic, partition] = [found?.group(1) ?? '', Number(found?.group(2) ?? Number.NaN)]
    if (topic === '' || !Number.isInteger(partition)) return this.#misnamed(key)
    const id = `${folder}\n${topic}\n${partition}`
    let stream = this.#streams.get(id)
    if (stream === undefined) {
      const bucket = this.#options.bucket.name
      const sourcePartition = { bucket, folder, topic, partition }
      const offset = await this.#options.offsets.offset(sourcePartition, signal)
      const lastObject = typeof offset?.lastObject === 'string' ? offset.lastObject : ''
      const progress = progressOf(offset)
      stream = { sourcePartition, topic, kafkaPartition: partition, lastObject, ...progress }
      this.#streams.set(id, stream)
    }
    return stream
  }

  #misnamed(key: string): null {
    const text = `The name of ${key} says no topic and partition: expected one that matches ${this.#options.names.pattern} (filename.regex).`
    if (!this.#options.skipsOthers) {
      throw new ConnectError(`${text} Move it away, or set behavior.on.error=ignore.`)
    }
    this.#options.log.warn(`${text} It is passed over.`)
    return null
  }
}
