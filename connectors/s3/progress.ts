import { TakenError } from './file-committer.ts'

/** How far a partition is: what was handled, and what of it lies in complete objects. */
export class Progress {
  /** Of the first record. */
  #start: number | null = null
  /** The offset behind the last record that was handled; null before the first. */
  #position: number | null = null
  #committable: number | null = null

  /** Grows only when all objects are complete (invariant 1). Null where nothing was completed yet. */
  get committable(): number | null {
    return this.#committable
  }

  begin(offset: number): void {
    this.#start ??= offset
  }

  /** Where no file is open, what was left out needs not be read again. */
  handled(offset: number, isOpen: boolean): void {
    this.#position = offset + 1
    if (!isOpen && offset >= (this.#committable ?? 0)) this.#committable = this.#position
  }

  /** No file is open any more: all that was handled is durable. */
  completed(): void {
    this.#committable = this.#position
  }

  /** Goes back to what is durable; null where nothing was read yet. */
  rewind(error: unknown): number | null {
    if (error instanceof TakenError) this.#committable = error.firstFree
    const offset = this.#committable ?? this.#start
    this.#position = offset
    return offset
  }
}
