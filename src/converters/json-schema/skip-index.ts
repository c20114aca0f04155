import type { JsonCursor } from '../json/json-cursor.ts'

/** A shorter value is passed again as quickly as it is looked up. */
const shortest = 64

/**
 * Passes values, and remembers where long ones end: choices within choices look ahead at the same bytes, once for each. With it
 * each byte is passed once, whatever the nesting.
 */
export class SkipIndex {
  readonly #ends = new Map<number, number>()

  /** Before every document. */
  reset(): void {
    if (this.#ends.size > 0) this.#ends.clear()
  }

  skip(cursor: JsonCursor): void {
    const kind = cursor.kind()
    if (kind !== 'OBJECT' && kind !== 'ARRAY') {
      cursor.skipValue()
      return
    }
    const start = cursor.at
    const end = this.#ends.get(start)
    if (end !== undefined) {
      cursor.at = end
      return
    }
    cursor.enter()
    if (kind === 'OBJECT') {
      for (let begun = false; cursor.nextMember(!begun); begun = true) {
        cursor.readName()
        this.skip(cursor)
      }
    } else {
      for (let begun = false; cursor.nextElement(!begun); begun = true) this.skip(cursor)
    }
    if (cursor.at - start >= shortest) this.#ends.set(start, cursor.at)
  }
}
