import type { FileEncoder } from 'sluice/storage'

/** A file that is encoded already. */
export class HeldBytes implements FileEncoder {
  #bytes: Buffer | null

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get heldBytes(): number {
    return this.#bytes?.length ?? 0
  }

  get memoryBytes(): number {
    return this.heldBytes
  }

  write(): void {
    // What was to be written is there.
  }

  take(): Buffer[] {
    const taken = this.#bytes === null ? [] : [this.#bytes]
    this.#bytes = null
    return taken
  }

  finish(): void {
    // It is whole.
  }
}
