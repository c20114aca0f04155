import { DataError } from 'sluice/api'
import { UnreadableError, compressionOf } from 'sluice/storage'
import type { FileCompression, FileReader, RecordBatch } from 'sluice/storage'
import type { ObjectPlan } from './feed.ts'
import { ObjectFile } from './object-file.ts'
import { SideEntries, sideObjects, withSides } from './side-objects.ts'
import type { SideFormats, SidedBatch } from './side-objects.ts'
import type { ListedObject, SourceBucket } from './source-bucket.ts'

/** How a source's objects are read. */
export interface ObjectKind {
  readonly reader: () => FileReader
  /** By the name of an object; `detect` where its first bytes decide. */
  readonly compression: (key: string) => FileCompression | 'detect'
  /** How many objects are read at once; what they hold meanwhile takes a few MiB each. */
  readonly atOnce: number
  /** Where keys or headers lie beside the objects. */
  readonly sides?: SideFormats
}

/** An object that is being read: the batch after the one that was taken is on its way. */
export class OpenObject {
  readonly plan: ObjectPlan
  readonly #bucket: SourceBucket
  readonly #kind: ObjectKind
  readonly #batchRecords: number
  readonly #signal: AbortSignal
  #batches: AsyncGenerator<SidedBatch, void, undefined>
  #next: Promise<IteratorResult<SidedBatch, void>>
  /** The index of the record behind the last that was taken. */
  #position: number
  #gaveLast = false

  constructor(
    plan: ObjectPlan,
    options: {
      readonly bucket: SourceBucket
      readonly kind: ObjectKind
      readonly batchRecords: number
      readonly signal: AbortSignal
    },
  ) {
    this.plan = plan
    this.#bucket = options.bucket
    this.#kind = options.kind
    this.#batchRecords = options.batchRecords
    this.#signal = options.signal
    this.#position = plan.from
    this.#batches = this.#read()
    this.#next = this.#begin()
  }

  get position(): number {
    return this.#position
  }

  /** Whether a record said that it is the last. */
  get gaveLast(): boolean {
    return this.#gaveLast
  }

  /** The next batch and whether it is the last; null where there is none. Rejects with what the reader rejects with. */
  async take(): Promise<{ readonly batch: SidedBatch; readonly isLast: boolean } | null> {
    const taken = await this.#next
    if (taken.done === true) return null
    const batch = taken.value
    this.#position = batch.first + batch.values.length
    this.#next = this.#begin()
    // Whether it is the last is in its last record's offset. An error is met when the next batch is taken.
    const isLast = await this.#next.then(
      ({ done }) => done === true,
      () => false,
    )
    if (isLast) this.#gaveLast = true
    return { batch, isLast }
  }

  /** Reads on from a record. */
  async reopen(from: number): Promise<void> {
    await this.close()
    this.#position = from
    this.#batches = this.#read()
    this.#next = this.#begin()
  }

  async close(): Promise<void> {
    await this.#batches.return().catch(() => undefined)
  }

  #begin(): Promise<IteratorResult<SidedBatch, void>> {
    const next = this.#batches.next()
    // It is awaited later, or never where the task ends before.
    next.catch(() => undefined)
    return next
  }

  async *#read(): AsyncGenerator<SidedBatch, void, undefined> {
    const { object } = this.plan
    const { sides } = this.#kind
    const values = this.#batchesOf(object, this.#kind)
    if (sides === undefined) {
      yield* values
      return
    }
    const at = { record: this.#position, signal: this.#signal }
    const found = await sideObjects(this.#bucket, object, sides, at)
    yield* withSides(
      values,
      found.map(
        (beside) =>
          new SideEntries(
            beside.format,
            beside.object.key,
            this.#batchesOf(beside.object, beside.format),
          ),
      ),
    )
  }

  async *#batchesOf(
    object: ListedObject,
    kind: Pick<ObjectKind, 'reader' | 'compression'>,
  ): AsyncGenerator<RecordBatch, void, undefined> {
    const file = new ObjectFile(this.#bucket, object)
    const named = kind.compression(object.key)
    const compression = named === 'detect' ? await this.#detect(file) : named
    yield* kind.reader().read(file, {
      from: this.#position,
      batchRecords: this.#batchRecords,
      compression,
      signal: this.#signal,
    })
  }

  async #detect(file: ObjectFile): Promise<FileCompression> {
    try {
      return compressionOf(await file.head(this.#signal))
    } catch (error) {
      // What hinders the first byte hinders all.
      if (error instanceof DataError) {
        throw new UnreadableError({ file: file.name, record: this.#position, next: null }, error)
      }
      throw error
    }
  }
}
