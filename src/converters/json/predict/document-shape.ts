import { isIndexName, schemalessNumber } from '../../../api/index.ts'
import type { JsonCursor, JsonKind } from '../json-cursor.ts'
import { readSchemaless } from '../read-schemaless.ts'
import { compileReader, literalCode, slotCode } from './reader-code.ts'
import { mostFixedBytes, mostMembers } from './limits.ts'
import type { PredictedRead, SlotKind } from './reader-code.ts'

/** What is nested deeper is read by the general way. */
const deepest = 8

const kinds: Partial<Record<JsonKind, SlotKind>> = {
  STRING: 'string',
  NUMBER: 'number',
  BOOLEAN: 'boolean',
  // Mostly it is a string where it is not null.
  NULL: 'string',
}

/**
 * Compiles how objects are read that look like the one that begins at `start` and has been read before, spaces included: the same
 * names in the same order, and values of any kind, of the same kind fast. Null where no code can be made of it.
 */
export function compileShape(cursor: JsonCursor, start: number): PredictedRead | null {
  cursor.seek(start, 0)
  const shape = new DocumentShape(cursor, start)
  const value = shape.object()
  const code = shape.isUsable ? shape.code() : ''
  if (!shape.isUsable) return null
  const body = `${code}c.at = p; c.depth = 0\nreturn ${value}`
  const asDouble = (double: number): unknown => schemalessNumber('FLOAT64', double)
  return compileReader(body, { R: readSchemaless, N: asDouble })
}

class DocumentShape {
  isUsable = true
  readonly #cursor: JsonCursor
  #code = ''
  #fixedBytes = 0
  #values = 0
  /** Where the bytes begin that stand before the next value. */
  #from: number

  constructor(cursor: JsonCursor, start: number) {
    this.#cursor = cursor
    this.#from = start
  }

  /** The object that comes next, as an expression; it is left where no code can be made of it. */
  object(): string {
    const cursor = this.#cursor
    const members = new Map<string, string>()
    cursor.enter()
    for (let first = true; cursor.nextMember(first); first = false) {
      const name = cursor.readName()
      if (this.#fixedBytes + cursor.at - this.#from > mostFixedBytes) this.isUsable = false
      // Such objects are Maps, or not what a literal would make of them.
      if (members.has(name) || isIndexName(name) || name === '__proto__') this.isUsable = false
      const value = this.isUsable ? this.#value() : ''
      // What is within may have been left before its end.
      if (!this.isUsable) return ''
      members.set(name, `${JSON.stringify(name)}: ${value}`)
    }
    return `{ ${[...members.values()].join(', ')} }`
  }

  /** All of it, with the variables, once the object has been passed. */
  code(): string {
    this.#literal()
    const names = Array.from({ length: this.#values }, (_, i) => `v${i}`)
    return names.length === 0 ? this.#code : `let ${names.join(', ')}\n${this.#code}`
  }

  #value(): string {
    const cursor = this.#cursor
    const kind = cursor.kind()
    if (kind === 'OBJECT' && cursor.depth < deepest) return this.object()
    this.#literal()
    cursor.skipValue()
    this.#from = cursor.at
    const name = `v${this.#values++}`
    if (this.#values > mostMembers) this.isUsable = false
    const slow = `c.at = p; c.depth = ${cursor.depth}; ${name} = R(c); p = c.at`
    this.#code += slotCode(name, kinds[kind] ?? 'other', true, slow)
    return name
  }

  #literal(): void {
    const { source, at } = this.#cursor
    this.#fixedBytes += at - this.#from
    if (this.#fixedBytes > mostFixedBytes) this.isUsable = false
    if (this.isUsable) this.#code += literalCode(source.subarray(this.#from, at))
  }
}
