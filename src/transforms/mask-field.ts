import { configDef, nonEmptyString } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig, Schema } from '../api/index.ts'
import { fieldPath } from './support/field-path.ts'
import { distinctNames, fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { changeMembers } from './support/map-rewrite.ts'
import type { MemberChange } from './support/map-rewrite.ts'
import { maskedValue } from './support/mask-value.ts'
import { pathTree } from './support/path-tree.ts'
import type { PathTree } from './support/path-tree.ts'
import { PerSchema } from './support/per-schema.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import type { Side } from './support/side.ts'
import { changeFields } from './support/struct-rewrite.ts'
import type { StructRewrite, ValueChange } from './support/struct-rewrite.ts'

const config = configDef({
  fields: {
    type: 'list',
    validator: distinctNames,
    importance: 'high',
    doc: 'Names of fields to mask.',
  },
  replacement: {
    type: 'string',
    default: null,
    validator: nonEmptyString,
    importance: 'low',
    doc:
      "Custom value replacement, that will be applied to all 'fields' values " +
      '(numeric or non-empty string values only).',
  },
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

const purpose = 'mask fields'

/** Puts zeros, empty texts or a replacement in the place of values (`org.apache.kafka.connect.transforms.MaskField`). */
export class MaskField implements MemberChange<true> {
  readonly purpose = purpose
  readonly #side: Side
  #fields: PathTree<true> = pathTree([])
  #replacement: string | null = null
  #replaceNull = true
  readonly #rewrites = new PerSchema<StructRewrite>((schema) =>
    changeFields(schema, this.#fields, {
      purpose,
      replaceNull: this.#replaceNull,
      changeOf: (field) => ({ schema: field, change: new Mask(field, this.#replacement) }),
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
    const version = parsed['field.syntax.version']
    this.#fields = pathTree(parsed.fields.map((text) => [fieldPath(text, version), true]))
    this.#replacement = parsed.replacement
    this.#replaceNull = parsed['replace.null.with.default']
  }

  apply(record: ConnectRecord): ConnectRecord {
    const schema = this.#side.schemaOf(record)
    const value = this.#side.valueOf(record)
    if (schema === null) {
      const masked = changeMembers(requireMap(value, purpose), this.#fields, this)
      return this.#side.replace(record, null, masked)
    }
    const struct = requireStruct(value, purpose, schema)
    return this.#side.replace(record, schema, this.#rewrites.of(struct.schema).apply(struct))
  }

  changeMember(value: unknown): unknown {
    return maskedValue(null, value, this.#replacement)
  }
}

/** Masks the values of one field. */
class Mask implements ValueChange {
  readonly #schema: Schema
  readonly #replacement: string | null

  constructor(schema: Schema, replacement: string | null) {
    this.#schema = schema
    this.#replacement = replacement
  }

  apply(value: unknown): unknown {
    return maskedValue(this.#schema, value, this.#replacement)
  }
}
