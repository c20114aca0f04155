import type { Schema } from 'sluice/api'
import { PieceQueue } from 'sluice/storage'
import type { FileEncoder, SpillFile } from 'sluice/storage'
import type { HdfsBody } from '../webhdfs/exchange.ts'

/** What has been encoded is taken over once it has so many bytes. */
const drainBytes = 1024 * 1024

export interface SpooledFileOptions {
  readonly topic: string
  /** What the partitioner made. */
  readonly directory: string
  readonly start: number
  /** Of its records; null where they have none. */
  readonly schema: Schema | null
  readonly encoder: FileEncoder
  readonly spill: SpillFile
}

/** The bytes that all open files of a task hold in memory. */
export interface MemoryBudget {
  used: number
  readonly limit: number
}

/** A file of which no byte is in HDFS yet. */
export class SpooledFile {
  readonly topic: string
  readonly directory: string
  readonly start: number
  readonly schema: Schema | null
  end: number
  records = 0
  readonly #encoder: FileEncoder
  readonly #pieces: PieceQueue
  #accounted = 0
  #finished = false

  constructor({ topic, directory, start, schema, encoder, spill }: SpooledFileOptions) {
    this.topic = topic
    this.directory = directory
    this.start = start
    this.end = start
    this.schema = schema
    this.#encoder = encoder
    this.#pieces = new PieceQueue(spill)
  }

  get encoder(): FileEncoder {
    return this.#encoder
  }

  /** Of its bytes in memory, how many the budget knows. */
  get accounted(): number {
    return this.#accounted
  }

  /** Hot. Tells the budget what is held now, and takes over what is encoded. */
  account(budget: MemoryBudget): void {
    if (this.#encoder.heldBytes >= drainBytes) this.#pieces.push(this.#encoder.take())
    const bytes = this.#encoder.memoryBytes + this.#pieces.memoryBytes
    budget.used += bytes - this.#accounted
    this.#accounted = bytes
  }

  /** Moves to disk what can be. */
  async spill(budget: MemoryBudget): Promise<void> {
    this.#pieces.push(this.#encoder.take(true))
    await this.#pieces.spill()
    this.account(budget)
  }

  /** All its bytes, once no record follows. May be asked for again. */
  finish(): HdfsBody {
    if (!this.#finished) {
      this.#encoder.finish()
      this.#pieces.push(this.#encoder.take())
      this.#finished = true
    }
    return { bytes: this.#pieces.bytes, read: () => this.#pieces.read() }
  }

  /** Forgets it; `isWritten` where all of it is in HDFS. */
  clear(budget: MemoryBudget, isWritten: boolean): void {
    this.#encoder.take()
    this.#pieces.clear(isWritten)
    budget.used -= this.#accounted
    this.#accounted = 0
  }
}
