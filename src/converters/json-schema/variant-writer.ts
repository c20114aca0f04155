import type { JsonCursor } from '../json/json-cursor.ts'
import { basicType, primitive, variantVersion, widthOf } from './variant-format.ts'
import { numberBytes } from './variant-number.ts'
import { Bytes, integers, offsetsOf, primitiveBytes, textBytes, utf8 } from './variant-parts.ts'

/** The two parts of a variant. */
export interface Variant {
  readonly metadata: Buffer
  readonly value: Buffer
}

/** Reads JSON values as variants, as Confluent's `VariantUtils` does. */
export class VariantWriter {
  readonly #ids = new Map<string, number>()

  /** The value that comes next, which may be null. A DataError for one that no variant holds. */
  write(cursor: JsonCursor): Variant {
    this.#ids.clear()
    const value = new Bytes(this.#value(cursor)).join()
    return { metadata: dictionary([...this.#ids.keys()].map(utf8)), value }
  }

  #value(cursor: JsonCursor): Buffer | Bytes {
    switch (cursor.kind()) {
      case 'OBJECT':
        return this.#object(cursor)
      case 'ARRAY':
        return this.#array(cursor)
      case 'STRING':
        return textBytes(cursor.readString())
      case 'NUMBER':
        return numberBytes(cursor)
      case 'BOOLEAN':
        return primitiveBytes(cursor.readLiteral() === true ? primitive.true : primitive.false)
      case 'NULL':
        cursor.readLiteral()
        return primitiveBytes(primitive.null)
      case 'MISSING':
        return cursor.fail('a value')
    }
  }

  /** Members are sorted by their names; of one that comes twice the last counts. */
  #object(cursor: JsonCursor): Bytes {
    const members = new Map<string, Buffer | Bytes>()
    cursor.enter()
    for (let begun = false; cursor.nextMember(!begun); begun = true) {
      const name = cursor.readName()
      if (!this.#ids.has(name)) this.#ids.set(name, this.#ids.size)
      members.set(name, this.#value(cursor))
    }
    const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1))
    const ids = sorted.map(([name]) => this.#ids.get(name) ?? 0)
    const values = sorted.map(([, value]) => value)
    const { offsets, width } = offsetsOf(values)
    const idWidth = widthOf(ids.reduce((most, id) => Math.max(most, id), 0))
    const isLarge = ids.length > 0xff
    const info = (width - 1) | ((idWidth - 1) << 2) | (isLarge ? 0x10 : 0)
    const bytes = new Bytes(
      Buffer.from([(info << 2) | basicType.object]),
      integers([ids.length], isLarge ? 4 : 1),
      integers(ids, idWidth),
      offsets,
    )
    for (const value of values) bytes.push(value)
    return bytes
  }

  #array(cursor: JsonCursor): Bytes {
    const elements: (Buffer | Bytes)[] = []
    cursor.enter()
    for (let begun = false; cursor.nextElement(!begun); begun = true) {
      elements.push(this.#value(cursor))
    }
    const { offsets, width } = offsetsOf(elements)
    const isLarge = elements.length > 0xff
    const info = (width - 1) | (isLarge ? 4 : 0)
    const bytes = new Bytes(
      Buffer.from([(info << 2) | basicType.array]),
      integers([elements.length], isLarge ? 4 : 1),
      offsets,
    )
    for (const element of elements) bytes.push(element)
    return bytes
  }
}

function dictionary(names: readonly Buffer[]): Buffer {
  const { offsets, width } = offsetsOf(names, names.length)
  return Buffer.concat([
    Buffer.from([variantVersion | ((width - 1) << 6)]),
    integers([names.length], width),
    offsets,
    ...names,
  ])
}
