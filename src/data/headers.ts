import { DataError } from '../errors/connect-error.ts'
import { schemaText } from './interned-schema.ts'
import { javaToString } from './java-to-string.ts'
import type { Schema, SchemaAndValue } from './schema.ts'
import { isOfSchema } from './validate-value.ts'

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

  /** Throws a DataError where the value is none of the schema's; what a list or a map holds is not looked at. */
  add(key: string, value: unknown, schema: Schema | null): this {
    if (schema !== null) requireFit(value, schema)
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

  /** Of each key, or of `key` alone, keeps the last header only. */
  retainLatest(key?: string): this {
    const last = new Map(this.#headers.map((header) => [header.key, header]))
    const kept = this.#headers.filter(
      (header) => (key !== undefined && header.key !== key) || last.get(header.key) === header,
    )
    this.#headers.splice(0, this.#headers.length, ...kept)
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

function requireFit(value: unknown, schema: Schema): void {
  if (value === null || value === undefined) {
    if (schema.optional) return
    throw new DataError(`A null value requires an optional schema but was ${schemaText(schema)}`)
  }
  if (isOfSchema(schema, value)) return
  const text = javaToString(value)
  throw new DataError(`The value ${text} is not compatible with the schema ${schemaText(schema)}`)
}
