import type { Schema } from '../../api/index.ts'
import type { PathTree } from './path-tree.ts'
import { requireMap } from './requirements.ts'
import { putMember } from './schemaless-map.ts'
import type { SchemalessMap } from './schemaless-map.ts'
import { copyBasics } from './schemas.ts'
import {
  StructRewrite,
  fieldsOf,
  requireStructSchema,
  sameField,
  withFields,
} from './struct-rewrite.ts'
import type { FieldSource } from './struct-rewrite.ts'

/** Which fields stay, and under which names. Null: none is excluded, all are included, none is renamed. */
export interface Selection {
  readonly exclude: PathTree<true> | null
  readonly include: PathTree<true> | null
  readonly renames: PathTree<string> | null
  /** For the texts of Requirements. */
  readonly purpose: string
  readonly replaceNull: boolean
}

/** What is done to one field that stays. */
interface Kept {
  readonly name: string
  /** What is selected within it; null where it stays whole. */
  readonly within: Selection | null
}

/** Structs of `schema` with the fields selected. Whether the struct is optional is lost, as in Java; of those within it is kept. */
export function selectFields(schema: Schema, selection: Selection, isRoot = true): StructRewrite {
  const sources: FieldSource[] = []
  for (const field of fieldsOf(schema)) {
    const kept = keptField(selection, field.name)
    if (kept === null) continue
    const same = sameField(field, selection.replaceNull)
    if (kept.within === null) {
      sources.push({ ...same, name: kept.name })
    } else {
      const inner = requireStructSchema(field, selection.purpose)
      const change = selectFields(inner, kept.within, false)
      sources.push({ ...same, name: kept.name, schema: change.schema, change })
    }
  }
  const builder = copyBasics(schema)
  if (!isRoot && schema.optional) builder.optional()
  return new StructRewrite(withFields(builder, sources), sources)
}

/** The members selected of a map that has no schema. */
export function selectMembers(map: SchemalessMap, selection: Selection): SchemalessMap {
  let selected: SchemalessMap = {}
  if (map instanceof Map) {
    for (const [name, value] of map) selected = addMember(selected, String(name), value, selection)
    return selected
  }
  for (const name in map) selected = addMember(selected, name, map[name], selection)
  return selected
}

function addMember(
  selected: SchemalessMap,
  name: string,
  value: unknown,
  selection: Selection,
): SchemalessMap {
  const kept = keptField(selection, name)
  if (kept === null) return selected
  if (kept.within === null || value === null) return putMember(selected, kept.name, value)
  const inner = selectMembers(requireMap(value, selection.purpose), kept.within)
  return putMember(selected, kept.name, inner)
}

/** Null where the field goes. The names asked for are those before renaming. */
function keptField(selection: Selection, name: string): Kept | null {
  const excluded = selection.exclude?.branch(name)
  if (excluded?.target !== undefined) return null
  const included = selection.include?.branch(name)
  if (selection.include !== null && included === undefined) return null
  const renamed = selection.renames?.branch(name)
  const exclude = excluded?.within ?? null
  const include = included === undefined || included.target === true ? null : included.within
  const renames = renamed?.within ?? null
  const isWhole = exclude === null && include === null && renames === null
  return {
    name: renamed?.target ?? name,
    within: isWhole ? null : { ...selection, exclude, include, renames },
  }
}
