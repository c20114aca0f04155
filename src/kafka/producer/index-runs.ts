/** Called with the indexes `from` up to but not including `to`, the first of them the record numbered `position`. */
export type RunVisitor = (from: number, to: number, position: number) => void

/**
 * The indexes of a batch's records, in the order of the records, as runs of consecutive ones. One run takes no memory
 * of its own, so that a batch whose records come one after another costs nothing a record.
 */
export class IndexRuns {
  /** Pairs of from and to, of the runs before the last one. */
  #closed = new Float64Array(0)
  #closedLength = 0
  #from = 0
  #to = 0

  /** Hot: called for every record. */
  add(index: number): void {
    if (index !== this.#to) this.#begin(index)
    this.#to = index + 1
  }

  clear(): void {
    this.#closedLength = 0
    this.#from = 0
    this.#to = 0
  }

  each(visit: RunVisitor): void {
    let position = 0
    for (let i = 0; i < this.#closedLength; i += 2) {
      const from = this.#closed[i] ?? 0
      const to = this.#closed[i + 1] ?? 0
      visit(from, to, position)
      position += to - from
    }
    if (this.#to > this.#from) visit(this.#from, this.#to, position)
  }

  /** The runs of the records numbered `start` up to but not including `end`. */
  slice(start: number, end: number): IndexRuns {
    const part = new IndexRuns()
    this.each((from, to, position) => {
      const first = from + Math.max(start - position, 0)
      const last = Math.min(to, from + end - position)
      if (first >= last) return
      part.add(first)
      part.#to = last
    })
    return part
  }

  #begin(index: number): void {
    if (this.#to > this.#from) {
      if (this.#closedLength === this.#closed.length) this.#grow()
      this.#closed[this.#closedLength++] = this.#from
      this.#closed[this.#closedLength++] = this.#to
    }
    this.#from = index
  }

  #grow(): void {
    const grown = new Float64Array(Math.max(16, this.#closed.length * 2))
    grown.set(this.#closed)
    this.#closed = grown
  }
}
