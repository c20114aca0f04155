import { DataError, RetriableError } from 'sluice/api'
import type { Headers, Schema } from 'sluice/api'
import { UnreadableError } from 'sluice/storage'
import type { FileCompression, FileReader, RecordBatch } from 'sluice/storage'
import type { SideValue } from './side-values.ts'
import type { ListedObject, SourceBucket } from './source-bucket.ts'

/** What lies beside objects of values: for each of them an object with as many entries, of keys or of headers. */
export interface SideFormat {
  readonly side: 'keys' | 'headers'
  /** What names end with, before what says that they are compressed. */
  readonly extension: string
  readonly compression: (key: string) => FileCompression | 'detect'
  readonly reader: () => FileReader
  /** What an entry is for its record; null where it is that itself. Throws a DataError. */
  readonly convert: ((schema: Schema | null, value: unknown) => SideValue) | null
}

export interface SideFormats {
  readonly keys: SideFormat | null
  readonly headers: SideFormat | null
  /** The name of an object of values without its extensions: those of what lies beside it stand behind. */
  readonly baseOf: (key: string) => string
}

/** Records with what was read beside their values. */
export interface SidedBatch extends RecordBatch {
  readonly keys?: { readonly schema: Schema | null; readonly values: readonly unknown[] }
  readonly headers?: readonly Headers[]
}

/** How long after the values what lies beside them may come, in milliseconds: the sink completes one after another. */
const graceMs = 60_000

/**
 * Finds what lies beside an object of values. Rejects with an UnreadableError where there is none, and with a RetriableError as long as it may still
 * come.
 */
export async function sideObjects(
  bucket: SourceBucket,
  object: ListedObject,
  { keys, headers, baseOf }: SideFormats,
  { record, signal }: { readonly record: number; readonly signal: AbortSignal },
): Promise<{ readonly format: SideFormat; readonly object: ListedObject }[]> {
  const base = baseOf(object.key)
  const request = { prefix: `${base}.`, after: null, delimiter: null, limit: 100, token: null }
  const { objects } = await bucket.list(request, signal)
  return [keys, headers]
    .filter((format) => format !== null)
    .map((format) => {
      const found = objects.find(({ key }) => isOf(key, `${base}.${format.side}.`, format))
      if (found !== undefined) return { format, object: found }
      const said = `${base}.${format.side}${format.extension} is not there (store.kafka.${format.side}=true).`
      if (Date.now() - object.modifiedMs < graceMs) {
        throw new RetriableError(`${said} The sink may still be about to complete it.`)
      }
      throw new UnreadableError({ file: object.key, record, next: null }, new DataError(said))
    })
}

function isOf(key: string, begin: string, { extension }: SideFormat): boolean {
  const plain = key.endsWith('.gz') ? key.slice(0, -3) : key
  return key.startsWith(begin) && plain.endsWith(extension)
}

/** The entries of one side, in order. */
export class SideEntries {
  readonly name: 'keys' | 'headers'
  readonly #file: string
  readonly #batches: AsyncGenerator<RecordBatch, void, undefined>
  #batch: RecordBatch | null = null
  #at = 0

  constructor(
    { side, convert }: SideFormat,
    file: string,
    batches: AsyncGenerator<RecordBatch, void, undefined>,
  ) {
    this.name = side
    this.#file = file
    this.#batches = convert === null ? batches : converted(batches, file, convert)
  }

  /** How many there are at hand, the first of which is that of `record`. Rejects with an UnreadableError where there are no more. */
  async ready(record: number): Promise<number> {
    while (this.#batch === null || this.#at === this.#batch.values.length) {
      const next = await this.#batches.next()
      if (next.done === true) {
        const reason = new DataError('There are values behind the last of it.')
        throw new UnreadableError({ file: this.#file, record, next: null }, reason)
      }
      this.#batch = next.value
      this.#at = 0
    }
    return this.#batch.values.length - this.#at
  }

  /** No more than are ready. */
  take(count: number): { readonly schema: Schema | null; readonly values: readonly unknown[] } {
    const { schema, values } = this.#batch ?? { schema: null, values: [] }
    const taken = values.slice(this.#at, this.#at + count)
    this.#at += count
    return { schema, values: taken }
  }

  async close(): Promise<void> {
    await this.#batches.return().catch(() => undefined)
  }
}

async function* converted(
  batches: AsyncGenerator<RecordBatch, void, undefined>,
  file: string,
  convert: NonNullable<SideFormat['convert']>,
): AsyncGenerator<RecordBatch, void, undefined> {
  for await (const { first, schema, values } of batches) {
    const done: unknown[] = []
    let known: Schema | null = null
    try {
      for (const value of values) {
        const one = convert(schema, value)
        known = one.schema
        done.push(one.value)
      }
    } catch (error) {
      if (done.length > 0) yield { first, schema: known, values: done }
      const record = first + done.length
      throw new UnreadableError({ file, record, next: record + 1 }, error)
    }
    yield { first, schema: known, values: done }
  }
}

/** Values with what lies beside them; batches end where one of either does. Closes the sides. */
export async function* withSides(
  values: AsyncGenerator<RecordBatch, void, undefined>,
  sides: readonly SideEntries[],
): AsyncGenerator<SidedBatch, void, undefined> {
  try {
    for await (const batch of values) {
      const { length } = batch.values
      for (let at = 0; at < length;) {
        let count = length - at
        for (const side of sides) count = Math.min(count, await side.ready(batch.first + at))
        yield joined(batch, at, at + count, sides)
        at += count
      }
    }
  } finally {
    for (const side of sides) await side.close()
  }
}

function joined(
  { first, schema, values }: RecordBatch,
  start: number,
  end: number,
  sides: readonly SideEntries[],
): SidedBatch {
  let batch: SidedBatch = { first: first + start, schema, values: values.slice(start, end) }
  for (const side of sides) {
    const taken = side.take(end - start)
    batch =
      side.name === 'keys'
        ? { ...batch, keys: taken }
        : { ...batch, headers: taken.values as readonly Headers[] }
  }
  return batch
}
