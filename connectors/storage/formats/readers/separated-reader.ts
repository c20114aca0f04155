import type { Schema } from 'sluice/api'
import { decompressed } from './decompress.ts'
import { BatchBuilder, throwUnreadable } from './file-reader.ts'
import type { FileReader, ReadOptions, RecordBatch } from './file-reader.ts'
import type { Splitter } from './piece-splitter.ts'
import { chunksOf } from './ranged-bytes.ts'
import type { RangedBytes } from './ranged-bytes.ts'

/** How the pieces of a file become records. */
export interface PieceDecoder {
  /** The schema of what {@link decode} gave last. */
  readonly schema: Schema | null
  /** Hot. Throws a DataError where the bytes are no record. They are not the decoder's to keep. */
  decode(bytes: Buffer, start: number, end: number): unknown
  /** Hot. Whether a piece is a record at all. */
  isRecord(bytes: Buffer, start: number, end: number): boolean
}

/** Files whose records are pieces of their bytes, e.g. lines. */
export class SeparatedReader implements FileReader {
  readonly #splitter: () => Splitter
  readonly #decoder: PieceDecoder

  /** `splitter` makes one for each file. */
  constructor(splitter: () => Splitter, decoder: PieceDecoder) {
    this.#splitter = splitter
    this.#decoder = decoder
  }

  async *read(
    file: RangedBytes,
    { from, batchRecords, compression, signal }: ReadOptions,
  ): AsyncGenerator<RecordBatch, void, undefined> {
    const run = new SeparatedRun(this.#decoder, this.#splitter(), from)
    const batch = new BatchBuilder(batchRecords)
    try {
      for await (const chunk of decompressed(chunksOf(file, signal), compression)) {
        run.push(chunk)
        yield* run.batches(batch)
      }
      yield* run.last(batch)
    } catch (error) {
      const waiting = batch.take()
      if (waiting !== null) yield waiting
      const { index, isInRecord } = run
      const next = isInRecord ? index + 1 : null
      throwUnreadable(error, { file: file.name, record: index, next }, signal)
    }
  }
}

/** One file on its way. */
class SeparatedRun {
  /** Of the record that is looked at. */
  index = 0
  /** Whether what fails is that record alone. */
  isInRecord = false
  readonly #decoder: PieceDecoder
  readonly #splitter: Splitter
  readonly #from: number

  constructor(decoder: PieceDecoder, splitter: Splitter, from: number) {
    this.#decoder = decoder
    this.#splitter = splitter
    this.#from = from
  }

  push(chunk: Buffer): void {
    this.#splitter.push(chunk)
  }

  /** Hot. What the bytes so far hold. */
  *batches(batch: BatchBuilder): Generator<RecordBatch, void, undefined> {
    while (this.#splitter.next()) {
      const done = this.#add(batch)
      if (done !== null) yield done
    }
    // What is there is not kept waiting for the next chunk.
    const rest = batch.take()
    if (rest !== null) yield rest
  }

  *last(batch: BatchBuilder): Generator<RecordBatch, void, undefined> {
    this.#splitter.finish()
    yield* this.batches(batch)
    if (this.#splitter.takeRest()) this.#add(batch)
    const rest = batch.take()
    if (rest !== null) yield rest
  }

  #add(batch: BatchBuilder): RecordBatch | null {
    const { bytes, start, end } = this.#splitter
    if (!this.#decoder.isRecord(bytes, start, end)) return null
    if (this.index < this.#from) {
      this.index++
      return null
    }
    this.isInRecord = true
    const value = this.#decoder.decode(bytes, start, end)
    this.isInRecord = false
    return batch.add(this.index++, this.#decoder.schema, value)
  }
}
