import type { Schema, SchemaAndValue } from './schema.ts'

/** One header of a record. */
export interface Header extends SchemaAndValue {
  readonly key: string
}

/** The headers of a record: ordered, keys may repeat (`org.apache.kafka.connect.header.Headers`). */
export class Headers implements Iterable<Header> {
  readonly #headers: Header[]

  constructor(headers: readonly Header[] = []) {
    this.#headers = [...headers]
  }

  get size(): number {
    return this.#headers.length
  }

  add(key: string, value: unknown, schema: Schema | null): this {
    this.#headers.push({ key, value, schema })
    return this
  }

  /** Removes every header called `key`. */
  remove(key: string): this {
    let kept = 0
    for (const header of this.#headers) if (header.key !== key) this.#headers[kept++] = header
    this.#headers.length = kept
    return this
  }

  clear(): this {
    this.#headers.length = 0
    return this
  }

  /** The last header called `key`, or undefined. */
  lastWithName(key: string): Header | undefined {
    return this.#headers.findLast((header) => header.key === key)
  }

  allWithName(key: string): readonly Header[] {
    return this.#headers.filter((header) => header.key === key)
  }

  duplicate(): Headers {
    return new Headers(this.#headers)
  }

  [Symbol.iterator](): Iterator<Header> {
    return this.#headers[Symbol.iterator]()
  }
}
