import { DataError } from '../../api/index.ts'
import { resolved } from './schema-node.ts'
import type { CombinedNode, SchemaNode } from './schema-node.ts'

/** The properties of several objects, together. */
export interface MergedObject {
  readonly properties: Map<string, SchemaNode>
  readonly required: Set<string>
}

/** The properties of all objects among the parts, and among what those combine or refer to. */
export function mergeProperties(node: CombinedNode): MergedObject {
  const merged: MergedObject = { properties: new Map(), required: new Set() }
  collect(node, merged, new Set())
  return merged
}

function collect(part: SchemaNode, merged: MergedObject, seen: Set<SchemaNode>): void {
  const node = resolved(part)
  if (seen.has(node)) return
  seen.add(node)
  if (node.kind === 'combined' && node.criterion === 'allOf') {
    for (const schema of node.schemas) collect(schema, merged, seen)
  } else if (node.kind === 'object') {
    for (const [name, schema] of node.properties) {
      merged.properties.set(name, schema)
      if (node.required.has(name)) merged.required.add(name)
      else merged.required.delete(name)
    }
  }
}

/**
 * The part of an `allOf` without properties that tells the type of values. A combination comes first; an enum counts where values
 * are text; what `type` names comes before what other keywords speak of. A DataError where no part tells.
 */
export function pickPart({ schemas }: CombinedNode): SchemaNode {
  const combined = schemas.findLast(({ kind }) => kind === 'combined')
  if (combined !== undefined) return combined
  const typed = schemas.findLast((part) => 'explicit' in part && part.explicit)
  const ofKind = (kind: SchemaNode['kind']): SchemaNode | undefined =>
    schemas.findLast((part) => part.kind === kind)
  const implied =
    typed ?? ofKind('number') ?? ofKind('string') ?? ofKind('array') ?? ofKind('object')
  const choice = ofKind('enum')
  if (choice !== undefined && (implied === undefined || implied.kind === 'string')) return choice
  const found = implied ?? ofKind('reference') ?? ofKind('const')
  if (found !== undefined) return found
  throw new DataError(
    `Unsupported criterion allOf for ${schemas.map(({ kind }) => kind).join(', ')}: no part tells the type of values.`,
  )
}
