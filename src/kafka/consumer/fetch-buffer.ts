import type { FetchedRecords } from '../types.ts'
import type { FetchedChunk, FetchedSlice } from './fetched-chunk.ts'
import type { PartitionState } from './partition-state.ts'

/** What was fetched and not handed out yet, in the order it came. */
export class FetchBuffer {
  readonly #queue: FetchedChunk[] = []
  /** Handed out to the end or dropped: their frames may still be read, until {@link recycle}. */
  readonly #retired: FetchedChunk[] = []

  /** Bytes of what a poll could hand out: not of partitions that are paused. */
  get bytes(): number {
    let bytes = 0
    for (const chunk of this.#queue) if (!chunk.state.paused) bytes += chunk.bytes
    return bytes
  }

  /** Whether there is nothing a poll could hand out, and nothing that was handed out is still in use. */
  get isEmpty(): boolean {
    return this.bytes === 0 && this.#retired.length === 0
  }

  add(chunks: readonly FetchedChunk[]): void {
    for (const chunk of chunks) {
      this.#queue.push(chunk)
      chunk.state.chunks.push(chunk)
    }
  }

  /** Up to `most` records of partitions that are not paused, at most one slice a partition. */
  take(most: number): FetchedRecords[] {
    const slices: FetchedRecords[] = []
    const served = new Set<PartitionState>()
    let left = most
    for (let i = 0; left > 0 && i < this.#queue.length;) {
      const chunk = this.#queue[i]
      if (chunk === undefined || chunk.state.paused || served.has(chunk.state)) {
        i++
        continue
      }
      const slice = sliceOf(chunk, left, slices.length > 0)
      if (slice === null) break
      chunk.state.position = slice.nextOffset
      chunk.state.epoch = slice.epoch
      left -= slice.count
      if (slice.count > 0) {
        slices.push(slice)
        served.add(chunk.state)
      }
      if (chunk.done) this.#retire(i)
      else if (slice.count === 0) i++
    }
    return slices
  }

  /** Forgets what is buffered of a partition. */
  drop(state: PartitionState): void {
    for (let i = this.#queue.length - 1; i >= 0; i--) {
      if (this.#queue[i]?.state === state) this.#retire(i)
    }
  }

  /** Ends every view handed out so far: the frames are used again. */
  recycle(): void {
    for (const chunk of this.#retired) chunk.release()
    this.#retired.length = 0
  }

  #retire(index: number): void {
    const [chunk] = this.#queue.splice(index, 1)
    if (chunk === undefined) return
    const { chunks } = chunk.state
    chunks.splice(chunks.indexOf(chunk), 1)
    this.#retired.push(chunk)
  }
}

/** Null for a damaged batch behind what other partitions gave: it is thrown for in the next poll. */
function sliceOf(chunk: FetchedChunk, most: number, others: boolean): FetchedSlice | null {
  try {
    return chunk.slice(most)
  } catch (error) {
    if (others) return null
    throw error
  }
}
