import type { JsonCursor } from '../json-cursor.ts'
import { readSchemaless } from '../read-schemaless.ts'
import { Bets } from './bets.ts'
import { compileShape } from './document-shape.ts'
import { MISS } from './reader-code.ts'
import type { PredictedRead } from './reader-code.ts'

/** Each shape that does not fit costs time. */
const mostShapes = 4

/**
 * Reads documents without a schema. Those of a topic mostly look alike: each is read by what was compiled for the last few that
 * looked otherwise, and by the general way where none of these fits. Where documents have many shapes it gives up for a while.
 */
export class ShapeReader {
  readonly #shapes: PredictedRead[] = []
  readonly #bets = new Bets()

  /** Hot. The object on whose brace the cursor stands, at the beginning of a document. */
  read(cursor: JsonCursor): unknown {
    const start = cursor.at
    // Of a document too long for one string no shape is ever read.
    if (!this.#bets.isWorthIt || cursor.textFrom(start) === null) return readSchemaless(cursor)
    const shapes = this.#shapes
    for (let i = 0; i < shapes.length; i++) {
      const value = shapes[i]?.(cursor, start)
      if (value === MISS) continue
      this.#bets.hit()
      if (i > 0) this.#prefer(i)
      return value
    }
    return this.#readAnew(cursor, start)
  }

  /** One place nearer to the front. */
  #prefer(i: number): void {
    const before = this.#shapes[i - 1]
    const found = this.#shapes[i]
    if (before === undefined || found === undefined) return
    this.#shapes[i - 1] = found
    this.#shapes[i] = before
  }

  #readAnew(cursor: JsonCursor, start: number): unknown {
    cursor.at = start
    cursor.depth = 0
    const value = readSchemaless(cursor)
    if (this.#bets.miss()) this.#shapes.length = 0
    else if (this.#shapes.length < mostShapes) this.#learn(cursor, start)
    return value
  }

  #learn(cursor: JsonCursor, start: number): void {
    const end = cursor.at
    const shape = compileShape(cursor, start)
    if (shape !== null) this.#shapes.push(shape)
    cursor.at = end
  }
}
