import { SchemaBuilder, Struct, isStruct, schemalessNumber } from '../../api/index.ts'
import type { Schema } from '../../api/index.ts'
import type { PathBranch, PathTree } from './path-tree.ts'
import { requireMap } from './requirements.ts'
import { copyMap, memberOf, putMember } from './schemaless-map.ts'
import type { SchemalessMap } from './schemaless-map.ts'
import { copyBasics } from './schemas.ts'
import { StructRewrite, fieldsOf, requireStructSchema, sameField } from './struct-rewrite.ts'

/** The values to insert from the record at hand, each in its place; null where there is none. */
export type Inserted = unknown[]

/** A field to insert: the place of its value in {@link Inserted}, and its schema. */
export interface Insertion {
  readonly at: number
  readonly schema: Schema
}

interface InsertOptions {
  readonly replaceNull: boolean
  /** For the texts of Requirements. */
  readonly purpose: string
}

/** A field behind those there were: a value, or a struct that holds some. */
type Addition = { readonly at: number } | { readonly within: InsertPlan }

/** How fields are inserted into structs of one schema, and into structs within them. */
export class InsertPlan {
  readonly schema: Schema
  readonly #rewrite: StructRewrite
  /** Which fields of the result have insertions within, and where the others come behind. */
  readonly #nested: readonly { readonly index: number; readonly plan: InsertPlan }[]
  readonly #additions: readonly Addition[]

  constructor(parts: {
    readonly rewrite: StructRewrite
    readonly nested: readonly { readonly index: number; readonly plan: InsertPlan }[]
    readonly additions: readonly Addition[]
  }) {
    this.schema = parts.rewrite.schema
    this.#rewrite = parts.rewrite
    this.#nested = parts.nested
    this.#additions = parts.additions
  }

  /** Null stands for a struct that holds nothing but what is inserted. */
  apply(struct: Struct | null, inserted: Inserted): Struct {
    const additions = this.#additions
    const values =
      struct === null
        ? new Array<unknown>(additions.length)
        : this.#rewrite.valuesOf(struct, additions.length)
    for (const { index, plan } of this.#nested) {
      const inner = values[index]
      // In a struct that is null there is no place to insert.
      if (isStruct(inner)) values[index] = plan.apply(inner, inserted)
    }
    const first = values.length - additions.length
    for (let i = 0; i < additions.length; i++) {
      const addition = additions[i]
      if (addition === undefined) break
      values[first + i] =
        'at' in addition ? inserted[addition.at] : addition.within.apply(null, inserted)
    }
    return new Struct(this.schema, values)
  }
}

/** Structs of `schema` with fields inserted. Whether the struct is optional is lost, as in Java; of those within it is kept. */
export function insertFields(
  schema: Schema,
  tree: PathTree<Insertion>,
  options: InsertOptions,
  isRoot = true,
): InsertPlan {
  const builder = copyBasics(schema)
  if (!isRoot && schema.optional) builder.optional()
  const nested: { readonly index: number; readonly plan: InsertPlan }[] = []
  const sources = fieldsOf(schema).map((field) => {
    const same = sameField(field, options.replaceNull)
    const within = tree.branch(field.name)?.within ?? null
    if (within === null) {
      builder.field(field.name, field.schema)
      return same
    }
    const plan = insertFields(requireStructSchema(field, options.purpose), within, options, false)
    nested.push({ index: field.index, plan })
    builder.field(field.name, plan.schema)
    return same
  })
  const additions = tree.branches.flatMap((branch) => addition(builder, branch, schema, options))
  return new InsertPlan({ rewrite: new StructRewrite(builder.build(), sources), nested, additions })
}

/** What is new behind the fields of `schema`: a value, or a struct for the values that go into it. */
function addition(
  builder: SchemaBuilder,
  { name, target, within }: PathBranch<Insertion>,
  schema: Schema,
  options: InsertOptions,
): Addition[] {
  if (target !== undefined) {
    builder.field(name, target.schema)
    return [{ at: target.at }]
  }
  if (within === null || schema.field(name) !== undefined) return []
  const plan = insertFields(SchemaBuilder.struct().build(), within, options)
  builder.field(name, plan.schema)
  return [{ within: plan }]
}

interface MemberOptions {
  readonly values: Inserted
  readonly purpose: string
}

/** A copy of a map without a schema, with members inserted; maps on the way to them are made where they are not there. */
export function insertMembers(
  map: SchemalessMap,
  { branches }: PathTree<Insertion>,
  options: MemberOptions,
): SchemalessMap {
  let copy = copyMap(map)
  for (const branch of branches) {
    if (branch.target !== undefined) {
      const value = options.values[branch.target.at] ?? null
      if (value !== null) copy = putMember(copy, branch.name, schemaless(value, branch.target))
    } else if (branch.within !== null) {
      const inner = memberOf(map, branch.name) ?? {}
      copy = putMember(
        copy,
        branch.name,
        insertMembers(requireMap(inner, options.purpose), branch.within, options),
      )
    }
  }
  return copy
}

/** A partition is an INT32, which a plain number would not tell. */
function schemaless(value: unknown, { schema }: Insertion): unknown {
  return typeof value === 'number' && schema.type === 'INT32'
    ? schemalessNumber('INT32', value)
    : value
}
