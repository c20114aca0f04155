import { DataError, isBlank } from '../../../api/index.ts'
import type { ConnectRecord, Schema } from '../../../api/index.ts'
import { pathTree } from '../../support/path-tree.ts'
import { PerSchema } from '../../support/per-schema.ts'
import { requireMap, requireStruct } from '../../support/requirements.ts'
import { selectFields, selectMembers } from '../../support/select-fields.ts'
import type { Selection } from '../../support/select-fields.ts'
import { fieldsOf } from '../../support/struct-rewrite.ts'
import type { StructRewrite } from '../../support/struct-rewrite.ts'

interface DropOptions {
  /** The header that lists the names of fields. */
  readonly header: string | null
  readonly fromKey: boolean
  /** Whether only optional fields go. */
  readonly keepsCompatible: boolean
}

/** A schema and a value of it. */
export interface Half {
  readonly schema: Schema | null
  readonly value: unknown
}

const purpose = 'field replacement'
/** Most lists of names that are remembered for a schema. */
const mostLists = 64

/** Leaves out the fields that a header of the record lists. */
export class DroppedFields {
  readonly #options: DropOptions
  /** By the names, for each schema; null where none of them goes. */
  readonly #rewrites = new PerSchema<Map<string, StructRewrite | null>>(() => new Map())

  constructor(options: DropOptions) {
    this.#options = options
  }

  /** The names that the record's header lists; null where there is nothing to leave out. */
  namesFor(record: ConnectRecord): readonly string[] | null {
    const { header: name } = this.#options
    if (isBlank(name) || record.headers === null) return null
    for (const { key, value } of record.headers) {
      if (key === name) return namesOf(value, key)
    }
    return null
  }

  keyWithout(record: ConnectRecord, names: readonly string[]): Half {
    const half = { schema: record.keySchema, value: record.key ?? null }
    return this.#options.fromKey && half.value !== null ? this.without(half, names) : half
  }

  without(half: Half, names: readonly string[]): Half {
    const { schema, value } = half
    if (value === null) return half
    if (schema === null) {
      const isKept = this.#options.keepsCompatible
      return isKept
        ? half
        : { schema, value: selectMembers(requireMap(value, purpose), selection(names)) }
    }
    const rewrite = this.#rewriteFor(schema, names)
    if (rewrite === null) return half
    return { schema: rewrite.schema, value: rewrite.apply(requireStruct(value, purpose)) }
  }

  #rewriteFor(schema: Schema, names: readonly string[]): StructRewrite | null {
    const known = this.#rewrites.of(schema)
    const list = JSON.stringify(names)
    let rewrite = known.get(list)
    if (rewrite === undefined) {
      rewrite = this.#compiled(schema, names)
      if (known.size >= mostLists) known.clear()
      known.set(list, rewrite)
    }
    return rewrite
  }

  #compiled(schema: Schema, names: readonly string[]): StructRewrite | null {
    if (!this.#options.keepsCompatible) return selectFields(schema, selection(names))
    const going = fieldsOf(schema).filter((field) => {
      return field.schema.optional && names.includes(field.name)
    })
    if (going.length === 0) return null
    return selectFields(schema, selection(going.map(({ name }) => name)))
  }
}

/** What stays gets its default in the place of null, as with ReplaceField. */
function selection(names: readonly string[]): Selection {
  const exclude = pathTree(
    names.map((name) => [[name], true] as const),
    true,
  )
  return { exclude, include: null, renames: null, purpose, replaceNull: true }
}

function namesOf(value: unknown, header: string): readonly string[] | null {
  if (value === null || value === undefined) return null
  if (!Array.isArray(value)) {
    throw new DataError(
      `The header "${header}" of "drop.fields.header.name" must hold a list of names of fields.`,
    )
  }
  return value.length === 0 ? null : value.map(String)
}
