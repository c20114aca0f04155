import type { Field, Schema } from '../../api/index.ts'
import type { FieldPath } from './field-path.ts'
import { requireMap, requireStruct } from './requirements.ts'
import { memberOf } from './schemaless-map.ts'
import type { SchemalessMap } from './schemaless-map.ts'

const purpose = 'nested field access'

/** The member at a path of a map without a schema; null where it, or a map on the way, is not there. */
export function memberAt(map: SchemalessMap, path: FieldPath): unknown {
  let current = map
  const last = path.length - 1
  for (let i = 0; i < last; i++) {
    const next = memberOf(current, path[i] ?? '')
    if (next === null) return null
    current = requireMap(next, purpose)
  }
  return memberOf(current, path[last] ?? '')
}

/** Reads the member at a path of the structs of one schema. */
export class PathReader {
  /** The field at the end of the path. */
  readonly field: Field
  readonly #fields: readonly Field[]
  readonly #replaceNull: boolean

  constructor(fields: readonly Field[], last: Field, replaceNull: boolean) {
    this.#fields = fields
    this.field = last
    this.#replaceNull = replaceNull
  }

  /** Whether the field is one of the struct itself, not within another. */
  get isPlain(): boolean {
    return this.#fields.length === 1
  }

  /** Null where a struct on the way is. */
  read(struct: unknown): unknown {
    let current = struct
    for (const field of this.#fields) {
      if (current === null) return null
      const { values } = requireStruct(current, purpose)
      current = values[field.index] ?? this.#defaultOf(field)
    }
    return current
  }

  #defaultOf({ schema }: Field): unknown {
    return this.#replaceNull ? (schema.defaultValue ?? null) : null
  }
}

/** Null where the schema has no such field; a DataError where the path goes through what is no struct. */
export function pathReader(
  schema: Schema,
  path: FieldPath,
  replaceNull: boolean,
): PathReader | null {
  const fields: Field[] = []
  let current = schema
  for (const step of path) {
    const field = current.field(step)
    if (field === undefined) return null
    fields.push(field)
    current = field.schema
  }
  const last = fields.at(-1)
  return last === undefined ? null : new PathReader(fields, last, replaceNull)
}
