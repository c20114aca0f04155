/** How many names are remembered, a power of two; another of the same hash takes a name's place. */
const size = 512
/** A longer name is not remembered. */
const longest = 40

/**
 * The member names that were met before. Records of a topic mostly have the same ones: found here, a name costs no new
 * string, and is one that the engine knows as a property's name already.
 */
export class NameTable {
  readonly #names = new Array<string | undefined>(size).fill(undefined)

  /** Hot. The name whose bytes begin at `start` and end before a quote; undefined where it is not known. */
  read(source: Buffer, start: number, end: number): string | undefined {
    let hash = 0
    let at = start
    const limit = Math.min(end, start + longest)
    for (; at < limit; at++) {
      const byte = source[at] ?? 0
      if (byte === 0x22) break
      hash = (hash * 31 + byte) | 0
    }
    const name = this.#names[hash & (size - 1)]
    if (name?.length !== at - start || at >= limit) return undefined
    for (let i = 0; i < name.length; i++) {
      if (name.charCodeAt(i) !== source[start + i]) return undefined
    }
    return name
  }

  /** Remembers a name that was read at `start`, if it is short and stands there in plain ASCII. */
  add(source: Buffer, start: number, name: string): void {
    if (name.length >= longest) return
    let hash = 0
    for (let i = 0; i < name.length; i++) {
      const code = name.charCodeAt(i)
      // Where a backslash stands for itself, another one stands behind it.
      if (code > 0x7f || code === 0x5c || code !== source[start + i]) return
      hash = (hash * 31 + code) | 0
    }
    // A text of its own: a part of the document's would keep all of that alive.
    this.#names[hash & (size - 1)] = source.latin1Slice(start, start + name.length)
  }
}
