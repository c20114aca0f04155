/** The types of Connect's data model (`org.apache.kafka.connect.data.Schema.Type`). */
export const schemaTypes = [
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FLOAT32',
  'FLOAT64',
  'BOOLEAN',
  'STRING',
  'BYTES',
  'ARRAY',
  'MAP',
  'STRUCT',
] as const
export type SchemaType = (typeof schemaTypes)[number]

/** A named member of a STRUCT. `index` is its place in {@link Struct}'s values. */
export interface Field {
  readonly name: string
  readonly index: number
  readonly schema: Schema
}

/**
 * The schema of a value. Immutable and interned: equal schemas built by `SchemaBuilder.build()` are one
 * object within a thread, so that what is compiled for a schema is found by identity.
 */
export interface Schema {
  readonly type: SchemaType
  readonly optional: boolean
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: ReadonlyMap<string, string> | null
  readonly defaultValue: unknown
  /** Fields of a STRUCT, in order; null for any other type. */
  readonly fields: readonly Field[] | null
  /** Of a MAP; null for any other type. */
  readonly keySchema: Schema | null
  /** Of an ARRAY or MAP; null for any other type. */
  readonly valueSchema: Schema | null
  /** The field of a STRUCT by name, or undefined; a DataError for any other type. */
  field(name: string): Field | undefined
  /** `Schema{INT8}`, or with its name `Schema{order:STRUCT}`. */
  toString(): string
}

/** A value and its schema; a null schema means schemaless data. */
export interface SchemaAndValue {
  readonly schema: Schema | null
  readonly value: unknown
}
