import { DataError } from '../errors/connect-error.ts'
import type { Int64 } from '../util/int64.ts'
import { hasStructBrand, structBrand } from './brands.ts'
import { javaToString } from './java-to-string.ts'
import { schemaText } from './interned-schema.ts'
import type { Field, Schema, SchemaType } from './schema.ts'
import { normalizeValue, validateValue } from './validate-value.ts'
import { valueEquals } from './value-equals.ts'

/**
 * A value of a STRUCT schema (`org.apache.kafka.connect.data.Struct`). Its members lie in an array in the order of the
 * schema's fields, null where unset.
 *
 *     const user = new Struct(schema).put('id', 7).put('name', 'Ada')
 */
export class Struct {
  declare readonly [structBrand]: true
  readonly schema: Schema
  /** Raw members, in the order of the schema's fields. Read-only for all but the struct. */
  readonly values: readonly unknown[]

  /**
   * Empty; or with `values`, in the order of the fields, which the struct takes over without validating them:
   * for code that knows they fit, as after decoding. Else call {@link validate}.
   */
  constructor(schema: Schema, values?: unknown[]) {
    this.schema = schema
    this.values = values ?? new Array<unknown>(fieldsOf(schema).length).fill(null)
  }

  /** Sets a member; a DataError where it does not fit the field, even a null that a default would fill. */
  put(field: string | Field, value: unknown): this {
    const { index, name, schema } = this.#field(field)
    validateValue(schema, value, name)
    const values = this.values as unknown[]
    values[index] = normalizeValue(schema, value)
    return this
  }

  /** A member, or its field's default where it is null. */
  get(field: string | Field): unknown {
    const { index, schema } = this.#field(field)
    return this.values[index] ?? schema.defaultValue ?? null
  }

  /** A member as it was put, null where it was not. */
  getWithoutDefault(field: string | Field): unknown {
    return this.values[this.#field(field).index] ?? null
  }

  getInt8(name: string): number | null {
    return this.#typed(name, 'INT8') as number | null
  }

  getInt16(name: string): number | null {
    return this.#typed(name, 'INT16') as number | null
  }

  getInt32(name: string): number | null {
    return this.#typed(name, 'INT32') as number | null
  }

  getInt64(name: string): Int64 | null {
    return this.#typed(name, 'INT64') as Int64 | null
  }

  getFloat32(name: string): number | null {
    return this.#typed(name, 'FLOAT32') as number | null
  }

  getFloat64(name: string): number | null {
    return this.#typed(name, 'FLOAT64') as number | null
  }

  getBoolean(name: string): boolean | null {
    return this.#typed(name, 'BOOLEAN') as boolean | null
  }

  getString(name: string): string | null {
    return this.#typed(name, 'STRING') as string | null
  }

  getBytes(name: string): Uint8Array | null {
    return this.#typed(name, 'BYTES') as Uint8Array | null
  }

  getArray(name: string): readonly unknown[] | null {
    return this.#typed(name, 'ARRAY') as readonly unknown[] | null
  }

  getMap(name: string): ReadonlyMap<unknown, unknown> | null {
    return this.#typed(name, 'MAP') as ReadonlyMap<unknown, unknown> | null
  }

  getStruct(name: string): Struct | null {
    return this.#typed(name, 'STRUCT') as Struct | null
  }

  /** Throws a DataError unless every member fits its field; a null counts as its field's default. */
  validate(): void {
    for (const { name, index, schema } of fieldsOf(this.schema)) {
      const value = this.values[index] ?? null
      if (value === null && (schema.optional || schema.defaultValue !== null)) continue
      validateValue(schema, value, name)
    }
  }

  equals(other: unknown): boolean {
    return valueEquals(this, other)
  }

  /** `Struct{a=1,b=x}`: members that are null are left out. */
  toString(): string {
    return javaToString(this)
  }

  /** The raw member of a typed getter: it applies no default, as in Java. */
  #typed(name: string, type: SchemaType): unknown {
    const { index, schema } = this.#field(name)
    if (schema.type !== type) throw new DataError(`Field '${name}' is not of type ${type}`)
    return this.values[index] ?? null
  }

  #field(field: string | Field): Field {
    if (typeof field !== 'string') {
      // For a caller without types.
      if (!(field as Field | null)) throw new DataError('field cannot be null.')
      return this.#field(field.name)
    }
    const found = this.schema.field(field)
    if (found === undefined) throw new DataError(`${field} is not a valid field name`)
    return found
  }
}
Object.defineProperty(Struct.prototype, structBrand, { value: true })

/** Whether `value` is a struct, from whichever copy of the class. */
export function isStruct(value: unknown): value is Struct {
  return hasStructBrand(value)
}

function fieldsOf(schema: Schema): readonly Field[] {
  if (schema.fields === null) throw new DataError(`Not a struct schema: ${schemaText(schema)}`)
  return schema.fields
}
