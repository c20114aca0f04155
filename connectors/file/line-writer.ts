import type { Output } from './output.ts'

const BUFFER_BYTES = 1024 * 1024
const LF = 10

/**
 * Gathers lines in one buffer while another is being written. What is gathered goes out as soon as the output is
 * free, so a quiet sink writes each `put` at once and a busy one writes many together.
 * The first error stays: what was written then is not known, and every later call throws it.
 */
export class LineWriter {
  readonly #output: Output
  #gathering = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  #spare = Buffer.allocUnsafeSlow(BUFFER_BYTES)
  #length = 0
  /** The write that is going on; never rejects. */
  #writing: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null
  #unsynced = false

  constructor(output: Output) {
    this.#output = output
  }

  /** Hot: once a record. Takes a line over; false where there is no room for it until {@link makeRoom}. */
  append(line: string): boolean {
    const gathering = this.#gathering
    const room = BUFFER_BYTES - this.#length
    // No character takes more than three bytes per UTF-16 unit.
    if (line.length * 3 >= room) return false
    let at = this.#length
    at += gathering.utf8Write(line, at, room)
    gathering[at] = LF
    this.#length = at + 1
    return true
  }

  /** Lets what was gathered go out, unless a write is going on: then it follows that one. */
  pushOut(): void {
    this.#throwFailure()
    if (this.#writing === null && this.#length > 0) this.#startWrite()
  }

  /** Resolves once the buffer is empty. The wait is the back-pressure on whoever puts records. */
  async makeRoom(): Promise<void> {
    while (this.#length > 0) {
      this.pushOut()
      if (this.#length > 0) await this.#writing
    }
  }

  /** Writes a line too long for the buffer. */
  async writeLong(line: string): Promise<void> {
    await this.#drain()
    const bytes = Buffer.from(line + '\n')
    this.#unsynced = true
    await this.#track(this.#output.write(bytes, bytes.length))
    this.#throwFailure()
  }

  /** Invariant 1: everything appended so far is durable once this resolves. */
  async flush(): Promise<void> {
    await this.#drain()
    if (!this.#unsynced) return
    await this.#output.sync()
    this.#unsynced = false
  }

  /** Writes what is left, unless a write has failed, and closes the output. */
  async close(): Promise<void> {
    try {
      if (this.#failure === null) await this.#drain()
    } finally {
      await this.#writing
      await this.#output.close()
    }
  }

  async #drain(): Promise<void> {
    while (this.#length > 0 || this.#writing !== null) {
      this.pushOut()
      await this.#writing
    }
    this.#throwFailure()
  }

  #startWrite(): void {
    const bytes = this.#gathering
    const length = this.#length
    this.#gathering = this.#spare
    this.#spare = bytes
    this.#length = 0
    this.#unsynced = true
    void this.#track(this.#output.write(bytes, length))
  }

  #track(write: Promise<void>): Promise<void> {
    this.#writing = write.then(
      () => {
        this.#writing = null
        if (this.#length > 0) this.#startWrite()
      },
      (error: unknown) => {
        this.#writing = null
        this.#failure = { error }
      },
    )
    return this.#writing
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error
  }
}
