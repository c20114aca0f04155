import { configDef, distinctValues, invalidValue, validator } from '../api/index.ts'
import type { ConfigDef, ConnectRecord, ConnectorConfig } from '../api/index.ts'
import { fieldPath } from './support/field-path.ts'
import { javaSplit } from './support/java-split.ts'
import { fieldSyntaxVersion, replaceNullWithDefault } from './support/keys.ts'
import { pathTree } from './support/path-tree.ts'
import type { PathTree } from './support/path-tree.ts'
import { PerSchema } from './support/per-schema.ts'
import { requireMap, requireStruct } from './support/requirements.ts'
import { selectFields, selectMembers } from './support/select-fields.ts'
import type { Selection } from './support/select-fields.ts'
import type { Side } from './support/side.ts'
import type { StructRewrite } from './support/struct-rewrite.ts'

const names = distinctValues({ empty: true, null: false })

const config = configDef({
  exclude: {
    type: 'list',
    default: '',
    validator: names,
    importance: 'medium',
    doc: 'Fields to exclude. This takes precedence over the fields to include.',
  },
  include: {
    type: 'list',
    default: '',
    validator: names,
    importance: 'medium',
    doc: 'Fields to include. If specified, only these fields will be used.',
  },
  renames: {
    type: 'list',
    default: '',
    validator: validator(
      'list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>',
      (_, value) => {
        parseRenames(value as readonly string[])
      },
    ),
    importance: 'medium',
    doc: 'Field rename mappings.',
  },
  ...replaceNullWithDefault,
  ...fieldSyntaxVersion,
})

const purpose = 'field replacement'

/** Leaves fields out or renames them (`org.apache.kafka.connect.transforms.ReplaceField`). */
export class ReplaceField {
  readonly #side: Side
  #selection: Selection = {
    exclude: null,
    include: null,
    renames: null,
    purpose,
    replaceNull: true,
  }
  readonly #rewrites = new PerSchema<StructRewrite>((schema) =>
    selectFields(schema, this.#selection),
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
    const tree = (list: readonly string[]): PathTree<true> | null =>
      list.length === 0
        ? null
        : pathTree(
            list.map((text) => [fieldPath(text, version), true]),
            true,
          )
    const renames = parseRenames(parsed.renames).map(
      ([from, to]) => [fieldPath(from, version), to] as const,
    )
    this.#selection = {
      exclude: tree(parsed.exclude),
      include: tree(parsed.include),
      renames: renames.length === 0 ? null : pathTree(renames, true),
      purpose,
      replaceNull: parsed['replace.null.with.default'],
    }
  }

  apply(record: ConnectRecord): ConnectRecord {
    const value = this.#side.valueOf(record)
    if (value === null) return record
    if (this.#side.schemaOf(record) === null) {
      const selected = selectMembers(requireMap(value, purpose), this.#selection)
      return this.#side.replace(record, null, selected)
    }
    const struct = requireStruct(value, purpose, this.#side.schemaOf(record))
    const rewrite = this.#rewrites.of(struct.schema)
    return this.#side.replace(record, rewrite.schema, rewrite.apply(struct))
  }
}

/** Pairs of old and new name. Throws a ConfigError in Java's words. */
function parseRenames(items: readonly string[]): (readonly [from: string, to: string])[] {
  return items.map((item) => {
    const parts = javaSplit(item, ':')
    const [from, to] = parts
    if (from === undefined || to === undefined || parts.length !== 2) {
      throw invalidValue('renames', items, `Invalid rename mapping: ${item}`)
    }
    return [from, to] as const
  })
}
