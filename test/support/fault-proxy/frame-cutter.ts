/** Cuts a stream of bytes into frames of Kafka: four bytes of length, then as many. */
export class FrameCutter {
  #chunks: Buffer[] = []
  #have = 0
  /** So many bytes are needed before there can be another frame. */
  #need = 4

  /** The frames that are whole with `chunk`, each with its length and in a buffer of its own. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#have += chunk.length
    if (this.#have < this.#need) return []
    const frames: Buffer[] = []
    let rest: Buffer = Buffer.concat(this.#chunks)
    for (;;) {
      this.#need = rest.length < 4 ? 4 : 4 + rest.readInt32BE(0)
      if (rest.length < this.#need) break
      frames.push(Buffer.from(rest.subarray(0, this.#need)))
      rest = rest.subarray(this.#need)
    }
    this.#chunks = [rest]
    this.#have = rest.length
    return frames
  }
}
