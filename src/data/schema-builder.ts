import { DataError, SchemaBuilderError } from '../errors/connect-error.ts'
import { internSchema, isSchema } from './interned-schema.ts'
import type { SchemaParts } from './interned-schema.ts'
import type { Schema, SchemaType } from './schema.ts'
import { normalizeValue, validateValue } from './validate-value.ts'

/**
 * Builds a {@link Schema} (`org.apache.kafka.connect.data.SchemaBuilder`):
 * `SchemaBuilder.struct().name('user').field('id', INT64_SCHEMA).build()`. What cannot be is a SchemaBuilderError at
 * the call that makes it so. Equal schemas built in a thread are one object.
 */
export class SchemaBuilder {
  readonly #type: SchemaType
  readonly #keySchema: Schema | null
  readonly #valueSchema: Schema | null
  readonly #fields: Map<string, Schema> | null
  #optional: boolean | null = null
  #name: string | null = null
  #version: number | null = null
  #doc: string | null = null
  #parameters: Map<string, string> | null = null
  #default: unknown = null

  constructor(
    type: SchemaType,
    keySchema: Schema | null = null,
    valueSchema: Schema | null = null,
  ) {
    // For a caller without types.
    requireValue(type, 'type cannot be null')
    this.#type = type
    this.#keySchema = keySchema
    this.#valueSchema = valueSchema
    this.#fields = type === 'STRUCT' ? new Map() : null
  }

  static int8(): SchemaBuilder {
    return new SchemaBuilder('INT8')
  }

  static int16(): SchemaBuilder {
    return new SchemaBuilder('INT16')
  }

  static int32(): SchemaBuilder {
    return new SchemaBuilder('INT32')
  }

  static int64(): SchemaBuilder {
    return new SchemaBuilder('INT64')
  }

  static float32(): SchemaBuilder {
    return new SchemaBuilder('FLOAT32')
  }

  static float64(): SchemaBuilder {
    return new SchemaBuilder('FLOAT64')
  }

  static bool(): SchemaBuilder {
    return new SchemaBuilder('BOOLEAN')
  }

  static string(): SchemaBuilder {
    return new SchemaBuilder('STRING')
  }

  static bytes(): SchemaBuilder {
    return new SchemaBuilder('BYTES')
  }

  static struct(): SchemaBuilder {
    return new SchemaBuilder('STRUCT')
  }

  static array(valueSchema: Schema): SchemaBuilder {
    return new SchemaBuilder('ARRAY', null, requireSchema(valueSchema, 'valueSchema'))
  }

  static map(keySchema: Schema, valueSchema: Schema): SchemaBuilder {
    return new SchemaBuilder(
      'MAP',
      requireSchema(keySchema, 'keySchema'),
      requireSchema(valueSchema, 'valueSchema'),
    )
  }

  /** An array whose elements have no schema of their own: what a header's text may hold. */
  static arrayOfNull(): SchemaBuilder {
    return new SchemaBuilder('ARRAY')
  }

  /** A map whose keys and values have no schema of their own. */
  static mapOfNull(): SchemaBuilder {
    return new SchemaBuilder('MAP')
  }

  /** A map whose values have no schema of their own. */
  static mapWithNullValues(keySchema: Schema): SchemaBuilder {
    return new SchemaBuilder('MAP', requireSchema(keySchema, 'keySchema'))
  }

  optional(): this {
    requireUnset('optional', this.#optional, true)
    this.#optional = true
    return this
  }

  required(): this {
    requireUnset('optional', this.#optional, false)
    this.#optional = false
    return this
  }

  /** Validated against what has been built so far: call `optional()` first where it may be null. */
  defaultValue(value: unknown): this {
    const schema = this.build()
    const normalized = normalizeValue(schema, value)
    requireUnset('default', this.#default, normalized)
    try {
      validateValue(schema, normalized)
      if (this.#type === 'STRUCT' && normalized !== null) {
        // No struct can have the schema that is being built: it would have to hold itself as its default.
        throw new DataError('Struct schemas do not match.')
      }
    } catch (error) {
      throw new SchemaBuilderError('Invalid default value', { cause: error })
    }
    this.#default = normalized
    return this
  }

  name(name: string): this {
    requireUnset('name', this.#name, name)
    this.#name = name
    return this
  }

  version(version: number): this {
    requireUnset('version', this.#version, version)
    this.#version = version
    return this
  }

  doc(doc: string): this {
    requireUnset('doc', this.#doc, doc)
    this.#doc = doc
    return this
  }

  /** Adds or replaces one parameter. */
  parameter(name: string, value: string): this {
    this.#parameters ??= new Map()
    this.#parameters.set(name, value)
    return this
  }

  /** Adds all of `parameters`. */
  parameters(parameters: ReadonlyMap<string, string>): this {
    for (const [name, value] of parameters) this.parameter(name, value)
    return this
  }

  /** Adds a field to a STRUCT, behind those it has. */
  field(name: string, schema: Schema): this {
    if (this.#fields === null) {
      throw new SchemaBuilderError(`Cannot create fields on type ${this.#type}`)
    }
    if (!name) throw new SchemaBuilderError('fieldName cannot be null.')
    requireSchema(schema, `fieldSchema for field ${name}`)
    if (this.#fields.has(name)) {
      throw new SchemaBuilderError(`Cannot create field because of field name duplication ${name}`)
    }
    this.#fields.set(name, schema)
    return this
  }

  build(): Schema {
    return internSchema(this.#parts())
  }

  #parts(): SchemaParts {
    return {
      type: this.#type,
      optional: this.#optional ?? false,
      name: this.#name,
      version: this.#version,
      doc: this.#doc,
      parameters: this.#parameters && new Map(this.#parameters),
      defaultValue: this.#default,
      fields: this.#fields && [...this.#fields].map(([name, schema]) => ({ name, schema })),
      keySchema: this.#keySchema,
      valueSchema: this.#valueSchema,
    }
  }
}

function requireValue(value: unknown, message: string): void {
  if (value === null || value === undefined) throw new SchemaBuilderError(message)
}

function requireSchema(schema: Schema, what: string): Schema {
  requireValue(schema, `${what} cannot be null.`)
  if (!isSchema(schema)) {
    throw new SchemaBuilderError(`${what} is not a schema. Call build() on a SchemaBuilder first.`)
  }
  return schema
}

/** An attribute may be set once; setting it again to the same is no mistake. */
function requireUnset(attribute: string, current: unknown, next: unknown): void {
  if (current !== null && current !== next) {
    throw new SchemaBuilderError(`Invalid SchemaBuilder call: ${attribute} has already been set.`)
  }
}
