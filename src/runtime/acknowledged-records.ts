/** Most records that can be outstanding before the ring grows; a power of two. */
const initialCapacity = 1 << 14

/**
 * Which of the records 0, 1, 2, … were acknowledged: a ring of flags and the watermark below which all were.
 * Acknowledgements come in runs, of several partitions in any order; nothing is allocated per record.
 */
export class AcknowledgedRecords {
  #flags = new Uint8Array(initialCapacity)
  #watermark = 0
  #next = 0

  /** Every record below this number was acknowledged. */
  get watermark(): number {
    return this.#watermark
  }

  /** Records numbered and not below the watermark. */
  get outstanding(): number {
    return this.#next - this.#watermark
  }

  /** The number of the next record. */
  get next(): number {
    return this.#next
  }

  /** Numbers one more record. */
  add(): number {
    if (this.#next - this.#watermark === this.#flags.length) this.#grow()
    return this.#next++
  }

  /** Takes back the number given last, of a record that was not sent after all. */
  takeBack(): void {
    this.#next--
  }

  /** The records `from` up to but not including `to` were acknowledged, once; answers the watermark. */
  acknowledge(from: number, to: number): number {
    if (from === this.#watermark) this.#watermark = to
    else this.#fill(from, to, 1)
    this.#advance()
    return this.#watermark
  }

  #fill(from: number, to: number, flag: 0 | 1): void {
    const start = from & (this.#flags.length - 1)
    const length = to - from
    const atEnd = Math.min(length, this.#flags.length - start)
    this.#flags.fill(flag, start, start + atEnd)
    this.#flags.fill(flag, 0, length - atEnd)
  }

  /** Moves the watermark over the flags that are set, and clears them for their next turn. */
  #advance(): void {
    while (this.#watermark < this.#next) {
      const start = this.#watermark & (this.#flags.length - 1)
      const room = Math.min(this.#flags.length - start, this.#next - this.#watermark)
      const unset = this.#flags.subarray(start, start + room).indexOf(0)
      const moved = unset === -1 ? room : unset
      this.#flags.fill(0, start, start + moved)
      this.#watermark += moved
      if (unset !== -1) return
    }
  }

  #grow(): void {
    const old = this.#flags
    const grown = new Uint8Array(old.length * 2)
    for (let record = this.#watermark; record < this.#next; record++) {
      grown[record & (grown.length - 1)] = old[record & (old.length - 1)] ?? 0
    }
    this.#flags = grown
  }
}
