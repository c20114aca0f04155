import {
  ConnectError,
  DataError,
  OPTIONAL_BOOLEAN_SCHEMA,
  OPTIONAL_BYTES_SCHEMA,
  OPTIONAL_FLOAT64_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  normalizeInt64,
} from '../../../api/index.ts'
import type { Schema, SchemaAndValue } from '../../../api/index.ts'
import { copyBasics } from '../../support/schemas.ts'
import type { JsonNode } from './json-node.ts'
import type { NameAdjuster } from './name-adjuster.ts'

export interface JsonPayloadOptions {
  /** Whether a null is a field of bytes rather than none. */
  readonly keepsNull: boolean
  readonly fieldName: NameAdjuster
}

/** Makes structs of JSON, by schemas that are found in the JSON itself. */
export class JsonPayload {
  readonly #options: JsonPayloadOptions

  constructor(options: JsonPayloadOptions) {
    this.#options = options
  }

  /** `name` is that of the struct's schema. Throws where no schema can be found, or not all values fit the one that was. */
  convert(name: string, node: JsonNode): SchemaAndValue {
    const schema = this.#schemaOf(name, node)
    if (schema?.type !== 'STRUCT' || node.kind !== 'object') {
      throw new DataError('The JSON is no object, of which alone a struct can be made.')
    }
    return { schema, value: this.#valueOf(node, schema) }
  }

  /** Null where there is none: of null, and of an array without elements. */
  #schemaOf(key: string | null, node: JsonNode): Schema | null {
    switch (node.kind) {
      case 'string':
        return OPTIONAL_STRING_SCHEMA
      case 'boolean':
        return OPTIONAL_BOOLEAN_SCHEMA
      case 'int32':
        return OPTIONAL_INT32_SCHEMA
      case 'int64':
        return OPTIONAL_INT64_SCHEMA
      case 'double':
      case 'decimal':
        return OPTIONAL_FLOAT64_SCHEMA
      case 'null':
        return this.#options.keepsNull ? OPTIONAL_BYTES_SCHEMA : null
      case 'array':
        if (node.elements.length === 0) return null
        return SchemaBuilder.array(this.#elementSchema(key, node.elements)).optional().build()
      case 'object':
        return this.#structSchema(key, node.members)
    }
  }

  #structSchema(key: string | null, members: ReadonlyMap<string, JsonNode>): Schema {
    const builder = SchemaBuilder.struct().optional()
    if (key !== null) builder.name(key)
    const names = new Set<string>()
    for (const [member, node] of members) {
      const name = this.#options.fieldName(member)
      const prefix = key === null || key.trim() === '' ? '' : `${key}.`
      const schema = this.#schemaOf(prefix + name, node)
      if (schema === null || names.has(name)) continue
      builder.field(name, schema)
      names.add(name)
    }
    return builder.build()
  }

  /** One schema for all elements: of objects what any of them has, of all others the first's. */
  #elementSchema(key: string | null, elements: readonly JsonNode[]): Schema {
    const sample = this.#sampleOf(elements)
    if (sample.kind === 'object') {
      const schemas = elements
        .filter((element) => element.kind === 'object')
        .map((element) => this.#structSchema(key, element.members))
      return [...new Set(schemas)].reduce(merged)
    }
    const schema = this.#schemaOf(null, sample)
    if (schema === null) throw new ConnectError('An array has nothing but null.')
    return schema
  }

  /** The first element that is not null. All others must be of its type. */
  #sampleOf(elements: readonly JsonNode[]): JsonNode {
    const present = elements.filter(({ kind }) => kind !== 'null')
    const [sample] = present
    if (sample === undefined) return { kind: 'null' }
    if (present.some((element) => typeOf(element) !== typeOf(sample))) {
      throw new ConnectError(
        'Field is not a homogenous array: its elements are of different types.',
      )
    }
    return sample
  }

  #valueOf(node: JsonNode, schema: Schema): unknown {
    switch (node.kind) {
      case 'null':
        return null
      case 'array': {
        const element = schema.valueSchema
        return element === null ? null : node.elements.map((part) => this.#valueOf(part, element))
      }
      case 'object':
        return this.#structOf(node.members, schema)
      case 'int64':
        return normalizeInt64(node.value)
      case 'decimal':
        throw new DataError('An integer of the JSON is beyond an int64.')
      case 'string':
      case 'boolean':
      case 'int32':
      case 'double':
        return node.value
    }
  }

  #structOf(members: ReadonlyMap<string, JsonNode>, schema: Schema): Struct {
    const struct = new Struct(schema)
    const names = new Set<string>()
    for (const [member, node] of members) {
      const name = this.#options.fieldName(member)
      const field = schema.field(name)
      if (field === undefined || names.has(name)) continue
      struct.put(field, this.#valueOf(node, field.schema))
      names.add(name)
    }
    return struct
  }
}

/** An int64 and an int32 are of two types, a decimal and a double are not. */
function typeOf({ kind }: JsonNode): string {
  return kind === 'decimal' ? 'double' : kind
}

/** The fields of both; of two for one name the first, unless it was made of null alone. It is no longer optional, as in Java. */
function merged(left: Schema, right: Schema): Schema {
  const fields = new Map((left.fields ?? []).map(({ name, schema }) => [name, schema]))
  for (const { name, schema } of right.fields ?? []) {
    const known = fields.get(name)
    if (known === undefined || (known.type === 'BYTES' && schema.type !== 'BYTES')) {
      fields.set(name, schema)
    }
  }
  const builder = copyBasics(left)
  for (const [name, schema] of fields) builder.field(name, schema)
  return builder.build()
}
