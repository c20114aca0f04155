import {
  ConfigError,
  DataError,
  Headers,
  configDef,
  nonEmptyList,
  schemaText,
} from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema, Struct } from '../api/index.ts'
import { fieldPath, pathText } from './support/field-path.ts'
import type { FieldPath } from './support/field-path.ts'
import { fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { pathTree } from './support/path-tree.ts'
import { PerSchema } from './support/per-schema.ts'
import { memberAt, pathReader } from './support/read-path.ts'
import type { PathReader } from './support/read-path.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import { copyMap } from './support/schemaless-map.ts'
import { selectFields, selectMembers } from './support/select-fields.ts'
import type { Selection } from './support/select-fields.ts'
import type { Side } from './support/side.ts'
import type { StructRewrite } from './support/struct-rewrite.ts'

const config = configDef({
  fields: {
    type: 'list',
    validator: nonEmptyList,
    importance: 'high',
    doc: 'Field names in the record whose values are to be copied or moved to headers.',
  },
  headers: {
    type: 'list',
    validator: nonEmptyList,
    importance: 'high',
    doc: 'Header names, in the same order as the field names listed in the fields configuration property.',
  },
  operation: {
    type: 'string',
    oneOf: ['move', 'copy'],
    importance: 'high',
    doc:
      'Either <code>move</code> if the fields are to be moved to the headers (removed from the key/value), ' +
      'or <code>copy</code> if the fields are to be copied to the headers (retained in the key/value).',
  },
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

/** Makes headers of fields, which stay or go (`org.apache.kafka.connect.transforms.HeaderFrom`). */
export class HeaderFrom {
  readonly #side: Side
  #paths: readonly FieldPath[] = []
  #names: readonly string[] = []
  #isMove = false
  #replaceNull = true
  #purpose = ''
  /** What stays of the value after a move. */
  #rest: Selection | null = null
  readonly #plans = new PerSchema<Plan>((schema) => ({
    readers: this.#paths.map((path) => pathReader(schema, path, this.#replaceNull)),
    rest: this.#rest && selectFields(schema, this.#rest),
  }))

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    if (parsed.headers.length !== parsed.fields.length) {
      throw new ConfigError(
        "'fields' config must have the same number of elements as 'headers' config.",
      )
    }
    const version = parsed['field.syntax.version']
    this.#paths = parsed.fields.map((text) => fieldPath(text, version))
    this.#names = parsed.headers
    this.#isMove = parsed.operation === 'move'
    this.#replaceNull = parsed['replace.null.with.default']
    this.#purpose = `header ${parsed.operation}`
    const exclude = pathTree(
      this.#paths.map((path) => [path, true] as const),
      true,
    )
    this.#rest = this.#isMove
      ? {
          exclude,
          include: null,
          renames: null,
          purpose: this.#purpose,
          replaceNull: this.#replaceNull,
        }
      : null
  }

  apply(record: ConnectRecord): ConnectRecord {
    const headers = record.headers?.duplicate() ?? new Headers()
    const schema = this.#side.schemaOf(record)
    const value = this.#side.valueOf(record)
    if (schema === null) {
      const map = requireMap(value, this.#purpose)
      for (let i = 0; i < this.#names.length; i++) {
        headers.add(this.#names[i] ?? '', memberAt(map, this.#paths[i] ?? []), null)
      }
      const rest = this.#rest === null ? copyMap(map) : selectMembers(map, this.#rest)
      return this.#side.replaceWithHeaders(record, null, rest, headers)
    }
    const struct = requireStruct(value, this.#purpose, schema)
    const plan = this.#plans.of(struct.schema)
    const rest = plan.rest === null ? struct : plan.rest.apply(struct)
    this.#addFields(headers, plan.readers, struct)
    return this.#side.replaceWithHeaders(record, plan.rest?.schema ?? schema, rest, headers)
  }

  #addFields(headers: Headers, readers: Plan['readers'], struct: Struct): void {
    for (let i = 0; i < readers.length; i++) {
      const reader = readers[i] ?? null
      if (reader === null) throw missingField(this.#paths[i] ?? [], struct.schema)
      const { schema } = reader.field
      const value = reader.read(struct)
      if (value === null && !schema.optional && reader.isPlain) {
        throw new DataError(
          `A null value requires an optional schema but was ${schemaText(schema)}`,
        )
      }
      headers.add(this.#names[i] ?? '', value, value === null && !schema.optional ? null : schema)
    }
  }
}

function missingField(path: FieldPath, schema: Schema): DataError {
  return new DataError(
    `Field does not exist: ${pathText(path)}. Name a field of ${schemaText(schema)} in "fields".`,
  )
}

interface Plan {
  /** Null for a field that the schema lacks. */
  readonly readers: readonly (PathReader | null)[]
  /** What the struct becomes; null where it stays. */
  readonly rest: StructRewrite | null
}
