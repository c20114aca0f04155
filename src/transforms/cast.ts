import { ConfigError, configDef, validator } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../api/index.ts'
import { castSchema, castTypeNamed, castValue } from './support/cast-value.ts'
import type { CastType } from './support/cast-value.ts'
import { fieldPath } from './support/field-path.ts'
import { javaSplit } from './support/java-split.ts'
import { fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { changeMembers } from './support/map-rewrite.ts'
import type { MemberChange } from './support/map-rewrite.ts'
import { pathTree } from './support/path-tree.ts'
import type { PathTree } from './support/path-tree.ts'
import { PerSchema } from './support/per-schema.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import type { Side } from './support/side.ts'
import { changeFields } from './support/struct-rewrite.ts'
import type { Changed, StructRewrite, ValueChange } from './support/struct-rewrite.ts'

const config = configDef({
  spec: {
    type: 'list',
    validator: validator(
      'list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>',
      (_name, value) => {
        if (!Array.isArray(value) || value.length === 0) {
          throw new ConfigError('Must specify at least one field to cast.')
        }
        parseSpec(value as readonly string[])
      },
    ),
    importance: 'high',
    doc:
      'List of fields and the type to cast them to of the form field1:type,field2:type to cast fields of Maps or Structs. ' +
      'A single type to cast the entire value. Valid types are int8, int16, int32, int64, float32, float64, boolean, and ' +
      'string. Note that binary fields can only be cast to string.',
  },
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

const purpose = 'cast types'

/** Casts the whole value, or fields of it, to other types (`org.apache.kafka.connect.transforms.Cast`). */
export class Cast implements MemberChange<CastType> {
  readonly purpose = purpose
  readonly #side: Side
  /** The type of the whole value; null where fields are cast. */
  #whole: CastType | null = null
  #fields: PathTree<CastType> = pathTree([])
  #replaceNull = true
  readonly #schemas = new PerSchema<Schema>((schema) =>
    castSchema(schema, this.#whole ?? 'STRING', true),
  )
  readonly #rewrites = new PerSchema<StructRewrite>((schema) =>
    changeFields(schema, this.#fields, {
      purpose,
      replaceNull: this.#replaceNull,
      changeOf: castField,
    }),
  )

  constructor(side: Side) {
    this.#side = side
  }

  config(): ConfigDef {
    return config
  }

  configure(props: ConnectorConfig): void {
    const parsed = config.parse(props)
    const { whole, fields } = parseSpec(parsed.spec)
    const version = parsed['field.syntax.version']
    this.#whole = whole
    this.#fields = pathTree([...fields].map(([name, type]) => [fieldPath(name, version), type]))
    this.#replaceNull = parsed['replace.null.with.default']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const side = this.#side
    const value = side.valueOf(record)
    if (value === null) return record
    const schema = side.schemaOf(record)
    if (this.#whole !== null) {
      const updated = schema && this.#schemas.of(schema)
      return side.replace(record, updated, castValue(this.#whole, schema, value))
    }
    if (schema === null) {
      const map = requireMap(value, purpose)
      return side.replace(record, null, changeMembers(map, this.#fields, this))
    }
    const rewrite = this.#rewrites.of(schema)
    return side.replace(
      record,
      rewrite.schema,
      rewrite.apply(requireStruct(value, purpose, schema)),
    )
  }

  changeMember(value: unknown, type: CastType): unknown {
    return value === null ? null : castValue(type, null, value)
  }
}

/** Casts the values of one field. */
class FieldCast implements ValueChange {
  readonly #schema: Schema
  readonly #type: CastType

  constructor(schema: Schema, type: CastType) {
    this.#schema = schema
    this.#type = type
  }

  apply(value: unknown): unknown {
    return value === null ? null : castValue(this.#type, this.#schema, value)
  }
}

function castField(schema: Schema, type: CastType): Changed {
  return { schema: castSchema(schema, type, false), change: new FieldCast(schema, type) }
}

interface Spec {
  readonly whole: CastType | null
  readonly fields: ReadonlyMap<string, CastType>
}

/** Throws a ConfigError in Java's words. */
function parseSpec(spec: readonly string[]): Spec {
  const fields = new Map<string, CastType>()
  let whole: CastType | null = null
  for (const item of spec) {
    const parts = javaSplit(item, ':')
    if (parts.length > 2) {
      throw new ConfigError(
        `Invalid value [${spec.join(', ')}] for configuration renames: Invalid rename mapping: ${item}`,
      )
    }
    const [first = '', second] = parts
    if (second === undefined) whole = castTypeNamed(first)
    else fields.set(first.trim(), castTypeNamed(second))
  }
  if (whole !== null && spec.length > 1) {
    throw new ConfigError(
      'Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec',
    )
  }
  return { whole, fields }
}
