import type { MemoryShare } from '../../util/memory-budget.ts'
import type { ConsumerOptions } from './consumer-options.ts'

const KIB = 1024
/** What a first fetch asks for, and at least as much as is asked for while there is room. */
const FIRST_BYTES = KIB * KIB
const IDLE_BYTES = 256 * KIB
/** Where memory is short, a fetch asks for this. */
const LEAST_BYTES = 64 * KIB

/**
 * What the fetches of a consumer take up: reserved before one is sent, as nobody knows how much comes. A fetch asks for twice
 * what the last one brought, so that a consumer which only waits for records does not keep memory from others.
 */
export class FetchMemory {
  readonly #options: Pick<ConsumerOptions, 'fetchMaxBytes' | 'maxPartitionFetchBytes'>
  readonly #share: MemoryShare | undefined
  #expectedBytes = FIRST_BYTES
  #turn = 0

  constructor(
    options: Pick<ConsumerOptions, 'fetchMaxBytes' | 'maxPartitionFetchBytes'>,
    share: MemoryShare | undefined,
  ) {
    this.#options = options
    this.#share = share
  }

  /**
   * Bytes that a fetch of so many partitions may ask for, taken from the share; 0 where there is no room and it
   * `mayWait`. Where it may not, the least is taken all the same: everyone gets on, however little there is.
   */
  reserve(partitions: number, mayWait: boolean): number {
    const { fetchMaxBytes, maxPartitionFetchBytes } = this.#options
    if (this.#share === undefined) return Math.max(fetchMaxBytes, 1)
    const most = Math.max(Math.min(fetchMaxBytes, partitions * maxPartitionFetchBytes), 1)
    const least = Math.min(LEAST_BYTES, most)
    for (let bytes = Math.min(this.#expectedBytes, most); ; bytes = Math.max(bytes >> 1, least)) {
      if (this.#share.tryTake(bytes)) return bytes
      if (bytes === least) break
    }
    if (mayWait) return 0
    this.#share.take(least)
    return least
  }

  /** A fetch that had reserved so many bytes has brought a frame of `frameBytes`, or nothing. */
  answered(reservedBytes: number, frameBytes: number): void {
    this.#expectedBytes = Math.max(2 * frameBytes, IDLE_BYTES)
    this.#share?.give(reservedBytes - frameBytes)
  }

  give(bytes: number): void {
    this.#share?.give(bytes)
  }

  /** Whether buffers of so many bytes may be kept to be used again. */
  mayKeep(bytes: number): boolean {
    return this.#share === undefined || bytes <= this.#share.keepBytes
  }

  /** Begins with another one each time: a fetch that asks for little gets records of the first partitions only. */
  inTurn<T>(partitions: readonly T[]): readonly T[] {
    if (partitions.length < 2) return partitions
    const from = this.#turn++ % partitions.length
    return [...partitions.slice(from), ...partitions.slice(0, from)]
  }
}
